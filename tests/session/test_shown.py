"""What is shown is made of what is so, also where it was kept from the snapshot before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kiosk.channel import commands as ask
from kiosk.channel.certificates import NameInstrument
from kiosk.channel.snapshot import Zone
from kiosk.session import instruments, people, present
from kiosk.session.cycle import PUBLISH_EVERY_S
from kiosk.session.exchange import Effect, Inputs, SetCursor
from tests.session.bench import ADMINISTRATOR, PRACTITIONER, TECHNICIAN, Bench

KEPT = (
    (present, "_session"),
    (present, "zones"),
    (present, "values"),
    (present, "offer"),
    (people, "_lines"),
    (instruments, "_views"),
)


def shown(bench: Bench, key: str) -> Zone:
    assert bench.snap.session is not None
    return next(zone for zone in bench.snap.session.zones if zone.key == key)


def test_what_an_arming_plans_in_its_zone_is_shown_with_it_and_what_is_given_with_each_shot(subject: Bench) -> None:
    subject.set(shots=4, rate=4000).mode("continuous").live()
    zone = subject.treat.zone
    assert (shown(subject, zone).planned, shown(subject, zone).done) == (4, 0)
    for given in (1, 2):
        subject.fire(1)
        assert shown(subject, zone).done == given == subject.treat.shot_count
        assert shown(subject, zone).given_nl == sum(
            shot.counted_nl for shot in subject.shot_rows() if shot.zone == zone
        )


def test_what_was_kept_is_always_what_would_be_made_anew(subject: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, int] = {}
    made: dict[str, list[Any]] = {}

    def checked(name: str, kept: Callable[..., Any]) -> Callable[..., Any]:
        def again(*inputs: Any) -> Any:
            found, anew = kept(*inputs), kept.__wrapped__(*inputs)  # type: ignore[attr-defined]
            assert found == anew
            asked[name] = asked.get(name, 0) + 1
            if found not in made.setdefault(name, []):
                made[name].append(found)
            return found

        return again

    for module, name in KEPT:
        monkeypatch.setattr(module, name, checked(name, getattr(module, name)))
    subject.set(shots=4, rate=4000, depth=700, dose=8_000).mode("continuous").live().fire(2)
    subject.release()
    subject.tell(ask.Disarm())
    subject.tell(ask.ChooseZone("temple", "left"))
    subject.refused(ask.SignIn(ADMINISTRATOR.name, "0000"))
    subject.do("needle remove")
    subject.run(0.3)
    subject.do("needle fit")
    subject.run(0.1)
    subject.needle()
    subject.tell(ask.Finish())
    subject.tell(ask.Sign(PRACTITIONER.pin, cleaned_up=True, aftercare_given=True))
    subject.sign_in(TECHNICIAN)
    subject.tell(NameInstrument("gauge", "Dial 12.5", "G7", "K-2026-119", "2027-03-01", 1_000, 1_500))
    subject.run(0.3)
    assert {name for name, found in made.items() if len(found) > 1} == {name for _, name in KEPT}
    assert all(2 * len(made[name]) < count for name, count in asked.items()), {
        n: (len(made[n]), asked[n]) for n in made
    }


def test_what_somebody_may_see_is_published_at_once_and_an_acknowledgement_to_the_injector_is_not(
    subject: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject.set(shots=6, rate=4000).mode("continuous").live().on_skin()
    step, effects = subject.engine.step, list[Effect]()

    def watched(inputs: Inputs, now: float) -> list[Effect]:
        effects[:] = step(inputs, now)
        return [*effects]

    monkeypatch.setattr(subject.engine, "step", watched)
    subject.press()
    acknowledged = published = 0
    last = subject.snap.stamp
    while subject.armed:
        subject.step()
        at_once = subject.snap.stamp == subject.clock.now
        due = subject.clock.now - last >= PUBLISH_EVERY_S
        alone = bool(effects) and all(isinstance(effect, SetCursor) for effect in effects)
        assert at_once == (due or (bool(effects) and not alone))
        acknowledged += alone and not due
        published += at_once and not due
        last = subject.snap.stamp
    assert acknowledged
    assert published
