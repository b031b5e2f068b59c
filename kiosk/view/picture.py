"""The whole glass as one frozen value: `draw` gives frame, screen and panel for a snapshot and the local state."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from kiosk.channel.snapshot import Catalogue, LinkView, LoopView, Snapshot, StopView
from kiosk.view import (
    alarms,
    approvals,
    backup,
    bodymap,
    calibrating,
    calibration,
    certificates,
    checking,
    due,
    ending,
    faults,
    help,
    instruments,
    lesson,
    noting,
    panels,
    people,
    preferences,
    records,
    service,
    start,
    steps,
    timing,
    touching,
    treat,
    treatments,
    wear,
    wire,
)
from kiosk.view.frame import Frame, asking, frame, under
from kiosk.view.heard import in_language, kept_in_language
from kiosk.view.language import mark, speak
from kiosk.view.local import Local
from kiosk.view.route import PanelKey, ScreenKey, panel, route
from kiosk.view.touch import NOTHING

EMPTY = Catalogue(protocols=(), needles=(), syringes=(), products=(), screening=())
BEFORE = Snapshot(
    number=0,
    stamp=0.0,
    simulated=False,
    phase="starting",
    stop=StopView("clear"),
    link=LinkView(False, mark("Waiting for control")),
    loop=LoopView(False),
)
"""What a touch is judged by before control has said anything: nothing but STOP can be touched then."""
Page = msgspec.Struct


class Picture(msgspec.Struct, frozen=True):
    """What is on the glass."""

    frame: Frame
    screen: ScreenKey
    page: Page
    panel: PanelKey = ""
    over: Page | None = None
    lesson: lesson.LessonStrip = lesson.LessonStrip()


_Drawing = Callable[[Snapshot, Local, Catalogue], Page]

_PAGES: dict[ScreenKey, _Drawing] = {
    "selftest": lambda snapshot, local, _: start.selftest(snapshot, local),
    "first": lambda _, local, __: start.first(local),
    "signin": lambda snapshot, local, _: start.signin(snapshot, local),
    "home": lambda snapshot, local, _: start.home(snapshot, local),
    "due": lambda _, local, __: due.due(local),
    "protocols": treatments.protocols,
    "patient": lambda _, local, catalogue: steps.patient(local, catalogue),
    "screening": steps.screening,
    "product": steps.product,
    "needle": steps.needle,
    "syringe": steps.syringe,
    "preparation": lambda snapshot, local, _: steps.preparation(snapshot, local),
    "prime": lambda snapshot, _, __: steps.prime(snapshot),
    "treat": lambda snapshot, _, __: treat.treating(snapshot),
    "end": ending.end,
    "cleanup": lambda _, local, catalogue: ending.cleanup(local, catalogue),
    "aftercare": lambda snapshot, local, _: ending.aftercare(snapshot, local),
    "reactions": noting.reactions,
    "record": lambda _, local, __: records.record(local),
    "history": lambda _, local, __: records.history(local),
    "alarms": lambda snapshot, _, __: alarms.alarms(snapshot),
    "alarm": lambda snapshot, local, _: alarms.alarm(snapshot, local),
    "about": lambda snapshot, _, catalogue: start.about(snapshot, catalogue),
    "settings": lambda snapshot, local, _: preferences.preferences(snapshot, local),
    "people": lambda snapshot, local, _: people.people(snapshot, local),
    "account": lambda _, local, __: people.account(local),
    "approvals": lambda _, local, __: approvals.approvals(local),
    "approval": lambda _, local, __: approvals.approving(local),
    "calibration": lambda snapshot, _, __: calibration.calibration(snapshot),
    "calibrating": calibrating.calibrating,
    "proposal": lambda snapshot, _, __: calibration.proposing(snapshot),
    "instruments": lambda snapshot, _, __: instruments.instruments(snapshot),
    "instrument": lambda snapshot, local, _: instruments.naming(snapshot, local),
    "certificates": lambda _, local, __: certificates.certificates(local),
    "certificate": lambda _, local, __: certificates.certificate(local),
    "drift": lambda _, local, __: certificates.drift(local),
    "inputs": lambda snapshot, _, __: checking.inputs(snapshot),
    "checks": lambda snapshot, _, __: checking.checks(snapshot),
    "timing": lambda snapshot, local, _: timing.timing(snapshot, local),
    "service": lambda snapshot, local, _: service.service(snapshot, local),
    "wear": lambda snapshot, local, _: wear.wear(snapshot, local),
    "faults": lambda _, local, __: faults.faults(local),
    "link": lambda snapshot, _, __: wire.wire(snapshot),
    "backup": lambda snapshot, local, _: backup.backup(snapshot, local),
}
_PANELS: dict[PanelKey, _Drawing] = {
    "dark": lambda snapshot, _, __: panels.dark(snapshot),
    "cover": lambda _, local, __: panels.covered(local),
    "lock": lambda snapshot, local, _: panels.locked(snapshot, local),
    "stop": lambda snapshot, _, __: panels.stopped(snapshot),
    "question": lambda snapshot, _, __: panels.asked(snapshot),
    "edit": panels.editing,
    "text": lambda snapshot, local, _: panels.texting(snapshot, local),
    "pin": lambda snapshot, local, _: _pin(snapshot, local),
    "arm": lambda snapshot, local, _: panels.offer(snapshot, local),
    "choice": lambda snapshot, local, _: panels.choosing(snapshot, local),
    "touch": lambda snapshot, local, _: touching.touching(snapshot, local),
    "help": lambda snapshot, local, _: help.help_for(route(snapshot, local), snapshot, local),
    "lesson": lambda _, local, __: lesson.summary(local),
    "map": lambda snapshot, local, _: bodymap.choosing_zone(snapshot, local),
}


def _pin(snapshot: Snapshot, local: Local) -> panels.PinAsked:
    purpose = local.panel.partition(":")[2]
    if purpose == "approve":
        return approvals.pin_to_approve(local)
    return panels.pin_asked(local) if purpose == "sign" else people.pin_for(snapshot, local, purpose)


def draw(snapshot: Snapshot | None, local: Local, catalogue: Catalogue | None) -> Picture:
    """The glass. Before the first snapshot there is only the cover."""
    speak(local.settings.language)
    taught = lesson.LessonStrip() if snapshot is None else lesson.strip(snapshot, local, catalogue or EMPTY)
    if snapshot is not None:
        snapshot = in_language(snapshot)
    local = kept_in_language(local)
    screen, over = route(snapshot, local), panel(snapshot, local)
    around = frame(snapshot, local, screen)
    if snapshot is None:
        return Picture(around, screen, start.selftest(BEFORE, local), "cover", panels.covered(local))
    listed = in_language(catalogue or EMPTY)
    page = _PAGES[screen](snapshot, local, listed)
    if taught.text:  # its line is narrow: what the strip offers to touch is on the rail and on the pages too
        around = msgspec.structs.replace(around, strip=msgspec.structs.replace(around.strip, touch=NOTHING))
    if not over:
        return Picture(asking(around, page), screen, page, lesson=taught)
    return Picture(under(around, over), screen, page, over, _PANELS[over](snapshot, local, listed), taught)
