"""Which screen and which panel are on the glass: one function each, of snapshot and local state."""

from __future__ import annotations

from typing import Literal

from kiosk.channel.snapshot import Snapshot
from kiosk.view.local import STALE_MS, Local
from kiosk.view.setup import PLACES

ScreenKey = Literal[
    "selftest", "first", "signin", "home", "protocols", "patient", "screening", "product", "needle", "syringe",
    "preparation", "prime", "treat", "end", "record", "history", "alarms", "alarm", "about", "settings", "people",
    "account", "approvals", "approval", "calibration", "calibrating", "proposal",
    "cleanup", "aftercare", "reactions", "due", "inputs", "checks", "timing",
    "instruments", "instrument", "certificates", "certificate", "drift",
    "service", "wear", "faults", "link", "backup",
]  # fmt: skip
PanelKey = Literal[
    "",
    "dark",
    "cover",
    "lock",
    "stop",
    "question",
    "edit",
    "text",
    "pin",
    "arm",
    "choice",
    "map",
    "help",
    "touch",
    "lesson",
]

HOME_PLACES: dict[str, ScreenKey] = {
    "protocols": "protocols",
    "patient": "patient",
    "history": "history",
    "record": "record",
    "selftest": "selftest",
    "reactions": "reactions",
    "due": "due",
}
ENDING_PLACES: dict[str, ScreenKey] = {"cleanup": "cleanup", "aftercare": "aftercare", "reactions": "reactions"}
"""Pages of the end of a session."""
ADMINISTRATOR_PLACES: dict[str, ScreenKey] = {
    "people": "people",
    "account": "account",
    "approvals": "approvals",
    "approval": "approval",
}
"""Pages for an administrator only, also while the self-test fails: a new device has nobody else, and its injector is
calibrated by a technician, whom they make."""
TECHNICIAN_PLACES: dict[str, ScreenKey] = {
    "calibration": "calibration",
    "instruments": "instruments",
    "instrument": "instrument",
    "certificates": "certificates",
    "certificate": "certificate",
    "drift": "drift",
    "inputs": "inputs",
    "checks": "checks",
    "timing": "timing",
}
"""Pages for a technician only, also while the self-test fails: what fails may be what only they put right."""
SERVICE_PLACES: dict[str, ScreenKey] = {
    "service": "service",
    "wear": "wear",
    "faults": "faults",
    "link": "link",
    "backup": "backup",
}
"""Pages for a technician or an administrator, also while a check of the self-test fails."""
EVERYWHERE_PLACES: dict[str, ScreenKey] = {
    "alarms": "alarms",
    "alarm": "alarm",
    "about": "about",
    "settings": "settings",
}
"""Pages that are there in every phase, signed in or not."""
SETUP_PLACES: dict[str, ScreenKey] = {
    "screening": "screening",
    "product": "product",
    "needle": "needle",
    "syringe": "syringe",
    "preparation": "preparation",
    "prime": "prime",
}
PANELS: dict[str, PanelKey] = {
    "edit": "edit",
    "text": "text",
    "pin": "pin",
    "arm": "arm",
    "zone": "map",
    "zones": "choice",
    "mode": "choice",
    "recover": "choice",
    "more": "choice",
    "help": "help",
    "touch": "touch",
    "away": "choice",
    "lesson": "lesson",
}


def route(snapshot: Snapshot | None, local: Local) -> ScreenKey:
    """The screen under whatever panel is open."""
    if snapshot is None:
        return "selftest"
    if local.place in EVERYWHERE_PLACES:
        return EVERYWHERE_PLACES[local.place]
    return _before(snapshot, local) or _inside(snapshot, local)


def _before(snapshot: Snapshot, local: Local) -> ScreenKey | None:
    """Screens that come before any work: self-test and sign-in, also to put right what fails the self-test."""
    served = _served(snapshot, local) if snapshot.phase == "starting" else None
    if served is not None:
        return served
    if snapshot.phase == "starting" and (snapshot.user is not None or local.place != "signin"):
        return "selftest"
    if snapshot.user is None:
        return "first" if snapshot.first_start else "signin"
    return None


def is_technician(snapshot: Snapshot) -> bool:
    """Whether a technician is signed in."""
    return snapshot.user is not None and snapshot.user.role == "technician"


def is_administrator(snapshot: Snapshot) -> bool:
    """Whether an administrator is signed in."""
    return snapshot.user is not None and snapshot.user.role == "administrator"


def looks_after(snapshot: Snapshot) -> bool:
    """Whether somebody is signed in who looks after the device."""
    return snapshot.user is not None and snapshot.user.role in ("technician", "administrator")


def _inside(snapshot: Snapshot, local: Local) -> ScreenKey:
    if snapshot.phase == "setup" and snapshot.session is not None:
        step = snapshot.session.step or "prime"
        return SETUP_PLACES[local.place if local.place in PLACES else step]
    if snapshot.phase == "treat":
        return SETUP_PLACES.get(local.place, "treat")
    if snapshot.phase == "closing":
        return ENDING_PLACES.get(local.place, "end")
    if snapshot.phase == "calibrate" and local.place in ("instruments", "instrument"):
        return TECHNICIAN_PLACES[local.place]
    if snapshot.calibrating is not None and snapshot.phase == "calibrate":
        return "proposal" if snapshot.calibrating.step in ("factory", "proposal", "writing") else "calibrating"
    return _served(snapshot, local) or HOME_PLACES.get(local.place, "home")


def _served(snapshot: Snapshot, local: Local) -> ScreenKey | None:
    """A page of those who look after the device."""
    if looks_after(snapshot) and local.place in SERVICE_PLACES:
        return SERVICE_PLACES[local.place]
    if is_administrator(snapshot):
        return ADMINISTRATOR_PLACES.get(local.place)
    return TECHNICIAN_PLACES.get(local.place) if is_technician(snapshot) else None


def panel(snapshot: Snapshot | None, local: Local) -> PanelKey:
    """The one panel over the screen; never one on another. Sleep wins, then no connection, lock, stop, a question.

    The screen never sleeps without a connection, and a stop or a question wakes it (`kiosk.view.sleep`).
    """
    if local.asleep:
        return "dark"
    if snapshot is None or local.age_ms > STALE_MS:
        return "cover"
    if snapshot.user is not None and snapshot.user.locked:
        return "lock"
    if snapshot.stop.state != "clear" and snapshot.user is not None:
        return "stop"
    if snapshot.question is not None:
        return "text" if local.panel.startswith("text:soft") else "question"
    return PANELS.get(local.panel.partition(":")[0], "")
