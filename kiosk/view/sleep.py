"""When the screen sleeps and what wakes it (UI-3, ACC-3): pure, from snapshot and time."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Snapshot
from kiosk.view.cream import is_due
from kiosk.view.local import STALE_MS, Local


def rest(local: Local, snapshot: Snapshot | None) -> Local:
    """The local state after this moment: asleep when nobody touched for the set time and nothing keeps it awake.

    What calls for somebody (a stop, an alarm, a question) wakes it once; what must be seen keeps it awake. Falling
    asleep closes an open panel: an offer read minutes ago is read again before anything is armed.
    """
    called = calls(snapshot) | ({"cream"} if is_due(local) else frozenset[str]())
    if stays_awake(local, snapshot) or called - local.calls:
        return msgspec.structs.replace(local, asleep=False, rested=local.now, calls=called)
    if local.now - local.rested < local.settings.sleep_s or local.asleep:
        return msgspec.structs.replace(local, calls=called)
    return msgspec.structs.replace(local, asleep=True, calls=called, panel="", draft=None, offer=None)


def touched(local: Local, now: float) -> Local:
    """A finger came down: awake, and the time begins anew."""
    return msgspec.structs.replace(local, asleep=False, rested=now)


def stays_awake(local: Local, snapshot: Snapshot | None) -> bool:
    """Whether the screen must not sleep now.

    True while the motor enable is on or may be (ACC-3: also while that is not known), while somebody works the
    handpiece, and while a high or medium alarm waits for somebody.
    """
    if snapshot is None or local.age_ms > STALE_MS or snapshot.busy:
        return True
    treat = snapshot.treat
    if treat is not None and (treat.enabled or treat.arming is not None):
        return True
    if treat is not None and (treat.contact or treat.trigger or treat.pedal):
        return True
    return any(
        alarm.active and not alarm.acknowledged and alarm.priority in ("high", "medium") for alarm in snapshot.alarms
    )


def calls(snapshot: Snapshot | None) -> frozenset[str]:
    """What calls for somebody now, each by a name; a name that was not there before wakes the screen."""
    if snapshot is None:
        return frozenset()
    found = {f"alarm:{alarm.number}" for alarm in snapshot.alarms if alarm.active}
    found |= {f"check:{check.key}" for check in snapshot.checks if check.state == "asks"}
    if snapshot.stop.state != "clear":
        found.add(f"stop:{snapshot.stop.state}")
    if snapshot.question is not None:
        found.add(f"question:{snapshot.question.key}")
    return frozenset(found)
