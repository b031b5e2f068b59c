"""What the screens before and between sessions show: self-test, first start, sign-in, home, about."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AnswerCheck, RunSelfTest
from kiosk.channel.snapshot import Account, Catalogue, Check, CheckState, Snapshot
from kiosk.view.actions import Back, Go, Panel, Pick, Send, SubmitPin, Type
from kiosk.view.local import Local
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

CHECK_ICONS: dict[CheckState, str] = {
    "waiting": "timer",
    "running": "refresh",
    "asks": "help-circle",
    "passed": "check-circle",
    "failed": "close-circle",
}
CHECK_TONES: dict[CheckState, Tone] = {
    "waiting": "quiet",
    "running": "primary",
    "asks": "warn",
    "passed": "good",
    "failed": "danger",
}
NO_TREATING = "A session is opened by a practitioner."
NO_PATIENTS = "Records are read by practitioners and administrators."
DISCLAIMER = "Nappage is a reference design, not a certified medical device."
PIN_LEAST = 6


class SelfTest(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...] = ()
    summary: str = ""
    blocked: bool = False
    question: str = ""
    yes: Touch = NOTHING
    no: Touch = NOTHING
    again: Touch = NOTHING
    done: Touch = NOTHING


def selftest(snapshot: Snapshot, local: Local) -> SelfTest:
    """The checklist, its open question and what to repair (PST-1)."""
    asking = next((check for check in snapshot.checks if check.state == "asks"), None)
    failed = [check for check in snapshot.checks if check.state == "failed"]
    passed = sum(check.state == "passed" for check in snapshot.checks)
    going = any(check.state in ("running", "asks") for check in snapshot.checks)
    summary = f"{passed} of {len(snapshot.checks)} checks passed"
    if failed:
        summary = f"{failed[0].title}: {failed[0].detail}"
    return SelfTest(
        lines=tuple(_check(check) for check in snapshot.checks),
        summary=summary,
        blocked=bool(failed),
        question=asking.question if asking else "",
        yes=_answer(asking, "Yes") if asking else NOTHING,
        no=_answer(asking, "No") if asking else NOTHING,
        again=NOTHING if going else Touch("again", "Run again", Send(RunSelfTest()), icon="refresh"),
        done=_onwards(snapshot, local, failed=bool(failed)),
    )


def _onwards(snapshot: Snapshot, local: Local, *, failed: bool) -> Touch:
    """Back to where the test was asked from; while a check fails, to what somebody signed in may do about it."""
    if local.place == "selftest":
        return Touch("done", "Done", Back(), icon="check", tone="primary")
    if not failed:
        return NOTHING
    if snapshot.user is None:
        return Touch("signin", "Sign in", Go("signin"), icon="account", tone="primary")
    return Touch("recover", "Recover", Panel("recover"), icon="refresh", tone="primary")


def _check(check: Check) -> Line:
    detail = "repair: see below" if check.state == "failed" else check.detail
    return Line(check.key, check.title, detail, "", CHECK_ICONS[check.state], CHECK_TONES[check.state])


def _answer(check: Check, word: str) -> Touch:
    yes = word == "Yes"
    return Touch(
        f"{check.key}:{word.lower()}", word, Send(AnswerCheck(check.key, yes)), tone="primary" if yes else "plain"
    )


class SignIn(msgspec.Struct, frozen=True):
    accounts: tuple[Touch, ...] = ()
    prompt: str = ""
    dots: str = ""
    hint: str = ""
    enter: Touch = NOTHING
    clear: Touch = NOTHING


def dots(pin: str) -> str:
    """A PIN as dots, with rings for what is missing to six digits."""
    return "●" * len(pin) + "○" * max(0, PIN_LEAST - len(pin))


def signin(snapshot: Snapshot, local: Local) -> SignIn:
    """Accounts and PIN pad; in simulation each demo account shows its PIN."""
    chosen = next((entry for entry in snapshot.accounts if entry.name == local.picks.get("account")), None)
    pin = local.text("pin")
    why = _pin_why(chosen, pin)
    return SignIn(
        accounts=tuple(_account(entry, entry is chosen) for entry in snapshot.accounts),
        prompt=f"PIN of {chosen.name}" if chosen else "Choose your name",
        dots=dots(pin),
        hint=f"Demo PIN {chosen.demo_pin}" if chosen and chosen.demo_pin else "",
        enter=unless(Touch("enter", "Sign in", SubmitPin("signin"), tone="primary"), why),
        clear=Touch("pin:back", "", Type("back"), icon="backspace", on_down=True),
    )


def _pin_why(account: Account | None, pin: str) -> str:
    if account is None:
        return "Choose your name first."
    if account.disabled:
        return "This account is disabled; an administrator can set a new PIN."
    if account.wait_s:
        return f"Wait {account.wait_s} s after wrong PINs."
    return "" if len(pin) >= PIN_LEAST else "Type all digits of the PIN."


def _account(account: Account, chosen: bool) -> Touch:
    state = "disabled" if account.disabled else f"wait {account.wait_s} s" if account.wait_s else ""
    return Touch(
        f"account:{account.name}", account.name, Pick("account", account.name), detail=account.role, icon="account",
        trail=state or (f"PIN {account.demo_pin}" if account.demo_pin else ""), selected=chosen,
    )  # fmt: skip


class FirstStart(msgspec.Struct, frozen=True):
    name: Touch = NOTHING
    pin: Touch = NOTHING
    create: Touch = NOTHING
    shift: bool = False


def first(local: Local) -> FirstStart:
    """The first account (ACC-1): name and PIN on our own keyboard."""
    name, pin = local.text("name"), local.text("pin")
    why = "" if name.strip() and len(pin) >= PIN_LEAST else "Type a name and a PIN of 6 digits or more."
    return FirstStart(
        name=Touch("field:name", name or "Name", Pick("focus", "name"), detail="Name", selected=local.focus == "name"),
        pin=Touch("field:pin", dots(pin), Pick("focus", "pin"), detail="PIN", selected=local.focus == "pin"),
        create=unless(Touch("create", "Create", SubmitPin("first"), tone="primary"), why),
        shift=local.shift,
    )


class Home(msgspec.Struct, frozen=True):
    start: Touch = NOTHING
    history: Touch = NOTHING
    last: Touch = NOTHING
    """The last record; for those who do not treat, how to recover the injector."""
    test: Touch = NOTHING
    repeat: Touch = NOTHING
    state: tuple[Line, ...] = ()


def home(snapshot: Snapshot) -> Home:
    """What this person can do here, and the state of the device."""
    role = snapshot.user.role if snapshot.user else ""
    start = Touch("new", "New session", Go("protocols"), "Treatment, then patient code", "", "play", "primary")
    history = Touch("history", "History", Go("history"), "Sessions on this device", "", "history")
    recover = Touch("recover", "Recover", Panel("recover"), "Home the needle, clear faults", "", "refresh")
    repeat = Touch("repeat", "Repeat", Go("patient:repeat"), "A patient's last treatment again", "", "refresh")
    people = Touch("people", "People", Go("people"), "Accounts, roles and PINs", "", "account", "primary")
    return Home(
        start=people if role == "administrator" else unless(start, NO_TREATING if role == "technician" else ""),
        history=unless(history, NO_PATIENTS if role == "technician" else ""),
        last=_last(snapshot.last_session) if role == "practitioner" else recover,
        test=Touch("selftest", "Self-test", Go("selftest"), "Checks and questions", "", "clipboard-text"),
        repeat=repeat if role == "practitioner" else NOTHING,
        state=device_state(snapshot),
    )  # fmt: skip


def _last(number: int) -> Touch:
    if not number:
        return NOTHING
    return Touch("last", "Last record", Go(f"record:{number}"), f"Session {number}", icon="file-document")


def device_state(snapshot: Snapshot) -> tuple[Line, ...]:
    """The device in a few lines: link, calibration, loop, what is missing (UI-5)."""
    link, loop = snapshot.link, snapshot.loop
    serial = f"No. {link.serial}, firmware {link.firmware}" if link.serial and link.connected else ""
    lines = [
        Line("link", "Injector", serial or link.sentence, "", "usb", "good" if link.connected else "danger"),
        Line(
            "calibration", "Calibration", f"Certificate {link.calibration_id}" if link.calibration_id else "None",
            "", "gauge", "good" if link.calibration_id else "warn",
        ),
        Line(
            "loop", "Control cycle", "Real-time" if loop.realtime else "Ordinary priority",
            f"p99 {loop.p99_us / 1000:.1f} ms late", "pulse", "good" if loop.realtime else "warn",
        ),
    ]  # fmt: skip
    lines += [
        Line(f"missing{at}", "Not ready", words, "", "alert-circle", "warn")
        for at, words in enumerate(snapshot.missing[:4])
    ]
    if not snapshot.missing:
        lines.append(Line("ready", "Ready", "Nothing stands against a session", "", "check-circle", "good"))
    return tuple(lines)


class About(msgspec.Struct, frozen=True):
    disclaimer: str = DISCLAIMER
    lines: tuple[Line, ...] = ()


def about(snapshot: Snapshot, catalogue: Catalogue) -> About:
    """Versions, and the one plain sentence."""
    link, loop = snapshot.link, snapshot.loop
    identity = f"No. {link.serial}, firmware {link.firmware}" if link.serial else link.sentence
    late = f"median {_ms(loop.p50_us)}, p99 {_ms(loop.p99_us)}, most {_ms(loop.max_us)}"
    over = f"{'yes' if loop.realtime else 'no'}; {loop.over_10ms} of {loop.cycles} cycles over 10 ms late"
    return About(
        lines=(
            *(Line(name, name, version) for name, version in catalogue.versions),
            Line("injector", "Injector", identity),
            Line("calibration", "Calibration", f"Certificate {link.calibration_id}" if link.calibration_id else "None"),
            Line("frames", "Frames on the link", f"{link.good} good, {link.bad} bad"),
            Line("cycle", "Control cycle, late by", late),
            Line("realtime", "Real-time priority", over),
        )
    )


def _ms(us: int) -> str:
    """A lateness, two decimals."""
    return f"{us / 1000:.2f} ms"
