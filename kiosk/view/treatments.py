"""What the screen shows on which a treatment is chosen: the treatments of this clinic, searched, and the chosen one."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Catalogue, ProtocolCard, Snapshot
from kiosk.view.actions import Go, Panel, Pick, Wipe
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Line, Touch, unless
from kiosk.view.words import FIGURES

CLINIC = mark("needs the clinic's figure")
"""Said where no grade A or B source exists and the clinic has to give its own figure."""


class Protocols(msgspec.Struct, frozen=True):
    cards: tuple[Touch, ...] = ()
    heading: str = ""
    lines: tuple[Line, ...] = ()
    choose: Touch = NOTHING
    search: Touch = NOTHING
    everything: Touch = NOTHING
    empty: str = ""


def protocols(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Protocols:
    """The treatments, and what the chosen one says."""
    chosen = next((card for card in catalogue.protocols if card.key == local.picks.get("protocol")), None)
    why = "" if chosen else say("Choose a treatment first.")
    if chosen and not chosen.approved and not snapshot.simulated:
        why = say("An administrator has to approve this treatment first.")
    wanted = local.text("search").strip()
    found = [card for card in catalogue.protocols if matches(card, wanted)]
    return Protocols(
        cards=tuple(_card(card, card is chosen) for card in found),
        search=Touch("search", wanted or say("Search"), Panel("text:search"), icon="magnify", selected=bool(wanted)),
        everything=Touch("everything", say("All"), Wipe("search"), icon="close") if wanted else NOTHING,
        empty="" if found else say("No treatment has '{wanted}' in its name, technique or zones.", wanted=wanted),
        heading=chosen.title if chosen else say("Choose a treatment"),
        lines=_about_protocol(chosen) if chosen else (),
        choose=unless(Touch("continue", say("Patient code"), Go("patient"), tone="primary", icon="chevron-right"), why),
    )


def matches(card: ProtocolCard, wanted: str) -> bool:
    """Whether every word typed is in the title, a technique or a zone of a treatment."""
    told = " ".join((card.title, card.summary, *card.techniques, *card.zones)).casefold()
    return all(word in told for word in wanted.casefold().split())


def _card(card: ProtocolCard, chosen: bool) -> Touch:
    flag = say(CLINIC) if card.needs_clinic else "" if card.approved else say("not approved")
    return Touch(
        f"protocol:{card.key}",
        card.title,
        Pick("protocol", card.key),
        ", ".join(card.techniques),
        flag,
        selected=chosen,
    )


def figures(keys: tuple[str, ...]) -> str:
    """The figures that a profile's keys stand for, each once: ``zones.hip.depth_mm`` is "depth"."""
    named = (key.rpartition(".")[2].partition("_")[0] for key in keys)
    return ", ".join(say(FIGURES.get(name, name)) for name in dict.fromkeys(named))


def _about_protocol(card: ProtocolCard) -> tuple[Line, ...]:
    lines = [Line("summary", card.summary)] if card.summary else []
    lines += [
        Line("zones", say("Zones"), ", ".join(card.zones)),
        Line(
            "sessions", say("Sessions"), ", ".join(dict.fromkeys((card.sessions, card.interval))) or say("not stated")
        ),
    ]
    if card.needs_clinic:
        lines.append(Line("clinic", say("Needs the clinic's figure"), figures(card.needs_clinic), "", "alert", "warn"))
    if not card.approved:
        lines.append(Line("approval", say("Not approved"), say("Runs in simulation only"), "", "alert", "warn"))
    return tuple(lines)
