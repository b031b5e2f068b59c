"""What control says is understood: each of its templates and errors, and all that a real engine says in a session."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.errors import NappageError, PortMissing
from kiosk.channel import commands as ask
from kiosk.session.errors import NotNow
from kiosk.view.errors import OutsideHard, TooFine
from kiosk.view.heard import SAID, heard, templates
from kiosk.view.language import speak
from tests.session.bench import Bench
from tests.words.pseudo import spoken

TYPED = "Q7"
"""What stands for a fact."""


@pytest.fixture(scope="module", autouse=True)
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with spoken(tmp_path_factory.mktemp("locale")) as code:
        speak(code)
        yield


@pytest.fixture(autouse=True)
def speaking() -> None:
    speak("xx")


def bare(words: str) -> str:
    """Everything outside the brackets."""
    before = ""
    while before != words:
        before, words = words, re.sub(r"\[[^\[\]]*\]", "", words)
    return words


def test_every_sentence_of_control_is_understood_with_its_facts() -> None:
    whole, with_facts = templates()
    for words in whole:
        if "{" not in words and words.strip():
            assert heard(words).startswith("["), words
    lost = []
    for each in with_facts:
        said = re.sub(r"\{\w+\}", TYPED, each.words)
        told = heard(said)
        if not told.startswith("[") or told.count(TYPED) != said.count(TYPED):
            lost.append((said, told))
    assert lost == []


def every_error() -> list[type[NappageError]]:
    from tests.words.collect import ERRORS

    kinds = (kind for kind in NappageError.__subclasses__() if kind.__module__ in ERRORS)
    plain = [kind for kind in kinds if kind.__init__ is NappageError.__init__]
    found = [kind for kind in plain if "{file}" not in kind.sentence]
    return sorted(found, key=lambda kind: kind.number)


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: f"E{kind.number}")
def test_every_error_is_understood_with_its_number_and_its_facts(kind: type[NappageError]) -> None:
    names = set(re.findall(r"\{(\w+)", kind.sentence))
    fault = kind(**{name: 7 if f"{{{name}:" in kind.sentence else TYPED for name in names})
    told = heard(str(fault))
    assert told.startswith(f"{fault.code}: "), told
    assert not re.search(r"[A-Za-z]{2}", bare(told.removeprefix(fault.code))), told


def test_facts_keep_what_a_person_typed_and_change_the_decimal_sign() -> None:
    assert "/dev/ttyACM0" in heard(str(PortMissing(port="/dev/ttyACM0")))
    told = heard(str(TooFine(text="0.33", step="0.05 mm")))
    assert "0,05 mm" in told
    told = heard(str(OutsideHard(text="9.00 mm", low="0.05", high="1.50 mm", origin="zone")))
    assert "9,00 mm" in told
    assert "0,05" in told
    assert "zone" not in bare(told)
    assert "needle" in heard("Code needle was never seen here"), "a code is never translated"


def test_two_facts_that_touch_are_told_apart() -> None:
    told = heard("Not all doses pass with calibration 8; a step moves 0.9210 of what is believed.")
    assert not re.search(r"[A-Za-z]{2}", bare(told)), told
    assert "0,9210" in told


def test_a_zone_of_a_clinic_keeps_its_name_in_a_sentence_of_control() -> None:
    told = heard("Left ring finger: 40 shots of 20.0 uL at 0.60 mm, single shots, 2.0 shots/s")
    assert "Ring finger, [lééft" in told
    assert "20,0 uL" in told


def test_a_sentence_is_never_half_in_one_language_and_half_in_another() -> None:
    for words in (
        "Depth 0.95 mm is above the usual feeling of us",
        "The clinic's own words would be 12 times too long",
    ):
        assert heard(words) == words


def test_a_sentence_in_a_sentence_is_understood_too() -> None:
    told = heard(str(NotNow(what="Open session", why="a treatment is armed; disarm first")))
    assert not re.search(r"[A-Za-z]{2}", bare(told.removeprefix("E301"))), told


def test_what_nobody_knows_is_shown_as_it_came() -> None:
    for words in ("Prise de sang a jeun", "Injections to the clinic's own plan", "MK-2291", "2027-04-30", ""):
        assert heard(words) == words


def test_a_session_of_a_real_engine_is_understood_whatever_happens(tmp_path: Path) -> None:
    """Every sentence that it shows from the power switch to the signature, through a stop, an unplug and a fault."""
    bench = Bench(tmp_path)
    said = set(sentences(bench.engine.catalogue()))
    bench.each_cycle.append(lambda: said.update(sentences(bench.seat.snapshot)))
    bench.prepare()
    bench.set(depth=600, shots=6)
    bench.mode("continuous").live().fire(2)
    for hand in ("stop press", "stop release", "unplug", "replug", "pedal down", "pedal up", "needle remove"):
        bench.do(hand)
        bench.run(2)
    bench.send(ask.AcknowledgeStop())
    bench.run(2)
    bench.send(ask.Finish())
    bench.run(1)
    bench.close()
    assert len(said) > 100
    assert sorted(words for words in said if re.search(r"[A-Za-z]{3}", bare(heard(words)))) == []


def sentences(shown: object, *, said: bool = False) -> Iterator[str]:
    """The texts in the fields that hold sentences; the source of a figure is a citation and stays."""
    if isinstance(shown, str) and said:
        yield shown
    elif isinstance(shown, tuple):
        for part in shown:
            yield from sentences(part, said=said)
    elif isinstance(shown, msgspec.Struct):
        fields = SAID.get(type(shown), ())
        for field in shown.__struct_fields__:
            yield from sentences(getattr(shown, field), said=field in fields and field != "source")


def test_a_whole_text_of_two_sentences_is_understood_inside_another_one() -> None:
    why = "The last record is 45 days old. A technician confirms date and time first."
    told = heard(f"The clock is not trusted: t{why[1:]}")
    assert "45" in told
    assert not re.search(r"[A-Za-z]{2}", bare(told)), told


@pytest.mark.parametrize("words", ["2 to 4", "3 to 4 sessions", "every 14 to 21 days"])
def test_a_range_of_figures_is_understood(words: str) -> None:
    assert not re.search(r"[A-Za-z]{2}", bare(heard(words))), heard(words)
