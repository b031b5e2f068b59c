"""How often the glass is looked at and made anew: pure, from snapshot and time.

A still screen costs what its frames cost. While somebody treats they come as fast as a finger and a needle need them;
else half as often, and what would only be the same picture again is not made.
"""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Snapshot
from kiosk.view.local import STALE_MS, Local

TREATING_FRAMES, CALM_FRAMES, RESTING_FRAMES = 60, 30, 9
"""The frames a second that Kivy is asked for while treating, else, and where nothing can move and nobody touched for
`REST_S`. Kivy waits about 11 fifteenths of a frame's time, so that up to 82, 41 and 12 come. A still screen costs what
it looks at touches; the first one after a rest shows within two frames, 165 ms, the next in 50 ms."""
PROVING_S, IDLE_S = 0.2, 2.0
"""A frame is asked at least so often, s: where control acts only while the screen proves that it lives, and else."""
LIVELY_S = 3.0
"""So long after the last touch, motion or signal of a treatment the next one is waited for at the full pace, s."""
REST_S = 10.0
"""So long after the last of those a screen on which nothing can move rests, s."""


def frames(snapshot: Snapshot | None, local: Local) -> int:
    """Frames a second at most: the full pace from a sign of work in a treatment until `LIVELY_S` after the last.

    An arming, the motor enable, skin contact, trigger, pedal, an alarm that waits and every touch are such a sign
    (`kiosk.view.sleep`). STOP is waited for at no less than the calm pace wherever it can stop anything.
    """
    alone = local.now - local.rested
    if snapshot is not None and snapshot.phase == "treat" and not local.asleep and alone < LIVELY_S:
        return TREATING_FRAMES
    return RESTING_FRAMES if alone >= REST_S and not _proves(snapshot) else CALM_FRAMES


def redraw_s(snapshot: Snapshot | None) -> float:
    """How long a still screen may go without a frame, s.

    Control takes back whatever is armed, every bench shot and what a check forces once a completed frame is 750 ms old
    (WDG-5): there a picture that stays the same has to be drawn again all the same, or its stillness looks like a hang.
    """
    return PROVING_S if _proves(snapshot) else IDLE_S


def _proves(snapshot: Snapshot | None) -> bool:
    """Whether something may move or be powered, which control allows only while the screen proves that it lives."""
    if snapshot is None:
        return False
    armed = snapshot.treat is not None and snapshot.treat.arming is not None
    checks = snapshot.checking is not None and (snapshot.checking.now is not None or snapshot.checking.measuring)
    return armed or checks or snapshot.phase == "calibrate"


def glance(snapshot: Snapshot | None, local: Local) -> tuple[object, object]:
    """What a picture can depend on: while this stays the same, so does the picture.

    A snapshot's own number and stamp are never shown. Nothing on the glass is finer than a second; that the newest
    snapshot is too old shows at once.
    """
    told = None if snapshot is None else msgspec.structs.replace(snapshot, number=0, stamp=0.0)
    stale = STALE_MS + 1 if local.age_ms > STALE_MS else 0
    return told, msgspec.structs.replace(
        local, now=float(int(local.now)), rested=float(int(local.rested)), age_ms=stale
    )
