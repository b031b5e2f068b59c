"""Bad starts: each a numbered error in one sentence, no traceback, and nothing armed."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from kiosk.channel.snapshot import Check, Snapshot
from kiosk.rehearsal.console import Console
from kiosk.rehearsal.person import Person
from kiosk.rehearsal.stage import Stage
from tests.rehearsal.played import ROOT, nappage

PROFILES = ROOT / "profiles"


def says_one_numbered_sentence(said: str, number: int) -> None:
    assert "Traceback" not in said
    assert re.search(rf"\bE{number}: \S", said), said


@pytest.fixture
def unbound(tmp_path: Path) -> Generator[list[str]]:
    """Words for a control in simulation whose panel socket listens, as a bench's does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as panel:
        panel.bind(str(tmp_path / "panel.sock"))
        panel.listen()
        yield ["control", "--simulated", "--channel", str(tmp_path / "c.sock"), "--panel", str(tmp_path / "panel.sock")]


def test_a_damaged_database_is_said_and_kept(tmp_path: Path, unbound: list[str]) -> None:
    ledger = tmp_path / "ledger-simulated.sqlite"
    ledger.write_bytes(b"this is not a ledger\n" * 400)
    before = ledger.read_bytes()
    ended = nappage(*unbound, "--data", tmp_path, "--port", "/dev/null")
    assert ended.returncode == 2
    says_one_numbered_sentence(ended.stderr, 950)
    assert str(ledger) in ended.stderr
    assert ledger.read_bytes() == before


def test_a_wrong_profile_is_said_with_file_and_key(tmp_path: Path, unbound: list[str]) -> None:
    shutil.copytree(PROFILES, tmp_path / "profiles")
    mesolift = tmp_path / "profiles" / "protocols" / "mesolift.toml"
    mesolift.write_text(mesolift.read_text().replace("technique =", "tecnique =", 1))
    ended = nappage(*unbound, "--data", tmp_path, "--port", "/dev/null", "--profiles", tmp_path / "profiles")
    assert ended.returncode == 2
    says_one_numbered_sentence(ended.stderr, 206)
    assert "mesolift.toml" in ended.stderr
    assert "tecnique" in ended.stderr


# -- the port: control starts, says what is wrong with it, and arms nothing --------------------------------------------
def link_check(shown: Snapshot) -> Check:
    return next(check for check in shown.checks if check.key == "link")


def blocked(tmp_path: Path, spoil: Callable[[Stage, Console], object], word: str) -> None:
    """Control over a spoilt port: the self-test fails at the link with a sentence, and nothing is ready."""
    with Stage(tmp_path, PROFILES, 2) as stage, Console(stage.console) as console:
        person = Person(stage)
        person.sees_that(lambda shown: shown.link.connected, "the injector")
        spoil(stage, console)
        seen = person.sees_that(
            lambda shown: not shown.link.connected and word in shown.link.sentence, f"a sentence with '{word}'"
        )
        assert not seen.ready
        person.sees_that(lambda shown: link_check(shown).state == "failed", "the failed check")
        assert word in link_check(person.sees).detail
        person.close()
        stage.end_control()
        assert not [line for line in stage.said("control") if "Traceback" in line]


def test_a_missing_port_is_said(tmp_path: Path) -> None:
    blocked(tmp_path, lambda _, console: console.tell("unplug", "test"), "does not exist")


@pytest.mark.requirement("LNK-1")
def test_a_port_that_answers_rubbish_is_said(tmp_path: Path) -> None:
    blocked(tmp_path, lambda _, console: console.tell("fault rubbish on", "test"), "injector")


def test_another_map_version_is_said(tmp_path: Path) -> None:
    def spoil(_: Stage, console: Console) -> None:
        console.tell("unplug", "test")
        console.tell("fault wrong-map on", "test")
        console.tell("replug", "test")

    blocked(tmp_path, spoil, "register map 2")
