"""The steps of a set-up in order, and what each still needs before it can be confirmed."""

from __future__ import annotations

from kiosk.channel.commands import AnswerScreening, AnyCommand, FitNeedle, FitSyringe, Prepared, UseProduct
from kiosk.channel.snapshot import Catalogue, ProtocolCard, SetupStep, SyringeChoice
from kiosk.view.errors import NotADate
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import iso_date

STEPS: tuple[SetupStep, ...] = ("screening", "product", "needle", "syringe", "preparation", "prime")
STEP_TITLES: dict[SetupStep, str] = {
    "screening": mark("Screening"),
    "product": mark("Product"),
    "needle": mark("Needle"),
    "syringe": mark("Syringe"),
    "preparation": mark("Prepare"),
    "prime": mark("Prime"),
}
PLACES = frozenset(STEPS)


REPEAT = "repeat"
"""The pick that says that the treatment of a patient's last session is wanted again; empty for a chosen one."""


def repeated_card(local: Local, catalogue: Catalogue) -> ProtocolCard | None:
    """The treatment of the last session of the patient asked about, where that is wanted; None else."""
    page = local.patient
    if not local.picks.get(REPEAT) or page is None or not page.known:
        return None
    return next((card for card in catalogue.protocols if card.title == page.last_protocol), None)


def screening_yes(local: Local, catalogue: Catalogue) -> tuple[str, ...]:
    """Ids of the contraindications ticked, in the catalogue's order."""
    return tuple(entry.key for entry in catalogue.screening if f"screen:{entry.key}" in local.ticks)


def screening_command(local: Local, catalogue: Catalogue) -> AnyCommand | str:
    """The answers, or what is missing."""
    yes = screening_yes(local, catalogue)
    reason = local.text("physician").strip()
    if "adult" not in local.ticks:
        return say("Confirm that the patient is 18 or older.")
    if "consent" not in local.ticks:
        return say("Confirm the signed consent.")
    if yes and not reason:
        return say("A contraindication is ticked: write the physician's reason to go on, or stop here.")
    return AnswerScreening(adult=True, consent=True, yes=yes, physician_reason=reason if yes else "")


def scanned_as(product: str, lot: str, expiry: str) -> str:
    """What a scan filled in, so that a serial number goes with nothing else."""
    return f"{product} {lot} {expiry}"


def product_command(local: Local) -> AnyCommand | str:
    """The product with lot and expiry, or what is missing. Whether it has expired, control decides."""
    product = local.picks.get("product", "")
    if not product:
        return say("Choose the product.")
    if not local.text("lot").strip():
        return say("Type the lot printed on the pack.")
    try:
        expiry = iso_date(local.text("expiry"))
    except NotADate:
        return say("Type the expiry date printed on the pack.")
    lot = local.text("lot").strip()
    serial = local.text("serial") if local.text("scanned") == scanned_as(product, lot, expiry) else ""
    return UseProduct(product=product, lot=lot, expiry=expiry, serial=serial)


def needle_command(local: Local) -> AnyCommand | str:
    """The needle, or what is missing."""
    needle = local.picks.get("needle", "")
    return (
        FitNeedle(needle=needle, new="needle:new" in local.ticks)
        if needle
        else say("Choose the needle that is fitted.")
    )


def chosen_syringe(local: Local, catalogue: Catalogue) -> SyringeChoice | None:
    """The barrel picked, None before."""
    return next((entry for entry in catalogue.syringes if entry.key == local.picks.get("syringe")), None)


def fill_of(local: Local, syringe: SyringeChoice) -> int:
    """The fill stated, nL; a full barrel until the person says otherwise."""
    return syringe.barrel_nl if local.fill_nl is None else min(local.fill_nl, syringe.barrel_nl)


def syringe_command(local: Local, catalogue: Catalogue, *, reads: bool = False) -> AnyCommand | str:
    """The syringe with its fill, or what is missing; `reads`: the person has to read the printed volume back."""
    syringe = chosen_syringe(local, catalogue)
    if syringe is None:
        return say("Choose the syringe by its picture and read its printed volume.")
    if reads and not local.printed_nl:
        return say("Type the volume that is printed on the barrel.")
    return FitSyringe(
        syringe=syringe.key,
        fill_nl=fill_of(local, syringe),
        new="syringe:new" in local.ticks,
        new_line="syringe:line" in local.ticks,
        printed_nl=local.printed_nl if reads else 0,
    )


def preparation_command(local: Local) -> AnyCommand | str:
    """The word that the area is prepared, or what is missing."""
    if "disinfected" not in local.ticks:
        return say("Disinfect the area and confirm it.")
    chosen = local.picks.get("anaesthetic", "none")
    if chosen == "cream":
        return Prepared(disinfected=True, anaesthetic="cream")
    if chosen == "cold spray":
        return Prepared(disinfected=True, anaesthetic="cold spray")
    return Prepared(disinfected=True, anaesthetic="none")


def review_date(typed: str) -> str:
    """A typed review date as ISO, '' when none was typed; raises `NotADate`."""
    return iso_date(typed) if typed else ""
