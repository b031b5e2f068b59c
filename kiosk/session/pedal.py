"""The foot pedal with its two contacts: pressed, released, or failed and then ignored (LIM-11)."""

from __future__ import annotations

from drivers.ports import PanelInputs

CONTRADICTION_AFTER = 0.100
HELD_TOO_LONG = 60.0


class Pedal:
    """Takes the levels of each cycle; `pressed` is what goes with the lease."""

    def __init__(self) -> None:
        self.pressed = False
        self.failed = ""
        """Why it is ignored, or ""."""
        self._down_since: float | None = None
        self._differ_since: float | None = None
        self._seen_up = False

    def read(self, panel: PanelInputs, now: float) -> bool:
        """The pedal bit for this cycle. A failed pedal counts as released until it was seen released and sound."""
        down, up = panel.pedal_no and not panel.pedal_nc, panel.pedal_nc and not panel.pedal_no
        if down or up:
            self._differ_since = None
        elif self._differ_since is None:
            self._differ_since = now
        if self._differ_since is not None and now - self._differ_since > CONTRADICTION_AFTER:
            self._fail("the pedal's two contacts contradict each other")
        self._down_since = (now if self._down_since is None else self._down_since) if down else None
        if self._down_since is not None and not self._seen_up:
            self._fail("the pedal is held since the start")
        if self._down_since is not None and now - self._down_since > HELD_TOO_LONG:
            self._fail("the pedal was held for over 60 s")
        if up:
            self._seen_up, self.failed = True, ""
        self.pressed = down and not self.failed
        return self.pressed

    def _fail(self, why: str) -> None:
        self.failed = why
