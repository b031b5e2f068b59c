"""Who arms and who confirms is a person: another one who signs in takes neither over (LIM-1, ACC-1)."""

from __future__ import annotations

import pytest

from kiosk.channel import commands as ask
from tests.session.bench import TECHNICIAN, Bench


@pytest.mark.requirement("LIM-1")
def test_an_arming_ends_when_another_person_signs_in(subject: Bench) -> None:
    """Signing in is refused while something is armed; a PIN that is looked at meanwhile is answered all the same."""
    subject.mode("continuous").set(shots=10)
    subject.run(0.2)
    command = subject.arm_command()
    signs, arms = subject.send(ask.SignIn(TECHNICIAN.name, TECHNICIAN.pin)), subject.send(command)
    assert subject.reply(arms).ok
    assert subject.reply(signs).ok
    subject.until(lambda: not subject.armed, 0.5)
    assert "another person signed in" in subject.events("disarmed")[-1].sentence


@pytest.mark.requirement("LIM-1")
def test_what_one_person_confirmed_is_asked_of_another(subject: Bench) -> None:
    treatment = subject.engine.treatment
    assert treatment.setting is not None
    subject.tell(ask.Edit("depth", 1200))
    subject.run(0.1)
    question = treatment.question
    assert question is not None
    subject.tell(ask.ConfirmSoft(question.key, "thick skin"))
    assert treatment.confirmed
    subject.sign_in()
    subject.run(0.1)
    assert treatment.confirmed, "the same person was asked already"
    subject.sign_in(TECHNICIAN)
    subject.run(0.1)
    assert not treatment.confirmed
