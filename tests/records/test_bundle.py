"""The file for support: whatever a patient code was typed into, no byte of it leaves the device."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.errors import NappageError
from kiosk.protocols.library import SHIPPED
from kiosk.records import bundle
from kiosk.records.cli import reading
from kiosk.records.errors import ExportFailed
from kiosk.records.facts import Fact
from kiosk.records.ledger import Ledger
from kiosk.records.rows import EventRow, ResolutionRow, Row
from kiosk.records.scrub import LEFT_OUT, Scrubber
from tests.records import sample

CODES = ("ZQX-70771", "ZQX-70772", "zqx-7O771", "Wüst+Käse/9", 'qu"ote\\99', "KJ")
"""Known to the record: two that are one slip apart, one in another case, odd letters, and one of two letters."""
NEVER_OPENED = "YYQ-5511"
"""A code that was only ever typed into free text: the record does not know it as one."""
NAMES = ("Ana Weber", "Zebulon Quist")
NOW = datetime(2026, 11, 22, 10, 42)  # noqa: DTZ001  local time, as it is printed


def everywhere(code: str) -> str:
    return f"spoke with {code}, see{code}too, and {code.lower()} ({code.upper()})"


def rows() -> list[Row]:
    """A code in every field that can carry one, alone and inside a sentence."""
    found: list[Row] = [
        sample.account("Zebulon Quist", reason=everywhere(CODES[0])),
        sample.account("Ana Weber"),
        *(sample.session(number, code, CODES[0]) for number, code in enumerate(CODES, 2)),
        *sample.treatment(3),
        sample.calibration(),
        EventRow(Fact.ALARM, 1, 0, "", "Alarm 708 begins: Skin contact lost", {"number": 708, "what": "onset"}),
    ]
    for code in (*CODES, NEVER_OPENED):
        said = everywhere(code)
        typed: dict[str, Any] = {
            "reason": said, "note": said, "reactions": [said, code], "lot": code, "serial": code,
            "physician_reason": code, "content": said, "title": code, "words": said, "old": said, "new": said, code: 1,
        }  # fmt: skip
        if code == NEVER_OPENED:
            del typed[code]
        for kind in (*(kind.value for kind in Fact), "refused", "signed in", said if code != NEVER_OPENED else "note"):
            sentence = said if code != NEVER_OPENED or kind in FREE else "Alarm 708 begins"
            found.append(EventRow(kind, 1, 2, "Zebulon Quist", sentence, {**typed, "detail": _known(code)}))
    found.append(ResolutionRow(9_999, 1, sample.Certainty.DONE, 0, everywhere(CODES[1])))
    return found


FREE = frozenset(
    {Fact.SOFT_LIMIT.value, Fact.ACCEPTED.value, Fact.PAIRED.value, Fact.REACTION.value, Fact.SCREENING.value,
     Fact.PRODUCT.value, "refused", "note"}
)  # fmt: skip
"""Kinds whose sentence holds what somebody typed."""


def _known(code: str) -> str:
    return everywhere(code) if code != NEVER_OPENED else "310 kPa"


@pytest.fixture
def written(subject: Ledger, path: Path, tmp_path: Path) -> Path:
    """A bundle over such a record, with a log and a device's file that name a code as well."""
    work = [row for row in rows() if not isinstance(row, ResolutionRow) or row.id != 9_999]
    subject.append([*work, sample.authorisation(9_999), ResolutionRow(9_999, 1, sample.Certainty.DONE, 0, CODES[1])])
    (path.parent / "control.log").write_text(f"control: {everywhere(CODES[1])}\n", encoding="utf-8")
    profiles = tmp_path / "profiles"
    (profiles / "devices").mkdir(parents=True)
    text = (SHIPPED / "devices/reference.toml").read_text(encoding="utf-8")
    (profiles / "devices/reference.toml").write_text(f"# {everywhere(CODES[0])}\n{text}", encoding="utf-8")
    live = json.dumps({"checks": [["ledger", "failed", everywhere(CODES[0])]], CODES[2]: CODES[3]})
    with reading(path) as db:
        return bundle.write(db, tmp_path / "out" / "b.zip", live=live, profiles=profiles, logs=path.parent, now=NOW)


def contents(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def forms(code: str) -> set[bytes]:
    """A code as it may stand in a file: in any case, and as JSON escapes it."""
    spelled = {code, code.lower(), code.upper(), json.dumps(code)[1:-1], json.dumps(code, ensure_ascii=False)[1:-1]}
    return {each.encode() for each in spelled}


@pytest.mark.parametrize("code", [code for code in (*CODES, NEVER_OPENED) if len(code) > 2])
def test_no_byte_of_any_file_holds_a_patient_code(written: Path, code: str) -> None:
    whole = {**contents(written), "names": "\n".join(contents(written)).encode(), "zip": written.read_bytes()}
    for name, data in whole.items():
        for form in forms(code):
            assert form not in data, f"{name} holds {form!r}"
            assert form.lower() not in data.lower(), f"{name} holds {form!r} in another case"


def test_a_code_of_two_letters_stands_nowhere_as_a_word(written: Path) -> None:
    import re

    for name, data in contents(written).items():
        assert not re.search(r"(?<!\w)KJ(?!\w)", data.decode()), name


@pytest.mark.parametrize("name", NAMES)
def test_nobody_who_works_there_is_named(written: Path, name: str) -> None:
    assert not any(name.encode() in data for data in contents(written).values())


def test_the_same_patient_is_the_same_ordinal_in_every_row(written: Path) -> None:
    files = contents(written)
    lines = [json.loads(line) for line in files["rows/session.jsonl"].splitlines()]
    patients = {line["session"]: line["patient"] for line in lines}
    assert patients[2] == "[patient 1]"
    assert patients[3] == "[patient 2]"
    assert len(set(patients.values())) == len(CODES) + 1
    assert "[patient 2]" in files["logs/control.log"].decode()
    accounts = [json.loads(line) for line in files["rows/account.jsonl"].splitlines()]
    assert {line["name"] for line in accounts} == {"[person 1, practitioner]", "[person 2, practitioner]"}
    assert {line["pin"] for line in accounts} == {LEFT_OUT}


def test_what_helps_is_still_there(written: Path) -> None:
    files = contents(written)
    assert set(files) >= {
        "README.txt", "live.json", "faults.json", "wear.json", "profiles/devices/reference.toml", "rows/shot.jsonl",
        "logs/control.log",
    }  # fmt: skip
    assert b"SIMULATED" not in files["README.txt"]
    assert b"a simulated one" in files["README.txt"]
    shots = [json.loads(line) for line in files["rows/shot.jsonl"].splitlines()]
    assert {shot["dose_nl"] for shot in shots} >= {20_000}
    events = [json.loads(line) for line in files["rows/event.jsonl"].splitlines()]
    alarm = next(each for each in events if each["body"].get("what") == "onset")
    assert alarm["sentence"] == "Alarm 708 begins: Skin contact lost"
    assert alarm["body"]["number"] == 708
    assert json.loads(files["faults.json"])["counts"]
    assert b"viscosity_mpa_s" in files["profiles/devices/reference.toml"]


def test_without_control_and_without_patients_it_says_so(subject: Ledger, path: Path, tmp_path: Path) -> None:
    del subject
    with reading(path) as db:
        file = bundle.write(db, tmp_path / "b.zip", live="", profiles=SHIPPED, logs=tmp_path, now=NOW)
    files = contents(file)
    assert "live.json" not in files
    assert b"it was made without control" in files["README.txt"]


def test_a_profile_that_cannot_be_read_is_told_in_it(subject: Ledger, path: Path, tmp_path: Path) -> None:
    """It is wanted just when something is wrong; and the record, which is sound, is not blamed."""
    subject.append(sample.treatment(1))
    devices = tmp_path / "profiles" / "devices"
    devices.mkdir(parents=True)
    (devices / "latin.toml").write_bytes(b"title = '\xe9'")
    (devices / "gone.toml").symlink_to("nowhere")
    with reading(path) as db:
        made = bundle.write(db, tmp_path / "b.zip", live="", profiles=tmp_path / "profiles", logs=tmp_path, now=NOW)
    with zipfile.ZipFile(made) as file:
        assert b"it is no text in UTF-8" in file.read("profiles/devices/latin.toml")
        assert b"No such file" in file.read("profiles/devices/gone.toml")


@pytest.mark.parametrize("file", [Path(), Path("/")], ids=str)
def test_a_folder_instead_of_a_file_is_no_damage_to_the_record(subject: Ledger, path: Path, file: Path) -> None:
    subject.append(sample.treatment(1))
    with pytest.raises(ExportFailed, match="that is a folder"), reading(path) as db:
        bundle.write(db, file, live="", profiles=SHIPPED, logs=path.parent, now=NOW)


def test_a_file_that_cannot_be_written_is_one_sentence(subject: Ledger, path: Path, tmp_path: Path) -> None:
    del subject
    (tmp_path / "taken").write_text("")
    with reading(path) as db, pytest.raises(NappageError, match="E414"):
        bundle.write(db, tmp_path / "taken" / "b.zip", live="", profiles=SHIPPED, logs=tmp_path, now=NOW)


def test_a_code_or_name_that_nobody_knows_is_left_out() -> None:
    subject = Scrubber(["P1042", "P1042", ""], {"Ana": "technician"})
    assert (subject.patient("P1042"), subject.patient("P9"), subject.patient("")) == ("[patient 1]", LEFT_OUT, "")
    assert (subject.person("Ana"), subject.person("Bob"), subject.person("")) == (
        "[person 1, technician]", LEFT_OUT, "",
    )  # fmt: skip
    assert subject.text("p1042s and ANA") == "[patient 1]s and [person 1, technician]"
    assert Scrubber([], {}).text("nothing to hide") == "nothing to hide"
