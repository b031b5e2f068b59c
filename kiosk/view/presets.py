"""What the glass shows of presets: a line among the treatments, what the chosen one holds, keeping and retiring."""

from __future__ import annotations

from typing import cast

from kiosk.channel.commands import Side
from kiosk.channel.presets import KeepPreset, Preset, RetirePreset
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.view.actions import Pick, Send
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import mm, shots, ul, with_unit
from kiosk.view.touch import NOTHING, Line, Touch, unless
from kiosk.view.zones import side_words

HOLD_MS = 800
MODES: dict[str, str] = {"single": mark("Single"), "burst": mark("Burst"), "continuous": mark("Continuous")}
PROPOSES = mark("It only proposes: every value is looked at again, and armed in two steps.")


def chosen_preset(local: Local, catalogue: Catalogue) -> Preset | None:
    """The preset picked, None for a treatment as it is."""
    picked = local.picks.get("preset", "")
    return next((each for each in catalogue.presets if str(each.key) == picked), None) if picked else None


def preset_or_protocol(field: str, value: str, catalogue: Catalogue) -> dict[str, str]:
    """The picks after one of the two was touched: a preset brings its treatment, a treatment lets go of a preset."""
    if field == "protocol":
        return {"preset": ""}
    return {"protocol": next((each.protocol for each in catalogue.presets if str(each.key) == value), "")}


def matching(catalogue: Catalogue, wanted: str) -> tuple[Preset, ...]:
    """Presets in which every word typed is: in the name, the treatment, the zone or the person who made it."""
    found: list[Preset] = []
    for each in catalogue.presets:
        told = f"{each.name} {_treatment(each, catalogue)} {_place(each)} {each.by}".casefold()
        if all(word in told for word in wanted.casefold().split()):
            found.append(each)
    return tuple(found)


def _treatment(preset: Preset, catalogue: Catalogue) -> str:
    return next((card.title for card in catalogue.protocols if card.key == preset.protocol), preset.protocol)


def _place(preset: Preset) -> str:
    return side_words(preset.zone_title, cast("Side", preset.side))


def row(preset: Preset, catalogue: Catalogue, *, chosen: bool) -> Touch:
    """A line among the treatments: the name, and in small what it stands for."""
    values = f"{_place(preset)}, {mm(preset.depth_um)}, {ul(preset.dose_nl)}"
    return Touch(f"preset:{preset.key}", preset.name, Pick("preset", str(preset.key)),
                 f"{_treatment(preset, catalogue)}: {values}", icon="account", selected=chosen)  # fmt: skip


def about(preset: Preset, catalogue: Catalogue) -> tuple[Line, ...]:
    """All that the chosen preset holds, who made it and when."""
    given = f"{mm(preset.depth_um)}, {ul(preset.dose_nl)}"
    pace = f"{say(MODES[preset.mode])}, {with_unit('rate', preset.rate_mhz)}, {shots(preset.shots)}"
    return (
        Line("treatment", _treatment(preset, catalogue), _place(preset)),
        Line("values", given, pace),
        Line("made", say("Kept by {name}", name=preset.by), preset.at),
        Line("proposes", say(PROPOSES)),
    )


def retiring(preset: Preset | None, local: Local) -> Touch:
    """Offer the chosen preset no more; not while a search stands, whose button has the place."""
    if preset is None or local.text("search").strip():
        return NOTHING
    return Touch("retire", say("Hold: retire"), Send(RetirePreset(preset.key)), hold_ms=HOLD_MS)


def keeping(field: str, text: str, snapshot: Snapshot) -> Touch | None:
    """What keeps the values that are set now under the name typed; None for another field."""
    treat = snapshot.treat
    if field != "preset":
        return None
    if treat is None:
        return unless(Touch("confirm", say("Keep")), say("Nothing can be armed now."))
    kept = KeepPreset(text.strip(), treat.zone, treat.side, treat.depth.value, treat.dose.value,
                      treat.mode, treat.rate.value, treat.shots.value)  # fmt: skip
    keep = Touch("confirm", say("Keep"), Send(kept), tone="primary", icon="check")
    return unless(keep, "" if text.strip() else say("Type a name first."))
