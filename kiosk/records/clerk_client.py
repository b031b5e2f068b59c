"""Control's end of the clerk: hands questions over and collects answers, without ever waiting for either.

Questions wait here while the pipe is full; a clerk that ended is started again, and what it was working on is answered
with E415. After three ends without a single answer in between it is started only when somebody asks.

Questions are answered in order, so that one that hangs would keep back every one after it. Each has its time, from when
it is the first; when that is over the clerk is killed, this question is answered with E430, and those after it, which
were not begun, are asked of the next clerk.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import msgspec

from kiosk.protocols.library import SHIPPED
from kiosk.records.clerk import Asked, refusal
from kiosk.records.errors import ClerkGone, ClerkHung
from kiosk.session.exchange import Answer, MakeCertificate, MakeExport, MakeSheet, Question, VerifyLedger
from kiosk.session.service_questions import SettingsQuestion, WriteBundle

STARTS_IN_VAIN_MAX = 3
ANSWERED_WITHIN_S = 60
"""A PIN, or a page of the record: some hundred times what they take, and the start of a clerk among it."""
WRITTEN_WITHIN_S = 300
"""What is written as a file."""
VERIFIED_WITHIN_S = 1800
"""The whole record: ten years of a busy practice, at a fifth of the 50 000 rows a second that were measured."""
_CHUNK = 65536
COMMAND = (
    "env", "--ignore-signal=INT", "chrt", "--other", "0", sys.executable, "-m", "kiosk.records.clerk",
)  # fmt: skip
"""Before the interpreter starts, as half a second of imports must have neither, `env` makes it deaf to Ctrl-C, which is
control's business, and `chrt` takes real-time priority away."""


class _Open(msgspec.Struct, frozen=True):
    """A question as it was sent, and how long it may take, seconds."""

    line: bytes
    allowed_s: int


def _allowed_s(question: Question) -> int:
    if isinstance(question, VerifyLedger):
        return VERIFIED_WITHIN_S
    if isinstance(question, MakeExport | MakeSheet | MakeCertificate | WriteBundle | SettingsQuestion):
        return WRITTEN_WITHIN_S
    return ANSWERED_WITHIN_S


def takes_long(question: Question) -> bool:
    """Whether it may take longer than a PIN or a page of the record."""
    return _allowed_s(question) > ANSWERED_WITHIN_S


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        assert pipe is not None, "started with both"
        pipe.close()


class ClerkClient:
    """A clerk process and the questions it has.

    Args:
        ledger: The ledger that it reads.
        out: Folder for exports; made when missing.
        profiles: Folder of the profiles that control loaded.
        command: How it is started, without options; another one only for another interpreter.

    Make it in a thread that lives as long as control: the kernel ends the clerk with the thread that started it.
    """

    def __init__(self, ledger: Path, out: Path, command: tuple[str, ...] = COMMAND, profiles: Path = SHIPPED) -> None:
        folders = ("--ledger", str(ledger), "--out", str(out), "--profiles", str(profiles))
        self._command = [*command, *folders, "--parent", str(os.getpid())]
        self._open: dict[int, _Open] = {}
        """What was asked and is not answered, the first one first: that is what the clerk is working on."""
        self._since: float | None = None
        """Since when the first one is the first, as `poll` is told; None until it sees it."""
        self._killed: list[subprocess.Popen[bytes]] = []
        """Clerks that were killed and are not gone yet: one that waits for a disk may take its time."""
        self._unsent = bytearray()
        self._received = bytearray()
        self._ready: deque[Answer] = deque()
        self._next_ticket = 1
        self._in_vain = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._decoder = msgspec.json.Decoder(Answer)
        self._start()

    def ask(self, question: Question, ticket: int | None = None) -> int:
        """Hand a question in; its answer comes out of `poll` under the ticket returned. Never blocks."""
        if ticket is None:
            ticket = self._next_ticket
        self._next_ticket = max(self._next_ticket, ticket) + 1
        if self._process is None:
            self._start()
        line = msgspec.json.encode(Asked(ticket, question)) + b"\n"
        self._open[ticket] = _Open(line, _allowed_s(question))
        self._unsent += line
        self._push()
        return ticket

    def poll(self, now: float) -> list[Answer]:
        """Answers since the last call. Never blocks. `now` is CLOCK_MONOTONIC, seconds."""
        self._killed = [process for process in self._killed if process.poll() is None]
        self._push()
        self._pull()
        if self._process is not None and self._process.poll() is not None:
            self._pull()
            self._replace(f"exit code {self._process.returncode}")
        elif self._overdue(now):
            self._give_up()
        answers = list(self._ready)
        self._ready.clear()
        return answers

    def fileno(self) -> int:
        """For a selector: readable when an answer may be there. -1 when there is no clerk."""
        return self._process.stdout.fileno() if self._process is not None and self._process.stdout else -1

    @property
    def pid(self) -> int:
        """Its process number, 0 when there is none."""
        return self._process.pid if self._process is not None else 0

    def close(self, timeout_s: float = 2.0) -> None:
        """End the clerk: close its pipe; kill it when it does not end in time."""
        process, self._process = self._process, None
        if process is not None:
            _close_pipes(process)
            try:
                process.wait(timeout_s)
            except subprocess.TimeoutExpired:
                process.kill()
                self._killed.append(process)
        for killed in self._killed:
            with contextlib.suppress(subprocess.TimeoutExpired):
                killed.wait(timeout_s)

    def _start(self) -> None:
        # A pipe of its own for each direction, both non-blocking at this end.
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)

    def _push(self) -> None:
        if not self._unsent or self._process is None or self._process.stdin is None:
            return
        try:
            sent = os.write(self._process.stdin.fileno(), self._unsent)
        except (BlockingIOError, BrokenPipeError):
            return  # full: with the next poll; broken: poll sees that the process has ended
        del self._unsent[:sent]

    def _pull(self) -> None:
        if self._process is None or self._process.stdout is None:
            return
        while True:
            try:
                chunk = os.read(self._process.stdout.fileno(), _CHUNK)
            except BlockingIOError:
                break
            if not chunk:
                break
            self._received += chunk
        *lines, rest = self._received.split(b"\n")
        self._received = bytearray(rest)
        for line in lines:
            answer = self._decoder.decode(line)
            self._open.pop(answer.ticket, None)
            self._since, self._in_vain = None, 0
            self._ready.append(answer)

    def _replace(self, why: str) -> None:
        lost, self._open = list(self._open), {}
        self._unsent.clear()
        self._received.clear()
        self._ready += [refusal(ticket, ClerkGone(why=why)) for ticket in lost]
        self._let_go()
        if self._in_vain < STARTS_IN_VAIN_MAX:
            self._start()

    def _let_go(self) -> None:
        """This clerk answers nothing any more."""
        assert self._process is not None, "it was to answer"
        _close_pipes(self._process)
        self._process, self._since = None, None
        self._in_vain += 1

    def _overdue(self, now: float) -> bool:
        """Whether the first question has had its time."""
        first = next(iter(self._open.values()), None)
        if first is None or self._process is None:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since > first.allowed_s

    def _give_up(self) -> None:
        """Kill the clerk over the first question and ask the next one the rest; nothing is waited for."""
        assert self._process is not None, "somebody was to answer"
        ticket = next(iter(self._open))
        self._ready.append(refusal(ticket, ClerkHung(seconds=self._open.pop(ticket).allowed_s)))
        self._process.kill()
        self._killed.append(self._process)
        self._received.clear()
        self._unsent = bytearray(b"".join(asked.line for asked in self._open.values()))
        self._let_go()
        if self._open or self._in_vain < STARTS_IN_VAIN_MAX:
            self._start()
