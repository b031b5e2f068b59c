"""The person in the bench: from the self-test to a running treatment, at whatever seat, real or in virtual time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from kiosk.access.demo import DEMO_ACCOUNTS
from kiosk.channel import commands as ask
from kiosk.channel.snapshot import Reply, Snapshot

PROTOCOL, PRODUCT, NEEDLE, SYRINGE = "bench", "example-saline", "30g-4mm", "10ml"
FILL_NL = 10_000_000
PATIENCE_S = 60.0
TRIES = 20


class BenchFailed(Exception):
    """The product did not do what the bench needs of it; the text says at which step."""


class Seat(Protocol):
    """A place from which the kiosk's commands are given, with the bench's console beside it."""

    @property
    def sees(self) -> Snapshot: ...

    def ask(self, command: ask.AnyCommand) -> Reply: ...

    def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None: ...

    def tell(self, line: str) -> str: ...


def profiles_without_totals(shipped: Path, folder: Path) -> Path:
    """A copy of the profiles with one protocol more: the first zone of the mesolift without soft limits and totals.

    A run of 30,000 cycles is longer than any treatment; nothing else about it is different.
    """
    for path in shipped.rglob("*.toml"):
        target = folder / path.relative_to(shipped)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    text = (shipped / "protocols" / "mesolift.toml").read_text("utf-8")
    head, first, *_ = text.split("[zones.")
    kept = [line for line in f"{head}[zones.{first}".split("\n") if not line.startswith("session_shots")]
    without_soft = re.sub(r"soft = \[[^]]*\], ", "", "\n".join(kept))
    (folder / "protocols" / f"{PROTOCOL}.toml").write_text(without_soft, "utf-8")
    return folder


def do(seat: Seat, command: ask.AnyCommand) -> Reply:
    """Give a command that must be taken.

    Raises:
        BenchFailed: it was refused, in control's own words.
    """
    reply = seat.ask(command)
    if not reply.ok:
        raise BenchFailed(f"{type(command).__name__} was refused: E{reply.error}: {reply.sentence}")
    return reply


def _insist(seat: Seat, command: ask.AnyCommand) -> None:
    """Give a command about what a hand just did: control may not have heard of it yet, so a person tries again."""
    for _ in range(TRIES):
        if seat.ask(command).ok:
            return
        seen = seat.sees.number
        seat.until(lambda seen=seen: seat.sees.number > seen, "a newer snapshot")
    do(seat, command)


def make_ready(seat: Seat) -> None:
    """From the self-test to the treating screen, with a full syringe of 10 mL."""
    while not seat.sees.ready:
        seat.until(lambda: seat.sees.ready or bool(_asked(seat.sees)), "the self-test")
        key = _asked(seat.sees)
        if key:
            do(seat, ask.AnswerCheck(key, True))
            seat.until(lambda asked=key: _asked(seat.sees) != asked, f"the check '{key}'")
    account = DEMO_ACCOUNTS[0]
    do(seat, ask.SignIn(account.name, account.pin))
    do(seat, ask.OpenSession(PROTOCOL, "BENCH-1", True))
    do(seat, ask.AnswerScreening(True, True, ()))
    do(seat, ask.UseProduct(PRODUCT, "L1", "2099-12-31"))
    seat.tell("needle fit 30 4")
    _insist(seat, ask.FitNeedle(NEEDLE, True))
    for line in ("barrel 10", f"syringe fill {FILL_NL // 1000}", "line new"):
        seat.tell(line)
    seat.until(lambda: state(seat)["barrel"] == "ML_10", "the barrel")
    _insist(seat, ask.FitSyringe(SYRINGE, FILL_NL, True, True))
    do(seat, ask.Prepared(True))
    seat.until(lambda: seat.sees.session is not None and seat.sees.session.step == "prime", "priming")
    session = seat.sees.session
    assert session is not None, "it was awaited"
    do(seat, ask.Prime(session.prime_nl))
    do(seat, ask.ConfirmDrop(True))
    seat.until(lambda: seat.sees.treat is not None and seat.sees.phase == "treat", "the treating screen")


def setting(seat: Seat, **values: int) -> None:
    """Continuous mode, and these of depth, dose (nL), rate (mHz) and shots."""
    do(seat, ask.ChooseMode("continuous"))
    for field, value in values.items():
        do(seat, ask.Edit(field, value))  # pyright: ignore[reportArgumentType]  the callers name fields
        seat.until(
            lambda field=field, value=value: _value(seat, field) == value or seat.sees.question is not None,
            f"{field} {value}",
        )
        if seat.sees.question is not None:  # ten times the last value is asked about
            do(seat, ask.ConfirmSoft(seat.sees.question.key, "for the bench"))
            seat.until(lambda field=field, value=value: _value(seat, field) == value, f"{field} {value}")


def arm(seat: Seat) -> Reply:
    """Arm what is shown, once nothing is missing."""
    seat.until(lambda: not seat.sees.missing, "everything that arming needs")
    shown, treat, session = seat.sees, seat.sees.treat, seat.sees.session
    assert treat is not None, "nothing is missing"
    assert session is not None, "nothing is missing"
    return seat.ask(
        ask.Arm(
            shown.number, treat.zone, treat.side, treat.depth.value, treat.dose.value, treat.mode, treat.rate.value,
            treat.shots.value, session.product, session.syringe, session.needle,
        )
    )  # fmt: skip


def armed(seat: Seat) -> bool:
    """Whether an arming lives."""
    return seat.sees.treat is not None and seat.sees.treat.arming is not None


def state(seat: Seat) -> dict[str, object]:
    """What the device shows."""
    return json.loads(seat.tell("state"))


def _asked(shown: Snapshot) -> str:
    return next((check.key for check in shown.checks if check.state == "asks"), "")


def _value(seat: Seat, field: str) -> int:
    return -1 if seat.sees.treat is None else getattr(seat.sees.treat, field).value
