"""What the set-up screens show: protocol, patient, screening, product, needle, syringe, preparation, prime."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AnyCommand, ConfirmDrop, Finish, Prime
from kiosk.channel.snapshot import Catalogue, Choice, PatientPage, SetupStep, Snapshot
from kiosk.view.actions import Action, FindTyped, Go, OpenTyped, Panel, Pick, Say, Send, Tick, Turn, Wipe
from kiosk.view.cream import timer
from kiosk.view.language import decimal, many, mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import dashed, ml, volume
from kiosk.view.setup import (
    REPEAT,
    STEP_TITLES,
    STEPS,
    chosen_syringe,
    fill_of,
    needle_command,
    preparation_command,
    product_command,
    repeated_card,
    screening_command,
    screening_yes,
    syringe_command,
)
from kiosk.view.touch import NOTHING, Line, Touch, unless

SCREENING = "screening"
"""Name of the list of questions."""
NOTHING_TO_REPEAT = mark("There is no earlier treatment to repeat: begin with New session.")


class Stepper(msgspec.Struct, frozen=True):
    """What every set-up step has: the way so far, the way on, the way out."""

    steps: tuple[Touch, ...] = ()
    go_on: Touch = NOTHING
    leave: Touch = NOTHING


def stepper(snapshot: Snapshot, here: SetupStep, meant: AnyCommand | str | None) -> Stepper:
    """The steps with the present one chosen; `meant` is the step's command, or what is missing for it."""
    session = snapshot.session
    if session is None:
        return Stepper()
    treating = snapshot.phase == "treat"
    steps = () if treating else tuple(_step(step, here, session.done, session.step) for step in STEPS)
    go_on = NOTHING
    if isinstance(meant, str):
        go_on = Touch("continue", say("Continue"), enabled=False, why=meant, tone="primary", icon="chevron-right")
    elif meant is not None:
        go_on = Touch("continue", say("Continue"), Send(meant, then="/"), tone="primary", icon="chevron-right")
    leave = NOTHING if treating else Touch("leave", say("Hold: end session"), Send(Finish()), icon="close", hold_ms=600)
    return Stepper(steps, go_on, leave)


def _step(step: SetupStep, here: SetupStep, done: tuple[SetupStep, ...], now: SetupStep | None) -> Touch:
    reached = step in done or step == now
    touch = Touch(
        f"step:{step}",
        say(STEP_TITLES[step]),
        Go(step),
        tone="good" if step in done else "plain",
        selected=step == here,
    )
    return unless(touch, "" if reached else say("The steps before this one come first."))


def tick(key: str, label: str, local: Local, detail: str = "", trail: str = "") -> Touch:
    """A line with a box that a touch ticks."""
    on = key in local.ticks
    icon = "checkbox-marked" if on else "checkbox-blank-outline"
    return Touch(key, label, Tick(key), detail, trail, icon, selected=on)


class Patient(msgspec.Struct, frozen=True):
    code: str = ""
    prompt: str = ""
    keyboard: bool = True
    find: Touch = NOTHING
    question: str = ""
    lines: tuple[Line, ...] = ()
    similar: Touch = NOTHING
    yes: Touch = NOTHING
    no: Touch = NOTHING


def patient(local: Local, catalogue: Catalogue) -> Patient:
    """The code on our own keyboard, then the questions of LIM-15."""
    code, page = local.text("patient"), local.patient
    if page is None or page.patient != code:
        why = "" if code.strip() else say("Type the patient's code.")
        find = unless(Touch("find", say("Look up"), FindTyped(), tone="primary", icon="magnify"), why)
        return Patient(code=code, prompt=say("A code the clinic chooses, never a name"), find=find)
    similar = page.similar and "similar" not in local.ticks
    why = say("Confirm first that the similar code is another patient.") if similar else ""
    yes = say("Same person") if page.known else say("New patient")
    if local.picks.get(REPEAT):
        again = repeated_card(local, catalogue)
        yes = say("Same person: {title}", title=again.title) if again else yes
        why = why or ("" if again else say(NOTHING_TO_REPEAT))
    no = say("Another person") if page.known else say("Wrong code")
    action: Action = (
        Wipe("patient") if not page.known else Say(say("A code is never given twice: choose another code."))
    )
    return Patient(
        code=code,
        keyboard=False,
        question=say("Same person?") if page.known else say("New patient?"),
        lines=_known(page),
        similar=tick(
            "similar",
            say("{similar} is somebody else: checked", similar=", ".join(page.similar)),
            local,
            say("A similar code was given before"),
        )
        if page.similar
        else NOTHING,
        yes=unless(Touch("patient:yes", yes, OpenTyped(), tone="primary", icon="check"), why),
        no=Touch("patient:no", no, Wipe("patient") if not page.known else action, icon="close"),
    )


def _known(page: PatientPage) -> tuple[Line, ...]:
    if not page.known:
        return (Line("new", say("{patient} has never been treated on this device", patient=page.patient)),)
    return (
        Line("date", say("Last session"), page.last_date),
        Line("protocol", say("Treatment"), page.last_protocol),
        Line("zone", say("Zone"), page.last_zone),
        Line("product", say("Product"), page.last_product),
    )


class Screening(msgspec.Struct, frozen=True):
    step: Stepper = Stepper()
    asks: tuple[Touch, ...] = ()
    rows: tuple[Touch, ...] = ()
    reason: Touch = NOTHING
    verdict: str = ""
    page: int = 0
    earlier: Touch = NOTHING


def screening(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Screening:
    """Age, consent, and the contraindications; one ticked needs a physician's reason.

    The way on leads through all pages of the questions first: nobody goes on past one that was never on the glass.
    """
    yes = screening_yes(local, catalogue)
    reason = local.text("physician")
    shown = Touch(
        "reason", reason or say("to be typed"), Panel("text:physician"), say("Physician's reason"), icon="pencil"
    )
    page = local.turned.get(SCREENING, 0)
    step = stepper(snapshot, "screening", screening_command(local, catalogue))
    if SCREENING not in local.ends:
        more = Touch("more", say("More questions"), Turn(SCREENING, 1), tone="primary", icon="chevron-right")
        step = msgspec.structs.replace(step, go_on=more)
    return Screening(
        step=step,
        asks=(tick("adult", say("18 or older"), local), tick("consent", say("Consent signed"), local)),
        rows=tuple(tick(f"screen:{item.key}", item.title, local) for item in catalogue.screening),
        reason=shown if yes else NOTHING,
        verdict=say("{count} ticked: stop, unless a physician decides otherwise", count=len(yes))
        if yes
        else say("Tick all that apply"),
        page=page,
        earlier=Touch("earlier", say("Back"), Turn(SCREENING, -1), icon="chevron-left") if page else NOTHING,
    )


class Listed(msgspec.Struct, frozen=True):
    """A step that is a list with a few fields beside it: product and needle."""

    step: Stepper = Stepper()
    rows: tuple[Touch, ...] = ()
    fields: tuple[Touch, ...] = ()
    note: str = ""


def product(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Listed:
    """Product, lot and expiry; an expired one is refused by control."""
    expiry = local.text("expiry")
    shown = dashed(expiry) if expiry else say("to be typed")
    return Listed(
        step=stepper(snapshot, "product", product_command(local)),
        rows=tuple(
            Touch(
                f"product:{entry.key}", entry.title, Pick("product", entry.key), entry.detail,
                say("example") if entry.example and "example" not in entry.title.lower() else "",
                selected=entry.key == local.picks.get("product"),
            )
            for entry in catalogue.products
        ),
        fields=(
            Touch("field:lot", local.text("lot") or say("to be typed"), Panel("text:lot"), say("Lot"), icon="pencil"),
            Touch("field:expiry", shown, Panel("text:expiry"), say("Expiry"), icon="calendar"),
        ),
        note=say("Scan the pack, or read lot and expiry from it."),
    )  # fmt: skip


def _choices(field: str, entries: tuple[Choice, ...], local: Local) -> tuple[Touch, ...]:
    return tuple(
        Touch(f"{field}:{entry.key}", entry.title, Pick(field, entry.key), entry.detail,
              selected=entry.key == local.picks.get(field))
        for entry in entries
    )  # fmt: skip


def needle(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Listed:
    """The needle, and the word that it is new (LIM-14)."""
    shots = snapshot.session.needle_shots if snapshot.session else 0
    return Listed(
        step=stepper(snapshot, "needle", needle_command(local)),
        rows=_choices("needle", catalogue.needles, local),
        fields=(tick("needle:new", say("New, from its packet"), local),),
        note=many("The fitted needle has made {count} shot.", "The fitted needle has made {count} shots.", shots)
        if shots
        else say("Handpiece away from the patient."),
    )


class Barrel(msgspec.Struct, frozen=True):
    """One syringe as a picture: its touch, and its size relative to the largest."""

    touch: Touch = NOTHING
    printed: str = ""
    size: float = 1.0
    level: float = 0.0
    named: bool = False
    """True where one of them at least has a name beside its volume: then all keep room for it and stand level."""


class Syringe(msgspec.Struct, frozen=True):
    step: Stepper = Stepper()
    barrels: tuple[Barrel, ...] = ()
    fill: Touch = NOTHING
    printed: Touch = NOTHING
    """What is printed on the barrel; asked where nothing senses it."""
    ticks: tuple[Touch, ...] = ()


def barrels(local: Local, catalogue: Catalogue) -> tuple[Barrel, ...]:
    """Every syringe by its picture with its printed volume; the chosen one shows its fill."""
    chosen = chosen_syringe(local, catalogue)
    largest = max((entry.barrel_nl for entry in catalogue.syringes), default=1)
    volumes = [decimal(f"{entry.barrel_nl / 1_000_000:g} mL") for entry in catalogue.syringes]
    names = ["" if entry.title == volume else entry.title
             for entry, volume in zip(catalogue.syringes, volumes, strict=True)]  # fmt: skip
    return tuple(
        Barrel(
            Touch(f"syringe:{entry.key}", name, Pick("syringe", entry.key), selected=entry is chosen),
            volume,
            entry.barrel_nl / largest,
            fill_of(local, entry) / entry.barrel_nl if entry is chosen else 0.0,
            any(names),
        )
        for entry, volume, name in zip(catalogue.syringes, volumes, names, strict=True)
    )


def syringe(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Syringe:
    """The barrel by picture with its printed volume (LIM-12), its fill, and what is new (LIM-14)."""
    chosen = chosen_syringe(local, catalogue)
    fill = Touch(
        "field:fill", ml(fill_of(local, chosen)) if chosen else "-", Panel("edit:fill"), say("Fill"), icon="pencil"
    )
    reads = snapshot.session is not None and snapshot.session.reads_barrel
    printed = Touch(
        "field:printed", ml(local.printed_nl) if local.printed_nl else "-", Panel("edit:printed"),
        say("Printed volume"), icon="pencil",
    )  # fmt: skip
    return Syringe(
        step=stepper(snapshot, "syringe", syringe_command(local, catalogue, reads=reads)),
        barrels=barrels(local, catalogue),
        fill=unless(fill, "" if chosen else say("Choose the syringe first.")),
        printed=unless(printed, "" if chosen else say("Choose the syringe first.")) if reads else NOTHING,
        ticks=(
            tick("syringe:new", say("New syringe"), local, say("from its packet")),
            tick("syringe:line", say("New line and connector"), local, say("needed for a new patient")),
        ),
    )


class Preparation(msgspec.Struct, frozen=True):
    step: Stepper = Stepper()
    lines: tuple[Line, ...] = ()
    disinfected: Touch = NOTHING
    anaesthetics: tuple[Touch, ...] = ()
    cream: Touch = NOTHING


def preparation(snapshot: Snapshot, local: Local) -> Preparation:
    """What is done before the first shot."""
    said = snapshot.session.preparation if snapshot.session else ()
    chosen = local.picks.get("anaesthetic", "none")
    titles = (("none", say("No anaesthetic")), ("cream", say("Cream")), ("cold spray", say("Cold spray")))
    return Preparation(
        step=stepper(snapshot, "preparation", preparation_command(local)),
        lines=tuple(Line(f"prepare{at}", words, icon="chevron-right") for at, words in enumerate(said)),
        disinfected=tick("disinfected", say("Area disinfected"), local),
        anaesthetics=tuple(
            Touch(f"anaesthetic:{key}", title, Pick("anaesthetic", key), selected=key == chosen)
            for key, title in titles
        ),
        cream=timer(local) if chosen == "cream" else NOTHING,
    )


class PrimeView(msgspec.Struct, frozen=True):
    step: Stepper = Stepper()
    volume: str = ""
    lines: tuple[Line, ...] = ()
    prime: Touch = NOTHING
    question: str = ""
    yes: Touch = NOTHING
    no: Touch = NOTHING
    recover: Touch = NOTHING
    busy: str = ""


def prime(snapshot: Snapshot) -> PrimeView:
    """The volume to push, and whether a drop was seen."""
    session = snapshot.session
    if session is None:
        return PrimeView()
    asks = session.prime_asks_drop
    hold = say("Hold to prime {volume}", volume=volume(session.prime_nl))
    start = Touch("prime", hold, Send(Prime(session.prime_nl)), tone="primary", icon="water", hold_ms=600)
    why = snapshot.busy or (say("Nothing is left to prime.") if not session.prime_nl else "")
    return PrimeView(
        step=stepper(snapshot, "prime", None),
        volume=volume(session.prime_nl),
        lines=(
            Line("away", say("Needle tip over a swab or beaker, away from the patient"), icon="alert", tone="warn"),
            Line("dead", say("Dead volume of line and needle"), "", volume(session.dead_volume_nl), "water"),
            Line("syringe", say("Syringe"), session.syringe_title, "", "needle"),
        ),
        prime=NOTHING if asks else unless(start, why),
        question=say("Was a drop seen at the needle's tip?") if asks else "",
        yes=Touch("drop:yes", say("Yes, a drop"), Send(ConfirmDrop(True)), tone="primary", icon="check")
        if asks
        else NOTHING,
        no=Touch("drop:no", say("No drop"), Send(ConfirmDrop(False)), icon="close") if asks else NOTHING,
        recover=Touch("recover", say("Recover"), Panel("recover"), icon="refresh"),
        busy=snapshot.busy,
    )
