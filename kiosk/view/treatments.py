"""What the screen shows on which a treatment is chosen: the treatments of this clinic, searched, and the chosen one."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Catalogue, ProtocolCard, Snapshot
from kiosk.view import presets
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
    retire: Touch = NOTHING
    """Offers the chosen preset no more."""
    search: Touch = NOTHING
    everything: Touch = NOTHING
    empty: str = ""
    hint: str = ""


def protocols(snapshot: Snapshot, local: Local, catalogue: Catalogue) -> Protocols:
    """The treatments, and what the chosen one says."""
    chosen = next((card for card in catalogue.protocols if card.key == local.picks.get("protocol")), None)
    why = "" if chosen else say("Choose a treatment first.")
    if chosen and not chosen.approved and not snapshot.simulated:
        why = say("An administrator has to approve this treatment first.")
    wanted = local.text("search").strip()
    found = [card for card in catalogue.protocols if matches(card, wanted)]
    kept, preset = presets.matching(catalogue, wanted), presets.chosen_preset(local, catalogue)
    return Protocols(
        cards=(
            *(presets.row(each, catalogue, chosen=each is preset) for each in kept),
            *(_card(card, card is chosen and preset is None) for card in found),
        ),
        retire=presets.retiring(preset, local),
        search=Touch(
            "search",
            wanted or ("" if preset else say("Search")),
            Panel("text:search"),
            icon="magnify",
            selected=bool(wanted),
        ),
        everything=Touch("everything", say("All"), Wipe("search"), icon="close") if wanted else NOTHING,
        empty=""
        if found or kept
        else say("No treatment has '{wanted}' in its name, technique or zones.", wanted=wanted),
        hint="" if found or kept else say("All shows every treatment again."),
        heading=preset.name if preset else chosen.title if chosen else say("Choose a treatment"),
        lines=presets.about(preset, catalogue) if preset else _about_protocol(chosen) if chosen else (),
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
