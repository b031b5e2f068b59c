"""The product keeps the house's rules, and each rule would notice if it did not."""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import rules

TIMELESS = (
    "kiosk/protocols",
    "kiosk/session",
    "kiosk/alarms",
    "kiosk/access",
    "kiosk/view",
    "hal_sim",
    "drivers/registers.py",
)
"""Where time is an argument: these run bit for bit the same again in virtual time."""

CLOCKED = tuple(f"hal_sim/{name}.py" for name in ("__main__", "bench", "console", "pace", "panel", "window", "wire"))
"""The edge of the simulator, where virtual time meets a clock, pins, a wire and a window."""

RELAXED = ("kiosk/app.py", "kiosk/screens", "hal_sim/window.py", "hal_sim/panel.py")
"""Kivy and gpiozero's mock pins carry no types; nobody else may loosen a whole file."""

BOUNDARIES = ("drivers/panel.py", "kiosk/records/clerk.py")
"""Files that may catch everything: what they would otherwise let through ends a thread or a process that must live."""

HUNDREDS = {
    "drivers": 1, "kiosk/protocols": 2, "kiosk/session": 3, "kiosk/records": 4, "kiosk/channel": 5, "kiosk/access": 6,
    "kiosk/alarms": 7, "kiosk/screens": 8, "kiosk/rehearsal": 8, "kiosk/system": 9,
}  # fmt: skip
"""The first digit of a room's error numbers, as drivers/errors.py states it."""


def wrong(rule: Callable[[str], list[str]], files: list[Path]) -> list[str]:
    return [f"{path.relative_to(rules.ROOT)}: {said}" for path in files for said in rule(path.read_text("utf-8"))]


def below(path: Path, places: tuple[str, ...]) -> bool:
    return any(path == rules.ROOT / place or rules.ROOT / place in path.parents for place in places)


def test_no_file_does_two_jobs() -> None:
    assert wrong(rules.too_long, rules.product_files()) == []


def test_nothing_is_left_unfinished() -> None:
    assert wrong(rules.unfinished, rules.product_files()) == []


def test_the_product_does_not_know_that_a_test_runs() -> None:
    assert wrong(rules.test_aware, rules.product_files()) == []


def test_no_error_is_caught_that_nobody_thought_of() -> None:
    assert wrong(rules.broad_excepts, [path for path in rules.product_files() if not below(path, BOUNDARIES)]) == []


def test_no_error_is_passed_over_in_silence() -> None:
    assert wrong(rules.silent_excepts, rules.product_files()) == []


def test_types_are_strict_outside_of_the_kivy_room() -> None:
    assert wrong(rules.relaxed_types, [path for path in rules.product_files() if not below(path, RELAXED)]) == []


def test_where_time_is_an_argument_nothing_reads_a_clock() -> None:
    files = [path for path in rules.product_files() if below(path, TIMELESS) and not below(path, CLOCKED)]

    assert len(files) > len(TIMELESS)
    assert wrong(rules.read_clocks, files) == []


def test_no_test_sleeps() -> None:
    # tests/bench measures: a bare loop that it compares with has to wait for its own period.
    tests = [path for path in sorted((rules.ROOT / "tests").rglob("*.py")) if "bench" not in path.parts]
    assert wrong(rules.sleeps, tests) == []


def test_an_error_number_means_one_thing() -> None:
    numbers = Counter(
        error.number for path in rules.product_files() for error in rules.numbered_errors(path.read_text())
    )

    assert [number for number, times in numbers.items() if times > 1] == []


def test_an_error_number_says_in_which_room_it_arose() -> None:
    misplaced = [
        f"{path.relative_to(rules.ROOT)}: {error.name} E{error.number}"
        for path in rules.product_files()
        for room, hundred in HUNDREDS.items()
        if below(path, (room,))
        for error in rules.numbered_errors(path.read_text())
        if error.number // 100 != hundred
    ]

    assert misplaced == []


def test_every_error_is_one_sentence_and_says_what_to_do() -> None:
    wrong_words = [
        f"{error.name}: {error.sentence!r} {error.remedy!r}"
        for path in rules.product_files()
        for error in rules.numbered_errors(path.read_text())
        if error.sentence.endswith(".")
        or error.sentence[0].islower()
        or error.remedy.rstrip("'\"")[-1] not in ".?"
        or any(name == "" for _, name, _, _ in string.Formatter().parse(error.sentence))
    ]  # fmt: skip

    assert wrong_words == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.too_long, "x = 1\n" * 401),
        (rules.unfinished, "# TODO: later\n"),
        (rules.unfinished, "raise NotImplementedError\n"),
        (rules.test_aware, 'if "pytest" in sys.modules: ...\n'),
        (rules.relaxed_types, "# pyright: basic\n"),
        (rules.broad_excepts, "try: f()\nexcept: g()\n"),
        (rules.broad_excepts, "try: f()\nexcept (KeyError, Exception): g()\n"),
        (rules.broad_excepts, "with contextlib.suppress(Exception): f()\n"),
        (rules.silent_excepts, "try: f()\nexcept KeyError: pass\n"),
        (rules.read_clocks, "now = time.monotonic()\n"),
        (rules.read_clocks, "now = datetime.datetime.now()\n"),
        (rules.sleeps, "time.sleep(1)\n"),
    ],
)
def test_a_planted_fault_is_found(rule: Callable[[str], list[str]], source: str) -> None:
    assert len(rule(source)) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.too_long, "x = 1\n" * 400),
        (rules.relaxed_types, "x = y.z  # pyright: ignore[reportAttributeAccessIssue]\n"),
        (rules.broad_excepts, "try: f()\nexcept KeyError: g()\n"),
        (rules.broad_excepts, "try: f()\nexcept BaseException:\n    g()\n    raise\n"),
        (rules.silent_excepts, "try: f()\nexcept KeyError: return None\n"),
        (rules.read_clocks, "engine.step(inputs, now)\n"),
    ],
)
def test_what_is_right_is_left_alone(rule: Callable[[str], list[str]], source: str) -> None:
    assert rule(source) == []


def test_an_errors_number_sentence_and_remedy_are_read_from_its_source() -> None:
    source = 'class Lost(Base):\n    number = 901\n    sentence: ClassVar[str] = "It is lost"\n    remedy = "Look."\n'

    assert list(rules.numbered_errors(source)) == [rules.Numbered("Lost", 901, "It is lost", "Look.")]
