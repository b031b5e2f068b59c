"""What the wear page shows: what the device has done, and each part since it was replaced.

No interval stands beside a count: no source gives one. A technician says when a part is new.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.service import PartLine, PartName, ReplacePart, WearPage
from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Pick, Send
from kiosk.view.language import decimal, mark, say
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Line, Touch, unless

HOLD_MS = 1_200
PARTS: dict[PartName, str] = {
    "needle carriage": mark("Needle carriage"),
    "return spring": mark("Return spring"),
    "tubing": mark("Tubing"),
    "enable relay": mark("Enable relay"),
}
MINUTE_S, HOUR_S = 60, 3600


class Wear(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...] = ()
    parts: tuple[Touch, ...] = ()
    replaced: Touch = NOTHING


def wear(snapshot: Snapshot, local: Local) -> Wear:
    """Counts of the record beside the injector's own, and the parts; choosing one offers to record that it is new."""
    page = local.wear
    if page is None:
        return Wear(lines=(Line("reading", say("Reading the record")),))
    chosen = next((part for part in page.parts if part.part == local.picks.get("part")), None)
    role = snapshot.user.role if snapshot.user else ""
    why = "" if role == "technician" else say("This takes a technician.")
    if not why and snapshot.phase not in ("starting", "home"):
        why = say("Between sessions.")
    words = say("Hold: {part} is new", part=say(PARTS[chosen.part])) if chosen else say("Hold: part is new")
    action = Send(ReplacePart(chosen.part)) if chosen else None
    replaced = Touch("replaced", words, action, icon="refresh", tone="warn", hold_ms=HOLD_MS)
    return Wear(
        lines=_lines(page),
        parts=tuple(_part(part, part is chosen) for part in page.parts),
        replaced=unless(replaced, why or ("" if chosen else say("Choose the part first."))),
    )


def _part(part: PartLine, chosen: bool) -> Touch:
    since = say("since {date}", date=part.since) if part.since else say("never replaced here")
    return Touch(
        f"part:{part.part}", say(PARTS[part.part]), Pick("part", part.part), since, counted(part), selected=chosen
    )


def counted(part: PartLine) -> str:
    """A count with its unit."""
    if part.unit == "nL":
        return litres(part.count)
    if part.unit == "cycles":
        return say("{count} cycles", count=part.count)
    return say("{count} strokes", count=part.count)


def litres(nl: int) -> str:
    """A volume in litres, or in mL under a tenth of one."""
    return decimal(f"{nl / 1e9:.3f} L" if nl >= 100_000_000 else f"{nl / 1e6:.1f} mL")


def _lines(page: WearPage) -> tuple[Line, ...]:
    own = page.counters
    if own.serial:
        injector = say("{count} motions, {volume}", count=own.motions, volume=litres(own.lifetime_nl))
        on = say("{starts} starts, on for {time}", starts=own.starts, time=_span(own.uptime_s))
        changed = say(
            "{needles} needles, {syringes} syringes", needles=own.needle_changes, syringes=own.syringe_changes
        )
    else:
        injector = on = changed = say("not connected")
    shots = say("{treatment} treatment, {bench} bench", treatment=page.treatment_shots, bench=page.bench_shots)
    others = say("{homings} homings, {primes} primes", homings=page.homings, primes=page.primes)
    hours = say("{hours} h, {starts} starts", hours=page.hours, starts=page.machine_starts)
    return (
        Line("shots", say("Needle shots"), shots, "", "target"),
        Line("others", say("Other motions"), others, "", "home"),
        Line("delivered", say("Delivered"), litres(page.delivered_nl), "", "water"),
        Line("relay", say("Enable relay"), say("{count} cycles", count=page.relay_cycles), "", "pulse"),
        Line("hours", say("This device ran"), hours, "", "timer"),
        Line("injector", say("The injector counts"), injector, "", "usb"),
        Line("on", say("The injector's starts"), on, "", "refresh"),
        Line("changed", say("Changed in it, ever"), changed, "", "pencil"),
        Line("interval", say("Service interval"), say("none: no source gives one"), "", "calendar"),
    )


def _span(seconds: int) -> str:
    if seconds >= HOUR_S:
        return decimal(f"{seconds / HOUR_S:.1f} h")
    return f"{seconds // MINUTE_S} min" if seconds >= MINUTE_S else f"{seconds} s"
