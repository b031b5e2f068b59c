"""What a step of the lesson is judged by, and the few ways in which it points: at a control, a key, a tick.

A pointing is a tuple of the names of controls in the order of preference: what is on the glass of them is ringed, so
that the pager of a list stands in for a line of another page.
"""

from __future__ import annotations

from typing import NamedTuple

from kiosk.channel.snapshot import Account, Alarm, Catalogue, SessionView, Snapshot, Treat
from kiosk.view.frame import standing
from kiosk.view.heard import heard
from kiosk.view.local import Local
from kiosk.view.numbers import ml
from kiosk.view.route import PanelKey, ScreenKey, panel, route
from kiosk.view.zones import side_words

Ring = tuple[str, ...]
TREATMENT, PRODUCT, NEEDLE, SYRINGE = "mesolift", "example-saline", "30g-4mm", "2ml"
"""What the lesson leads to where the profiles have it; else to the first of each list."""
ZONE = ("temple", "left")
SHOTS = 3
BACKSPACE = ("key:back", "pin:back")


class Scene(NamedTuple):
    """The newest of everything, as control told it (in its own words)."""

    snapshot: Snapshot
    local: Local
    catalogue: Catalogue

    @property
    def screen(self) -> ScreenKey:
        return route(self.snapshot, self.local)

    @property
    def panel(self) -> PanelKey:
        return panel(self.snapshot, self.local)

    @property
    def session(self) -> SessionView | None:
        return self.snapshot.session

    @property
    def treat(self) -> Treat | None:
        return self.snapshot.treat

    @property
    def shots(self) -> int:
        """Shots recorded in the open session."""
        return 0 if self.treat is None else self.treat.shot_count

    @property
    def armed(self) -> bool:
        return self.treat is not None and self.treat.arming is not None

    def seen(self, what: str) -> bool:
        """Whether this has happened since the lesson began."""
        return what in self.local.lesson.seen

    def done(self, step: str) -> bool:
        """Whether control calls this step of the set-up done."""
        return self.session is not None and step in self.session.done

    # -- what the lesson leads to ------------------------------------------------------------------------------------
    @property
    def account(self) -> Account | None:
        """The first practitioner who can sign in."""
        able = (each for each in self.snapshot.accounts if each.role == "practitioner" and not each.disabled)
        return next(able, None)

    @property
    def pin(self) -> str:
        """The demo PIN of whoever is signed in, else of whom the lesson signs in; "" where it is not a demo PIN."""
        name = self.snapshot.user.name if self.snapshot.user else self.account.name if self.account else ""
        return next((each.demo_pin for each in self.snapshot.accounts if each.name == name), "")

    @property
    def treatment(self) -> str:
        return _led([card.key for card in self.catalogue.protocols], TREATMENT)

    @property
    def product(self) -> str:
        return _led([each.key for each in self.catalogue.products], PRODUCT)

    @property
    def needle(self) -> str:
        return _led([each.key for each in self.catalogue.needles], NEEDLE)

    @property
    def syringe(self) -> str:
        return _led([each.key for each in self.catalogue.syringes], SYRINGE)

    @property
    def zone(self) -> tuple[str, str]:
        """Zone and side; the last of the session's where it has not the one that is meant."""
        places = [(zone.key, zone.side) for zone in self.session.zones] if self.session else []
        return ZONE if ZONE in places or not places else places[-1]

    @property
    def code(self) -> str:
        """A code for the pretended patient, from the minute in which the lesson began."""
        return "T" + self.local.lesson.begun[-5:].replace(":", "")

    @property
    def expiry(self) -> str:
        """A day in the year after next, eight digits."""
        year = int(self.snapshot.wall[:4]) + 2 if self.snapshot.wall else 2099
        return f"{year}1231"

    @property
    def alarm(self) -> Alarm | None:
        """The gravest alarm that nobody has acknowledged."""
        return next((alarm for alarm in standing(self.snapshot) if not alarm.acknowledged), None)

    def facts(self) -> dict[str, object]:
        """The names that the sentences of the lesson hold, in the language of the glass."""
        catalogue, (zone, side) = self.catalogue, self.zone
        titles = {card.key: card.title for card in catalogue.protocols}
        titles |= {each.key: each.title for each in (*catalogue.products, *catalogue.needles)}
        places = {(each.key, each.side): side_words(heard(each.title), each.side)
                  for each in (self.session.zones if self.session else ())}  # fmt: skip
        barrel = next((each.barrel_nl for each in catalogue.syringes if each.key == self.syringe), 0)
        return {
            "name": self.account.name if self.account else "",
            "pin": self.pin,
            "treatment": heard(titles.get(self.treatment, "")),
            "code": self.code,
            "product": heard(titles.get(self.product, "")),
            "expiry": self.expiry,
            "needle": heard(titles.get(self.needle, "")),
            "syringe": ml(barrel),
            "zone": places.get((zone, side), ""),
            "shots": SHOTS,
        }


def _led(keys: list[str], wanted: str) -> str:
    return wanted if wanted in keys else next(iter(keys), "")


def typed(scene: Scene, field: str, wanted: str, then: str) -> Ring:
    """The next key of a text to be typed, back where it is mistyped, and `then` once it stands there."""
    text = scene.local.text(field)
    if text == wanted:
        return (then,)
    if not wanted.startswith(text):
        return BACKSPACE
    return (f"key:{wanted[len(text)].lower()}",)


def in_text(scene: Scene, field: str, wanted: str) -> Ring:
    """The field of a form, its keys, its OK; any text does where none is `wanted`."""
    if scene.local.panel != f"text:{field}":
        return (f"field:{field}",)
    text = scene.local.text(field)
    return ("confirm",) if text and not wanted else typed(scene, field, wanted or "a", "confirm")


def ticked(scene: Scene, *keys: str, then: str) -> Ring:
    """The first box that is not ticked yet, and `then` once all are."""
    return next(((key,) for key in keys if key not in scene.local.ticks), (then,))


def listed(scene: Scene, field: str, key: str, *, pager: str, then: Ring) -> Ring:
    """A line of a list or the pager that leads to it, and `then` once it is chosen."""
    if scene.local.picks.get(field) == key:
        return then
    return (f"{field}:{key}", f"{pager}:later", f"{pager}:earlier")
