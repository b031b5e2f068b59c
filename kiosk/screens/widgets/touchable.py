"""How a finger meets a button (UI-6): down, up, hold, and deafness of what has just appeared under it."""

from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, ObjectProperty, OptionProperty
from kivy.uix.relativelayout import RelativeLayout

from kiosk.screens import theme
from kiosk.view.actions import Action, Say
from kiosk.view.language import say
from kiosk.view.touch import NOTHING, Touch

DEAF_S = 0.4
"""What appears under a finger ignores touches for so long, s (UI-6)."""


class Touchable(RelativeLayout):
    """Something to touch, drawn from a view `Touch`. Fires once for each press.

    It acts when the finger lifts inside, at touch-down, or after being held, as its `Touch` says. One that is let go
    too early says that it wants to be held, a greyed one says why, and one without a key is not there.
    """

    model = ObjectProperty(NOTHING, rebind=True)
    pressed = BooleanProperty(False)
    held = NumericProperty(0.0)
    """How far a hold has come, 0 to 1."""
    place = OptionProperty("page", options=("page", "rail", "tile"))
    need_width = NumericProperty(0)
    need_height = NumericProperty(0)
    """What its texts need, pixels."""
    least_width = NumericProperty(0)
    least_height = NumericProperty(0)
    """What a box around it has to give it (`fair.Fair`): room for texts and finger, none while it is not there."""
    fill = ColorProperty(theme.rgba("card"))
    ink = ColorProperty(theme.rgba("ink"))
    edge = ColorProperty(theme.rgba("line"))

    def __init__(self, **given: Any) -> None:
        self.register_event_type("on_fire")
        self._key = ""
        self._deaf_until = 0.0
        self._down_at = 0.0
        self._ticking: Any = None
        super().__init__(**given)
        for name in ("model", "pressed", "place"):
            self.fbind(name, self._dress)
        self.fbind("model", self._changed)
        for name in ("need_width", "need_height"):
            self.fbind(name, self._need)
        self._changed()
        self._dress()

    @property
    def there(self) -> bool:
        """True while there is something to touch."""
        return bool(self.model.key) and self.width > 0 and self.height > 0

    @property
    def deaf(self) -> bool:
        """True while touches are ignored because it has just appeared."""
        return _now() < self._deaf_until

    def appear(self) -> None:
        """It has just come onto the glass: deaf for 400 ms."""
        self._deaf_until = _now() + DEAF_S
        self._let_go()

    def _changed(self, *_: object) -> None:
        if self.model.key != self._key:
            self._key = self.model.key
            self.appear()
        elif not self.model.enabled:
            self._let_go()
        self.opacity = 1.0 if self.model.key else 0.0
        self._need()

    def _need(self, *_: object) -> None:
        finger = dp(theme.FINGER) if self.model.key else 0
        self.least_width = max(finger, self.need_width) if finger else 0
        self.least_height = max(finger, self.need_height) if finger else 0

    def _dress(self, *_: object) -> None:
        model: Touch = self.model
        if self.place == "rail" and model.tone == "plain":
            dress = theme.RAIL_DRESS
        elif not model.enabled and self.place == "tile":
            dress = theme.TILE_OFF
        elif not model.enabled:
            dress = theme.DISABLED
        elif model.selected:
            dress = theme.SELECTED
        else:
            dress = theme.TONES[model.tone]
        self.fill = theme.rgba(dress.pressed if self.pressed else dress.fill)
        self.ink = theme.rgba(dress.ink)
        self.edge = theme.rgba(dress.edge)

    # -- the finger -----------------------------------------------------------------------------------------------
    def on_touch_down(self, touch: Any) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        if not self.there or not self.collide_point(*touch.pos):
            return False
        if self.deaf:
            return True
        touch.grab(self)
        self.pressed = True
        if self.model.on_down or not self.model.enabled:
            self._fire()
        elif self.model.hold_ms:
            self._down_at = _now()
            self._ticking = Clock.schedule_interval(self._hold, 0)
        return True

    def on_touch_move(self, touch: Any) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        if touch.grab_current is not self:
            return False
        if self._ticking is not None and not self.collide_point(*touch.pos):
            self._stop_hold()
        return True

    def on_touch_up(self, touch: Any) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        was, too_short = self.pressed, self._ticking is not None
        self._let_go()
        if too_short:
            self._tell(Say(say("Hold the button until it is filled.")))
        acts = self.model.enabled and not self.model.on_down and not self.model.hold_ms
        if was and acts and self.collide_point(*touch.pos):
            self._fire()
        return True

    def _hold(self, _dt: float) -> None:
        self.held = min(1.0, (_now() - self._down_at) * 1000 / max(1, self.model.hold_ms))
        if self.held >= 1.0:
            self._let_go()
            self._fire()

    def _stop_hold(self) -> None:
        if self._ticking is not None:
            self._ticking.cancel()
            self._ticking = None
        self.held = 0.0

    def _let_go(self) -> None:
        self.pressed = False
        self._stop_hold()

    def _fire(self) -> None:
        self.dispatch("on_fire")

    def on_fire(self) -> None:
        """What the touch means goes to the application."""
        if self.model.effect is not None:
            self._tell(self.model.effect)

    def _tell(self, action: Action) -> None:
        app: Any = App.get_running_app()
        app.act(action)


class StopButton(Touchable):
    """STOP on glass: never deaf, never greyed, acts at touch-down (STP-2)."""

    @property
    def deaf(self) -> bool:
        return False


def _now() -> float:
    """Monotonic seconds of the application's clock."""
    app: Any = App.get_running_app()
    return app.clock() if app is not None else 0.0
