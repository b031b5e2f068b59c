"""The first session that the kiosk leads, at steps whose pages are full."""

from __future__ import annotations

from kiosk.view.local import Draft, Lesson
from tests.view.samples.alarms import ALARMS
from tests.view.samples.catalogue import PICKS
from tests.view.samples.ending import CLOSING
from tests.view.samples.preparing import SESSION, setup
from tests.view.samples.records import RECORD
from tests.view.samples.surroundings import RELEASED, Scenes, at, replace, snap
from tests.view.samples.treating import ARMED, ARMING, TREAT, TREATING

TAUGHT = Lesson(on=True, begun="2026-11-22 10:42", session=18)
STOPPED = replace(TAUGHT, seen=frozenset({"stopped"}))
SIGNED = replace(TAUGHT, seen=frozenset({"stopped", "refilled", "signed"}), session=17)
RENEWED = replace(TREATING, session=replace(SESSION, needle_shots=0))
FIRST = replace(TREATING, treat=replace(TREAT, zone="forehead", side="whole", shot_count=0))
"""Nothing is given yet: the lesson has not come to its first shot."""

SCENES: Scenes = {
    "lesson-selftest": (snap("starting", user=None, ready=False), at(lesson=TAUGHT)),
    "lesson-signin": (snap(user=None), at(picks=PICKS, texts={"pin": "482"}, lesson=TAUGHT)),
    "lesson-home": (snap(), at(lesson=TAUGHT)),
    "lesson-protocols": (snap(), at("protocols", lesson=TAUGHT)),
    "lesson-code": (snap(), at("patient", texts={"patient": "T10"}, focus="patient", lesson=TAUGHT)),
    "lesson-screening": (setup("screening"), at(ticks=frozenset({"adult", "consent"}), session=18, lesson=TAUGHT)),
    "lesson-lot": (setup("product"), at(panel="text:lot", focus="lot", picks={"product": "hyaluron"}, shift=True,
                                        lesson=TAUGHT)),
    "lesson-needle": (setup("needle"), at(picks=PICKS, lesson=TAUGHT)),
    "lesson-syringe": (setup("syringe"), at(picks=PICKS, fill_nl=2_000_000, lesson=TAUGHT)),
    "lesson-prime": (setup("prime"), at(lesson=TAUGHT)),
    "lesson-map": (FIRST, at(panel="zone", lesson=TAUGHT)),
    "lesson-depth": (
        replace(FIRST, treat=replace(TREAT, zone="nose", side="whole", shot_count=0)),
        at(panel="edit:depth", draft=Draft("depth", 600, 0.0), lesson=TAUGHT),
    ),
    "lesson-contact": (
        replace(ARMED, treat=replace(TREAT, zone="nose", side="whole", shot_count=0, arming=ARMING, enabled=True)),
        at(lesson=TAUGHT),
    ),
    "lesson-stop": (ARMED, at(lesson=TAUGHT)),
    "lesson-stopped": (
        replace(TREATING, stop=RELEASED),
        at(lesson=STOPPED),
    ),
    "lesson-alarm": (replace(TREATING, alarms=ALARMS), at(lesson=STOPPED)),
    "lesson-alarm-page": (replace(TREATING, alarms=ALARMS), at("alarm", alarm=707, lesson=STOPPED)),
    "lesson-renew": (TREATING, at(lesson=STOPPED)),
    "lesson-refill": (RENEWED, at(lesson=STOPPED)),
    "lesson-astray": (TREATING, at("settings", lesson=STOPPED)),
    "lesson-end": (CLOSING, at(ticks=frozenset({"clean:needle", "clean:path"}), lesson=STOPPED)),
    "lesson-record": (snap(last_session=17), at("record", record=RECORD, lesson=SIGNED)),
    "lesson-over": (
        snap(last_session=17),
        at("record", record=RECORD, lesson=replace(SIGNED, seen=SIGNED.seen | {"exported"})),
    ),
    "panel-lesson": (
        snap(last_session=17),
        at("record", record=RECORD, panel="lesson", lesson=replace(SIGNED, seen=SIGNED.seen | {"exported"})),
    ),
}  # fmt: skip
