"""Everything that can be wrong in a file is told with file, key, value and what is allowed."""

from __future__ import annotations

import codecs
import os
import re
import shutil
from pathlib import Path

import pytest

from drivers.errors import NappageError
from kiosk.protocols.errors import (
    ProfileKeyMissing,
    ProfileKeyUnknown,
    ProfileMissing,
    ProfileSyntax,
    ProfileUnreadable,
    ProfileValue,
    ReferenceUnknown,
)
from kiosk.protocols.library import SHIPPED, load

MESOLIFT = Path("protocols/mesolift.toml")
DEVICE = Path("devices/reference.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "profiles")


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first place that looks like `old`; a test that edits nothing would prove nothing."""
    text = path.read_text()
    changed, found = re.subn(old, lambda _: new, text, count=1)
    assert found == 1, f"{old} is not in {path}"
    path.write_text(changed)


def complaint(folder: Path, kind: type[NappageError]) -> str:
    with pytest.raises(kind) as raised:
        load(folder)
    return str(raised.value)


RATE = r"rate_per_s = .*"
DEPTH = r"depth_mm = .*"
ZONE = "zones.forehead"
SOURCED = 'source = "s", grade = "A"'


@pytest.mark.requirement("LIM-1", "LIM-2", "LIM-9")
@pytest.mark.parametrize(
    ("old", "new", "key", "value", "allowed"),
    [
        # LIM-1: a soft limit that nothing asks about
        (
            r"session_shots = .*",
            f"session_shots = {{ soft = [1, 20], hard = [1, 100], {SOURCED} }}",
            "session_shots.soft",
            "[1, 20]",
            "no soft limit of a total",
        ),
        (
            "(?=rate_per_s)",
            f"session_ul = {{ soft = [1, 400], hard = [1, 2000], {SOURCED} }}\n",
            "session_ul.soft",
            "[1, 400]",
            "no soft limit of a total",
        ),
        (
            "(?=depth_mm)",
            f"total_ul = {{ soft = [1, 40], hard = [1, 400], {SOURCED} }}\n",
            ZONE + ".total_ul.soft",
            "[1, 40]",
            "no soft limit of a total",
        ),
        (
            "(?=depth_mm)",
            f"shots = {{ soft = [1, 40], hard = [1, 400], {SOURCED} }}\n",
            ZONE + ".shots.soft",
            "[1, 40]",
            "no soft limit of a total",
        ),
        # LIM-2: contradictions
        (
            DEPTH,
            f"depth_mm = {{ hard = [1.0, 0.5], {SOURCED} }}",
            ZONE + ".depth_mm.hard",
            "[1.0, 0.5]",
            "low not above high",
        ),
        (
            DEPTH,
            f"depth_mm = {{ soft = [0.4, 1.2], hard = [0.5, 1.0], {SOURCED} }}",
            ZONE + ".depth_mm",
            "soft [0.4, 1.2], hard [0.5, 1.0]",
            "hard low <= soft low <= default",
        ),
        (
            DEPTH,
            f"depth_mm = {{ default = 1.2, hard = [0.5, 1.0], {SOURCED} }}",
            ZONE + ".depth_mm",
            "default 1.2, soft none, hard [0.5, 1.0]",
            "<= soft high <= hard high",
        ),
        (
            DEPTH,
            f"depth_mm = {{ default = nan, hard = [0.5, 1.0], {SOURCED} }}",
            ZONE + ".depth_mm.default",
            "NaN",
            "0.05 mm or more, in steps of 0.05",
        ),
        (
            DEPTH,
            f"depth_mm = {{ hard = [0.5, inf], {SOURCED} }}",
            ZONE + ".depth_mm.hard",
            "Infinity",
            "0.05 mm or more",
        ),
        # LIM-3: only what the device can do, exactly
        (DEPTH, f"depth_mm = {{ hard = [0.5, 1.01], {SOURCED} }}", ZONE + ".depth_mm.hard", "1.01", "in steps of 0.05"),
        (DEPTH, f"depth_mm = {{ hard = [0.0, 1.0], {SOURCED} }}", ZONE + ".depth_mm.hard", "0.0", "0.05 mm or more"),
        (DEPTH, f"depth_mm = {{ hard = [-1, 1.0], {SOURCED} }}", ZONE + ".depth_mm.hard", "-1", "0.05 mm or more"),
        (DEPTH, f"depth_mm = {{ hard = [0.5, 9e99], {SOURCED} }}", ZONE + ".depth_mm.hard", "9E+99", "0.05 mm or more"),
        (
            r"dose_ul = .*",
            f"dose_ul = {{ hard = [1, 20.5], {SOURCED} }}",
            ZONE + ".dose_ul.hard",
            "20.5",
            "1 uL or more, in steps of 1",
        ),
        (
            RATE,
            f"rate_per_s = {{ hard = [0.55, 9], {SOURCED} }}",
            "rate_per_s.hard",
            "0.55",
            "0.1 shots/s or more, in steps of 0.1",
        ),
        (
            r"interval_days = .*",
            f"interval_days = {{ range = [13.5, 14], {SOURCED} }}",
            "interval_days.range",
            "13.5",
            "0 whole numbers or more, in steps of 1",
        ),
        (
            r"sessions = .*",
            f"sessions = {{ range = [0, 3], {SOURCED} }}",
            "sessions.range",
            "0",
            "1 whole numbers or more",
        ),
        # sources and grades
        (
            DEPTH,
            'depth_mm = { hard = [0.5, 1.0], source = "clinic" }',
            ZONE + ".depth_mm",
            "with a value or grade",
            'source = "clinic" alone',
        ),
        (
            DEPTH,
            'depth_mm = { source = "clinic", grade = "A" }',
            ZONE + ".depth_mm",
            "with a value or grade",
            'grade = "clinic"',
        ),
        (
            DEPTH,
            'depth_mm = { hard = [0.5, 1.0], source = " ", grade = "A" }',
            ZONE + ".depth_mm.source",
            '" "',
            "where the figure comes from",
        ),
        (
            DEPTH,
            'depth_mm = { hard = [0.5, 1.0], source = "s", grade = "C" }',
            ZONE + ".depth_mm.grade",
            '"C"',
            "no other grade may drive the device",
        ),
        (
            DEPTH,
            'depth_mm = { hard = [0.5, 1.0], source = "s" }',
            ZONE + ".depth_mm.grade",
            '""',
            '"A", "B", or "clinic"',
        ),
        (
            DEPTH,
            'depth_mm = { hard = [0.5, 1.0], source = "s", grade = "D" }',
            ZONE + ".depth_mm.grade",
            '"D"',
            "one of 'A', 'B', 'C', 'clinic', ''",
        ),
        (
            DEPTH,
            f"depth_mm = {{ default = 0.5, {SOURCED} }}",
            ZONE + ".depth_mm",
            "without hard limits",
            "hard = [low, high]",
        ),
        (
            r"spacing_mm = .*",
            f"spacing_mm = {{ {SOURCED} }}",
            ZONE + ".spacing_mm",
            "without a range",
            "range = [low, high]",
        ),
        # kinds of values
        (
            DEPTH,
            "depth_mm = 0.6",
            ZONE + ".depth_mm",
            "0.6",
            "a table with the keys source, grade, default, soft, hard",
        ),
        (
            DEPTH,
            f"depth_mm = {{ hard = [0.5], {SOURCED} }}",
            ZONE + ".depth_mm.hard",
            "[0.5]",
            "two numbers, [low, high], exactly 2",
        ),
        (DEPTH, f'depth_mm = {{ hard = [0.5, "deep"], {SOURCED} }}', ZONE + ".depth_mm.hard.1", '"deep"', "a number"),
        (DEPTH, f"depth_mm = {{ hard = [0.5, true], {SOURCED} }}", ZONE + ".depth_mm.hard.1", "true", "a number"),
        (
            r'technique = "nappage"',
            'technique = "deep"',
            ZONE + ".technique",
            '"deep"',
            "one of 'epidermal', 'nappage', 'papule'",
        ),
        (r"modes = .*", 'modes = ["bench"]', "modes.0", '"bench"', "one of 'single', 'burst', 'continuous'"),
        (r"modes = .*", "modes = []", "modes", "[]", "a list of one of 'single', 'burst', 'continuous', at least 1"),
        (r"title = .*", "title = 1979-05-27", "title", "1979-05-27", "a text"),
        (r"example = true", 'example = "yes"', "example", '"yes"', "true or false"),
        (r"(?s)\[zones.forehead\].*", "zones = {}", "zones", "a table", "a table with at least one entry"),
    ],
)
def test_a_wrong_value_is_told_with_its_key_and_what_is_allowed(
    folder: Path, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    edit(folder / MESOLIFT, old, new)
    text = complaint(folder, ProfileValue)
    assert text.startswith(f"E205: {folder / MESOLIFT}: '{key}' is ")
    shown, _, rest = text.partition("; allowed: ")
    assert value in shown
    assert allowed in rest


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "value", "allowed"),
    [
        (DEVICE, r"stop_b = 26", "stop_b = 5", "pins.stop_b", "5", "that no other signal has"),
        (DEVICE, r"buzzer = 12", "buzzer = 28", "pins.buzzer", "28", "0 to 27"),
        (DEVICE, r"step = 0.05", "step = 0.01", "caps.depth_mm.step", "0.01", "0.05 mm or more, in steps of 0.05"),
        (DEVICE, r"high = 6.00", "high = 6.02", "caps.depth_mm", "6.02", "in steps of 0.05"),
        (DEVICE, r"arming_shots = 20", "arming_shots = 0", "caps.arming_shots", "0", "1 whole numbers or more"),
        (
            DEVICE,
            r"unsensed_dose_ul = 50",
            "unsensed_dose_ul = 51",
            "caps.unsensed_dose_ul",
            "51",
            "at most 50 uL, the hard dose of the smallest barrel (1 mL)",
        ),
        (DEVICE, r"needle_mm_per_s = 200", "needle_mm_per_s = 0", "mechanics.needle_mm_per_s", "0", "0.001 mm or more"),
        ("needles.toml", r"gauge = 30", "gauge = 20", "needles.30g-4mm.gauge", "20", "a whole number, at least 27"),
        ("needles.toml", r"gauge = 31", "gauge = 35", "needles.31g-4mm.gauge", "35", "at most 34"),
        ("needles.toml", r"bore_mm = 0.114", "bore_mm = 0", "needles.31g-4mm.bore_mm", "0", "0.000001 mm or more"),
        (
            "needles.toml",
            r"pressure_kpa = 200",
            "pressure_kpa = 1.5",
            "needles.30g-4mm.pressure_kpa",
            "1.5",
            "a whole number",
        ),
        ("syringes.toml", r"barrel_ml = 2", "barrel_ml = 3", "syringes.2ml.barrel_ml", "3", "one of 1, 2, 5, 10"),
        ("syringes.toml", r"dose_ul = 50", "dose_ul = 0.5", "syringes.1ml.dose_ul", "0.5", "1 uL or more"),
        (
            "products.toml",
            r"point_ul = 200",
            "point_ul = nan",
            "products.example-label.point_ul",
            "NaN",
            "1 uL or more",
        ),
        ("products.toml", r"grade = \"A\"", 'grade = "C"', "products.example-label.grade", '"C"', "no other grade"),
        (
            "products.toml",
            r"session_points = 50",
            "session_points = 0",
            "products.example-label.session_points",
            "0",
            "a whole number, at least 1",
        ),
        (
            "screening.toml",
            r'grade = "C"',
            'grade = "X"',
            "items.pregnancy.grade",
            '"X"',
            "one of 'A', 'B', 'C', 'clinic'",
        ),
        (
            "products.toml",
            "9506000134352",
            "9506000134353",
            "products.example-saline.gtin",
            '"9506000134353"',
            "the last of them the check digit",
        ),
        (
            "products.toml",
            "9506000134352",
            "950600013435",
            "products.example-saline.gtin",
            '"950600013435"',
            "8, 12, 13",
        ),
        (
            "products.toml",
            "9506000134352",
            "9506000134-52",
            "products.example-saline.gtin",
            '"9506000134-52"',
            "digits",
        ),
        (
            "products.toml",
            "9506000134369",
            "09506000134352",
            "products.example-label.gtin",
            '"09506000134352"',
            "a number of its own; example-saline has this one",
        ),
        ("screening.toml", r'text = "Cancer"', 'text = ""', "items.cancer.text", '""', "a text, at least 1"),
        ("aftercare.toml", r"(?s).*", "items = 3", "items", "3", "a table with at least one entry"),
    ],
)
def test_every_kind_of_file_names_its_wrong_key(
    folder: Path, file: Path, old: str, new: str, key: str, value: str, allowed: str
) -> None:
    edit(folder / file, old, new)
    text = complaint(folder, ProfileValue)
    assert text.startswith(f"E205: {folder / file}: '{key}' is {value}; allowed: ")
    assert allowed in text


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (r"title = ", "titel = ", "titel"),
        (r"depth_mm = \{ default", "depth_mm = { defualt", ZONE + ".depth_mm.defualt"),
        (r"depth_mm = ", "depth_cm = ", ZONE + ".depth_cm"),
    ],
)
def test_an_unknown_key_is_refused(folder: Path, old: str, new: str, key: str) -> None:
    edit(folder / MESOLIFT, old, new)
    text = complaint(folder, ProfileKeyUnknown)
    assert f"there is no key '{key}'; allowed here: " in text


@pytest.mark.parametrize(
    ("old", "key"),
    [(r"title = .*", "title"), (DEPTH, ZONE + ".depth_mm"), (r', source = "skin[^"]*"', ZONE + ".depth_mm.source")],
)
def test_a_missing_key_is_told(folder: Path, old: str, key: str) -> None:
    edit(folder / MESOLIFT, old, "")
    text = complaint(folder, ProfileKeyMissing)
    assert 'write { source = "clinic" }.' in text
    assert f"'{key}' is missing; needed here: " in text
    assert '{ source = "clinic" }' in text


def test_the_wrong_one_of_many_zones_is_named(folder: Path) -> None:
    file = folder / MESOLIFT
    head, nose, tail = file.read_text().partition("[zones.nose]")
    file.write_text(head + nose + tail.replace('"nappage"', '"?"', 1))
    assert "'zones.nose.technique' is \"?\"" in complaint(folder, ProfileValue)


def test_a_name_that_nothing_answers_to_is_refused(folder: Path) -> None:
    edit(folder / MESOLIFT, r'"cold_spray"', '"ice"')
    assert "'preparation' names 'ice', which does not exist; there are: new_path, disinfect" in complaint(
        folder, ReferenceUnknown
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [('title = "x"\nmodes = = 3\n', 2), ('title = "x\n', 1), ("a = 1\nb = [\n", 3), ("a = 1\na = 2\n", 2)],
)
def test_what_is_not_toml_is_told_with_its_line(folder: Path, text: str, line: int) -> None:
    (folder / MESOLIFT).write_text(text)
    assert f"E204: {folder / MESOLIFT}, line {line}: this is not TOML" in complaint(folder, ProfileSyntax)


def test_a_mark_that_an_editor_put_before_the_first_line_is_no_part_of_it(folder: Path) -> None:
    path = folder / MESOLIFT
    path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert load(folder)


def test_what_is_not_text_is_unreadable(folder: Path) -> None:
    (folder / MESOLIFT).write_bytes(b'title = "\xff"')
    assert "cannot be read (byte 9 is not UTF-8)" in complaint(folder, ProfileUnreadable)


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a = 1\nb = " + "[" * 3000, 2, "nested too deeply"),
        ("a = 1\nb = " + "9" * 5000, 2, "a number of too many digits"),
        ("a = 12345678\nb = 1e999999999", 2, "a number of too many digits"),
        ("a = 1\nb = 0.6" + "0" * 40 + "1", 2, "a number of too many digits"),
    ],
)
def test_what_no_parser_can_hold_is_told_with_its_line(folder: Path, text: str, line: int, why: str) -> None:
    (folder / MESOLIFT).write_text(text)
    assert f"mesolift.toml, line {line}: this is not TOML ({why})" in complaint(folder, ProfileSyntax)


@pytest.mark.requirement("LIM-9")
def test_an_endless_file_is_not_read_to_its_end(folder: Path) -> None:
    (folder / MESOLIFT).write_text("#" * 1_000_001)
    assert "it has over 1000000 bytes" in complaint(folder, ProfileUnreadable)


@pytest.mark.requirement("LIM-9")
def test_a_pipe_in_place_of_a_file_is_not_waited_for(folder: Path) -> None:
    (folder / MESOLIFT).unlink()
    os.mkfifo(folder / MESOLIFT)
    assert "it is a device, socket or pipe" in complaint(folder, ProfileUnreadable)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("summary", "0x" + "f" * 4000, "a whole number of 16000 bits"),
        ("summary", "[" + "[1, 2], " * 200 + "3]", ("[" + "a list, " * 200)[:77] + "..."),
        ("summary", "[1, { a = 0x" + "f" * 100 + " }]", "a whole number of 400 bits"),
        ("modes", '"' + "x" * 500 + '"', '"' + "x" * 77 + '..."'),
    ],
)
def test_a_monstrous_value_is_told_in_short(folder: Path, key: str, value: str, told: str) -> None:
    edit(folder / MESOLIFT, f"(?m)^{key} = .*", f"{key} = {value}")
    assert re.search(rf"'{key}(\.a)?' is {re.escape(told)}; allowed", complaint(folder, ProfileValue))


def test_a_folder_in_place_of_a_file_is_unreadable(folder: Path) -> None:
    (folder / MESOLIFT).unlink()
    (folder / MESOLIFT).mkdir()
    assert "cannot be read (Is a directory)" in complaint(folder, ProfileUnreadable)


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize(
    "missing",
    [
        "needles.toml",
        "syringes.toml",
        "products.toml",
        "screening.toml",
        "aftercare.toml",
        "preparation.toml",
        "cleanup.toml",
        "reactions.toml",
    ],
)
def test_a_missing_file_stops_the_whole_folder(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    assert f"{folder / missing} does not exist" in complaint(folder, ProfileMissing)


@pytest.mark.requirement("LIM-9")
def test_a_folder_without_profiles_is_told(tmp_path: Path, folder: Path) -> None:
    assert "nowhere does not exist" in complaint(tmp_path / "nowhere", ProfileMissing)
    shutil.rmtree(folder / "protocols")
    assert "*.toml does not exist" in complaint(folder, ProfileMissing)
