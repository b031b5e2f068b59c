"""The clerk: what takes long is done in a process of its own, and its end loses no question."""

from __future__ import annotations

import io
import os
import selectors
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.registers import AnchorPair
from kiosk.channel.service import BackupList
from kiosk.channel.snapshot import Exported, PatientPage, SessionList, SessionPage
from kiosk.protocols.library import SHIPPED
from kiosk.records.backup import FOLDER, profile_texts
from kiosk.records.clerk import Asked, Clerk, VerifyLedger, serve
from kiosk.records.clerk_client import (
    ANSWERED_WITHIN_S,
    COMMAND,
    STARTS_IN_VAIN_MAX,
    VERIFIED_WITHIN_S,
    WRITTEN_WITHIN_S,
    ClerkClient,
)
from kiosk.records.clerks import Clerks
from kiosk.records.ledger import Ledger
from kiosk.session.exchange import Answer, CheckPin, HashPin, Listing, MakeExport, ReadPage, ReadPatient
from kiosk.session.service_questions import ReadBackups, WriteBackup
from tests.records import sample

WAIT_S = 60


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def written(subject: Ledger, path: Path) -> Path:
    subject.append(sample.treatment(40))
    return path


@pytest.fixture
def clerk(written: Path, out: Path) -> Clerk:
    return Clerk(written, out)


@pytest.fixture
def client(written: Path, out: Path) -> Iterator[ClerkClient]:
    client = ClerkClient(written, out)
    yield client
    client.close()


def answers(client: ClerkClient, count: int) -> list[Answer]:
    """So many answers, waiting for the pipe and not for a time."""
    found = client.poll(0.0)
    with selectors.DefaultSelector() as selector:
        while len(found) < count:
            if not selector.get_map() or client.fileno() not in {key.fd for key in selector.get_map().values()}:
                for key in list(selector.get_map().values()):
                    selector.unregister(key.fileobj)
                selector.register(client.fileno(), selectors.EVENT_READ)
            assert selector.select(WAIT_S), "the clerk gave no answer"
            found += client.poll(0.0)
    return found


def test_it_answers_pages_of_history(clerk: Clerk) -> None:
    listing = clerk.answer(Asked(1, Listing(0)))
    assert isinstance(listing.page, SessionList)
    assert [line.number for line in listing.page.lines] == [1]
    page = clerk.answer(Asked(2, ReadPage(1))).page
    assert isinstance(page, SessionPage)
    assert page.line == listing.page.lines[0]
    patient = clerk.answer(Asked(3, ReadPatient("P-1043"))).page
    assert patient == PatientPage("P-1043", known=False, similar=("P-1042",))


def test_an_error_is_an_answer_with_its_number_sentence_and_remedy(clerk: Clerk) -> None:
    assert clerk.answer(Asked(7, ReadPage(99))) == Answer(
        7,
        ok=False,
        sentence="There is no session 99 in the record",
        remedy="List the sessions to see their numbers.",
        error=411,
    )


def test_it_hashes_and_checks_pins(clerk: Clerk) -> None:
    hashed = clerk.answer(Asked(1, HashPin("482615")))
    assert hashed.ok
    assert clerk.answer(Asked(2, CheckPin("482615", hashed.text))).ok
    wrong = clerk.answer(Asked(3, CheckPin("482616", hashed.text)))
    assert (wrong.ok, wrong.error) == (False, 0)
    assert clerk.answer(Asked(4, HashPin("123456"))).error == 600


@pytest.mark.requirement("LED-11")
def test_it_verifies(clerk: Clerk) -> None:
    good = clerk.answer(Asked(1, VerifyLedger()))
    assert (good.ok, good.text) == (True, "not anchored")
    lost = clerk.answer(Asked(2, VerifyLedger(AnchorPair(9999, bytes(32), 0, bytes(32)))))
    assert (lost.ok, lost.text) == (False, "lost")


def test_it_exports(clerk: Clerk, out: Path) -> None:
    page = clerk.answer(Asked(1, MakeExport(1, "csv"))).page
    assert page == Exported(str(out / "SIMULATED-session-00001.csv"))
    assert (out / "SIMULATED-session-00001.csv").is_file()
    assert clerk.answer(Asked(2, MakeExport(1, "xml"))).error == 413


def test_lines_that_nobody_understands_are_answered_and_the_next_is_served(clerk: Clerk) -> None:
    lines = [b'{"ticket":4,"question":{"type":"Dance"}}', b"rubbish", msgspec.json.encode(Asked(5, Listing(0)))]
    answered = io.BytesIO()
    serve(clerk, io.BytesIO(b"\n".join(lines) + b"\n"), answered)
    found = [msgspec.json.decode(line, type=Answer) for line in answered.getvalue().splitlines()]
    assert [(answer.ticket, answer.error) for answer in found] == [(4, 417), (0, 417), (5, 0)]


def test_questions_come_back_under_their_tickets_in_order(client: ClerkClient) -> None:
    tickets = [client.ask(Listing(0)), client.ask(ReadPage(1), 40), client.ask(ReadPatient("P-1042"))]
    found = answers(client, 3)
    assert [answer.ticket for answer in found] == tickets == [1, 40, 41]
    assert [type(answer.page) for answer in found] == [SessionList, SessionPage, PatientPage]


def test_more_questions_than_a_pipe_holds_are_all_answered(client: ClerkClient) -> None:
    for _ in range(1000):
        client.ask(ReadPatient("Q" * 60))
    assert len(answers(client, 1000)) == 1000


def test_it_runs_at_ordinary_priority(client: ClerkClient) -> None:
    client.ask(Listing(0))
    answers(client, 1)
    assert os.sched_getscheduler(client.pid) == os.SCHED_OTHER


def test_a_clerk_that_dies_answers_what_it_had_and_is_started_again(client: ClerkClient) -> None:
    client.ask(Listing(0))
    answers(client, 1)
    first = client.pid
    os.kill(first, signal.SIGSTOP)
    ticket = client.ask(Listing(0))
    os.kill(first, signal.SIGKILL)
    (lost,) = answers(client, 1)
    assert (lost.ticket, lost.error) == (ticket, 415)
    client.ask(Listing(0))
    assert answers(client, 1)[0].ok
    assert client.pid not in (0, first)


def stopped(client: ClerkClient) -> int:
    """The clerk that runs now answers nothing any more, and has not ended."""
    os.kill(client.pid, signal.SIGSTOP)
    return client.pid


def test_a_question_that_hangs_is_given_up_after_its_time_and_the_ones_after_it_are_answered(
    client: ClerkClient,
) -> None:
    first = stopped(client)
    hung, pin, page = client.ask(Listing(0)), client.ask(CheckPin("482615", "rubbish")), client.ask(ReadPage(1))
    assert client.poll(100.0) == []
    assert client.poll(100.0 + ANSWERED_WITHIN_S) == []
    (given_up,) = client.poll(100.1 + ANSWERED_WITHIN_S)
    assert (given_up.ticket, given_up.ok, given_up.error) == (hung, False, 430)
    assert given_up.sentence == "This took longer than 60 s and was given up"
    assert client.pid not in (0, first)
    assert [answer.ticket for answer in answers(client, 2)] == [pin, page]
    client.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_each_question_has_its_own_time_from_when_it_is_the_first(client: ClerkClient) -> None:
    stopped(client)
    tickets = [client.ask(Listing(0)), client.ask(VerifyLedger()), client.ask(MakeExport(1, "csv"))]
    now, given_up = 0.0, []
    for allowed in (ANSWERED_WITHIN_S, VERIFIED_WITHIN_S, WRITTEN_WITHIN_S):
        assert client.poll(now) == []
        assert client.poll(now + allowed) == []
        now += allowed + 1
        given_up += client.poll(now)
        assert (client.pid == 0) is (len(given_up) == STARTS_IN_VAIN_MAX), "a fourth one waits until somebody asks"
        if client.pid:
            stopped(client)
    assert [(answer.ticket, answer.error) for answer in given_up] == [(ticket, 430) for ticket in tickets]
    client.ask(Listing(0))
    assert answers(client, 1)[0].ok


def test_an_answer_begins_the_time_of_the_next_question(client: ClerkClient) -> None:
    client.ask(Listing(0))
    assert answers(client, 1)[0].ok
    stopped(client)
    assert client.poll(1000.0) == [], "nothing is asked, so nothing can be late"
    client.ask(Listing(0))
    assert client.poll(2000.0) == []
    assert client.poll(2000.0 + ANSWERED_WITHIN_S) == []
    os.kill(client.pid, signal.SIGCONT)
    assert answers(client, 1)[0].ok


def test_no_pin_waits_for_what_takes_long(written: Path, out: Path) -> None:
    """The record's check hangs, as one of ten years would; whoever signs in meanwhile is answered."""
    clerks = Clerks(lambda: ClerkClient(written, out))
    os.kill(clerks.slow.pid, signal.SIGSTOP)
    for ticket, question in enumerate((VerifyLedger(), MakeExport(1, "json"), WriteBackup("Ana Weber", "")), 1):
        clerks.ask(question, ticket)
    clerks.ask(HashPin("482615"), 4)
    clerks.ask(Listing(0), 5)
    assert [answer.ticket for answer in answers(clerks.quick, 2)] == [4, 5]
    assert clerks.poll(0.0) == []
    os.kill(clerks.slow.pid, signal.SIGCONT)
    assert [answer.ticket for answer in answers(clerks.slow, 3)] == [1, 2, 3]
    pids = clerks.quick.pid, clerks.slow.pid
    clerks.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_a_clerk_that_cannot_run_is_left_alone_after_three_times_until_somebody_asks(
    tmp_path: Path, written: Path, out: Path
) -> None:
    broken = tmp_path / "broken"
    broken.touch()
    script = f"import sys, pathlib; pathlib.Path({str(broken)!r}).exists() and sys.exit(3)\n"
    script += "from kiosk.records.clerk import main; main()"
    client = ClerkClient(written, out, (sys.executable, "-c", script))
    for _ in range(STARTS_IN_VAIN_MAX):
        client.ask(Listing(0))
        assert answers(client, 1)[0].error == 415
    assert (client.pid, client.fileno()) == (0, -1)
    assert client.poll(0.0) == []
    ticket = client.ask(Listing(0))
    assert [(answer.ticket, answer.error) for answer in answers(client, 1)] == [(ticket, 415)]
    assert client.pid == 0
    broken.unlink()
    client.ask(Listing(0))
    assert answers(client, 1)[0].ok
    client.close()


def test_a_question_that_finds_a_defect_is_answered_and_the_next_pin_is_checked(
    clerk: Clerk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def defect(*_: object) -> None:
        raise RecursionError("too deep")

    hashed = clerk.answer(Asked(1, HashPin("482615"))).text
    monkeypatch.setattr("kiosk.records.history.sessions", defect)
    failed = clerk.answer(Asked(2, Listing(0)))
    assert (failed.ticket, failed.ok, failed.error) == (2, False, 429)
    assert "RecursionError: too deep" in failed.sentence
    assert "in defect" in capsys.readouterr().err, "the log names the place"
    assert clerk.answer(Asked(3, CheckPin("482615", hashed))).ok


# -- files of settings: whatever else lies in their folders ------------------------------------------------------------
DEEP = '{"format":"nappage settings","version":1,"sha256":"","content":' + "[" * 100_000


@pytest.fixture
def profiles(tmp_path: Path) -> Path:
    """A clinic's own profiles, with what an editor and a person left one level down."""
    folder = tmp_path / "profiles"
    shutil.copytree(SHIPPED, folder)
    (folder / "old").mkdir()
    (folder / "old" / "copy.toml").symlink_to("nowhere")
    (folder / "old" / "latin.toml").write_bytes("title = 'é'".encode("latin-1"))
    (folder / "devices" / ".#reference.toml").symlink_to("somebody@host")
    (folder / "scenarios.toml").mkdir()
    return folder


def test_a_backup_opens_profiles_only(written: Path, out: Path, profiles: Path) -> None:
    (profiles / "scenarios.toml").rmdir()
    made = Clerk(written, out, profiles).answer(Asked(1, WriteBackup("Ana Weber", "")))
    assert made.ok, made.sentence
    assert isinstance(made.page, BackupList)
    assert made.page.lines[0].profiles == len(profile_texts(SHIPPED))


def test_a_profile_that_cannot_be_read_is_named_and_the_record_is_not_blamed(
    written: Path, out: Path, profiles: Path
) -> None:
    clerk = Clerk(written, out, profiles)
    folder = clerk.answer(Asked(1, WriteBackup("Ana Weber", "")))
    assert (folder.error, "scenarios.toml" in folder.sentence) == (423, True)
    (profiles / "scenarios.toml").rmdir()
    (profiles / "scenarios.toml").write_bytes(b"title = '\xe9'")
    latin = clerk.answer(Asked(2, WriteBackup("Ana Weber", "")))
    assert (latin.error, "it is no text in UTF-8" in latin.sentence) == (423, True)


def test_whatever_lies_among_the_backups_is_listed_with_its_reason(written: Path, out: Path) -> None:
    folder = written.parent / FOLDER
    folder.mkdir()
    (folder / "deep.json").write_text(DEEP)
    (folder / "gone.json").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.json")
    page = Clerk(written, out).answer(Asked(1, ReadBackups())).page
    assert isinstance(page, BackupList)
    assert {line.name: line.why for line in page.lines} == {
        "deep.json": "it is no file of settings, or an edited one",
        "gone.json": "it cannot be read (No such file or directory)",
        "pipe.json": "it is no file of settings, or an edited one",
    }


def test_ctrl_c_does_not_reach_it_whenever_it_comes(written: Path, out: Path) -> None:
    """It is control's business; the clerk hears nothing of it before its first import either."""
    deaf = (*COMMAND[: COMMAND.index(sys.executable)], sys.executable, "-c")
    script = "import os, signal; os.kill(os.getpid(), signal.SIGINT); from kiosk.records.clerk import main; main()"
    client = ClerkClient(written, out, (*deaf, script))
    client.ask(Listing(0))
    assert answers(client, 1)[0].ok
    client.close()


def test_it_ends_with_its_pipe(client: ClerkClient) -> None:
    client.ask(Listing(0))
    answers(client, 1)
    process = client._process
    assert process is not None
    client.close()
    assert process.returncode == 0


def test_one_that_does_not_end_is_ended(client: ClerkClient) -> None:
    client.ask(Listing(0))
    answers(client, 1)
    process = client._process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    client.close(timeout_s=0.05)
    assert process.returncode == -signal.SIGKILL


def test_it_ends_when_its_parent_is_killed(written: Path, out: Path) -> None:
    script = (
        "import os, signal; from pathlib import Path; from kiosk.records.clerk_client import ClerkClient\n"
        "from kiosk.session.exchange import Listing\n"
        f"client = ClerkClient(Path({str(written)!r}), Path({str(out)!r})); client.ask(Listing(0))\n"
        "while not client.poll(0.0): pass\n"
        "print(client.pid, flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        handle = os.pidfd_open(pid)
        parent.kill()
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        assert selector.select(WAIT_S), "the clerk outlived its parent"
    os.close(handle)


def test_it_is_ordinary_even_when_control_runs_in_real_time(written: Path, out: Path) -> None:
    """The child of a SCHED_FIFO process would compete with the loop that it is there to relieve."""
    script = (
        "import os; from pathlib import Path; from kiosk.records.clerk_client import ClerkClient\n"
        "from kiosk.session.exchange import Listing\n"
        "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))\n"
        f"client = ClerkClient(Path({str(written)!r}), Path({str(out)!r})); client.ask(Listing(0))\n"
        "import select; select.select([client], [], []); client.poll(0.0)\n"
        "print(os.sched_getscheduler(0), os.sched_getscheduler(client.pid)); client.close()"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    if "PermissionError" in found.stderr:
        pytest.skip("this user may not use SCHED_FIFO")
    assert found.stdout.split() == [str(os.SCHED_FIFO), str(os.SCHED_OTHER)], found.stderr
