"""What the screens before and between sessions show: self-test, first start, sign-in, home, about."""

from __future__ import annotations

import msgspec

from kiosk.channel.commands import AnswerCheck, RunSelfTest
from kiosk.channel.snapshot import Account, Catalogue, Check, CheckState, Snapshot
from kiosk.view import validity
from kiosk.view.actions import Back, Go, Panel, Pick, Send, SubmitPin, Type
from kiosk.view.due import on_home
from kiosk.view.language import decimal, mark, say
from kiosk.view.local import Local
from kiosk.view.preferences import languages
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless
from kiosk.view.words import ROLES

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
DISCLAIMER = mark("Nappage is a reference design, not a certified medical device.")
PIN_LEAST = 6
replace = msgspec.structs.replace
UNCALIBRATED = "calibration"
"""The check that a technician, and nobody else, can put right."""


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
    summary = say("{passed} of {count} checks passed", passed=passed, count=len(snapshot.checks))
    if failed:
        summary = f"{failed[0].title}: {failed[0].detail}"
    return SelfTest(
        lines=tuple(_check(check) for check in snapshot.checks),
        summary=summary,
        blocked=bool(failed),
        question=asking.question if asking else "",
        yes=_answer(asking, yes=True) if asking else NOTHING,
        no=_answer(asking, yes=False) if asking else NOTHING,
        again=NOTHING if going else Touch("again", say("Run again"), Send(RunSelfTest()), icon="refresh"),
        done=_onwards(snapshot, local, failed=bool(failed)),
    )


def _onwards(snapshot: Snapshot, local: Local, *, failed: bool) -> Touch:
    """Back to where the test was asked from; while a check fails, to what somebody signed in may do about it."""
    if local.place == "selftest":
        return Touch("done", say("Done"), Back(), icon="check", tone="primary")
    if not failed:
        return NOTHING
    if snapshot.user is None:
        return Touch("signin", say("Sign in"), Go("signin"), icon="account", tone="primary")
    if any(check.key == UNCALIBRATED for check in snapshot.checks if check.state == "failed"):
        if snapshot.user.role == "technician":
            return Touch("calibration", say("Calibration"), Go("calibration"), icon="gauge", tone="primary")
        if snapshot.user.role == "administrator" and not _has_technician(snapshot):
            return Touch("people", say("People"), Go("people"), icon="account", tone="primary")
    return Touch("recover", say("Recover"), Panel("recover"), icon="refresh", tone="primary")


def _has_technician(snapshot: Snapshot) -> bool:
    """Whether somebody can sign in who calibrates; on a first start nobody can yet."""
    return any(account.role == "technician" and not account.disabled for account in snapshot.accounts)


def _check(check: Check) -> Line:
    detail = say("repair: see below") if check.state == "failed" else check.detail
    return Line(check.key, check.title, detail, "", CHECK_ICONS[check.state], CHECK_TONES[check.state])


def _answer(check: Check, *, yes: bool) -> Touch:
    send = Send(AnswerCheck(check.key, yes))
    if yes:
        return Touch(f"{check.key}:yes", say("Yes"), send, tone="primary")
    return Touch(f"{check.key}:no", say("No"), send)


class SignIn(msgspec.Struct, frozen=True):
    accounts: tuple[Touch, ...] = ()
    prompt: str = ""
    dots: str = ""
    hint: str = ""
    enter: Touch = NOTHING
    clear: Touch = NOTHING
    languages: tuple[Touch, ...] = ()
    """The other languages, for whoever cannot read this one."""


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
        prompt=say("PIN of {name}", name=chosen.name) if chosen else say("Choose your name"),
        dots=dots(pin),
        hint=say("Demo PIN {demo}", demo=chosen.demo_pin) if chosen and chosen.demo_pin else "",
        enter=unless(Touch("enter", say("Sign in"), SubmitPin("signin"), tone="primary"), why),
        clear=Touch("pin:back", "", Type("back"), icon="backspace", on_down=True),
        languages=tuple(touch for touch in languages(local) if not touch.selected),
    )


def _pin_why(account: Account | None, pin: str) -> str:
    if account is None:
        return say("Choose your name first.")
    if account.disabled:
        return say("This account is disabled; an administrator can set a new PIN.")
    if account.wait_s:
        return say("Wait {seconds} s after wrong PINs.", seconds=account.wait_s)
    return "" if len(pin) >= PIN_LEAST else say("Type all digits of the PIN.")


def _account(account: Account, chosen: bool) -> Touch:
    state = (
        say("disabled")
        if account.disabled
        else say("wait {seconds} s", seconds=account.wait_s)
        if account.wait_s
        else ""
    )
    return Touch(
        f"account:{account.name}", account.name, Pick("account", account.name),
        detail=say(ROLES[account.role]), icon="account",
        trail=state or (say("PIN {demo}", demo=account.demo_pin) if account.demo_pin else ""), selected=chosen,
    )  # fmt: skip


class FirstStart(msgspec.Struct, frozen=True):
    name: Touch = NOTHING
    pin: Touch = NOTHING
    create: Touch = NOTHING
    shift: bool = False


def first(local: Local) -> FirstStart:
    """The first account (ACC-1): name and PIN on our own keyboard."""
    name, pin = local.text("name"), local.text("pin")
    why = "" if name.strip() and len(pin) >= PIN_LEAST else say("Type a name and a PIN of 6 digits or more.")
    return FirstStart(
        name=Touch(
            "field:name", name or say("Name"), Pick("focus", "name"), detail=say("Name"), selected=local.focus == "name"
        ),
        pin=Touch("field:pin", dots(pin), Pick("focus", "pin"), detail=say("PIN"), selected=local.focus == "pin"),
        create=unless(Touch("create", say("Create"), SubmitPin("first"), tone="primary"), why),
        shift=local.shift,
    )


class Home(msgspec.Struct, frozen=True):
    start: Touch = NOTHING
    history: Touch = NOTHING
    last: Touch = NOTHING
    """The last record; for those who do not treat, how to recover the injector."""
    test: Touch = NOTHING
    repeat: Touch = NOTHING
    """A patient's last treatment again; for administrators service, for technicians the calibration."""
    state: tuple[Line, ...] = ()
    due: tuple[Touch, ...] = ()
    """Codes whose next date is near or past; for practitioners."""


def home(snapshot: Snapshot, local: Local) -> Home:
    """What this person can do here, and the state of the device."""
    role = snapshot.user.role if snapshot.user else ""
    start = Touch(
        "new", say("New session"), Go("protocols"), say("Treatment, then patient code"), "", "play", "primary"
    )
    history = Touch("history", say("History"), Go("history"), say("Sessions on this device"), "", "history")
    recover = Touch("recover", say("Recover"), Panel("recover"), say("Home the needle, clear faults"), "", "refresh")
    repeat = Touch(
        "repeat", say("Repeat"), Go("patient:repeat"), say("A patient's last treatment again"), "", "refresh"
    )
    calibrate = Touch(
        "calibration", say("Calibration"), Go("calibration"), say("What is in force, and until when"), "", "gauge"
    )
    inputs = Touch("inputs", say("Inputs and outputs"), Go("inputs"), say("Live, checks, times"), "", "pulse")
    people = Touch("people", say("People"), Go("people"), say("Accounts, roles and PINs"), "", "account", "primary")
    service = Touch("service", say("Service"), Go("service"), say("Wear, faults, link, support"), "", "clipboard-text")
    return Home(
        start={"administrator": people, "technician": replace(service, tone="primary")}.get(role, start),
        history=inputs if role == "technician" else history,
        last=_last(snapshot.last_session) if role == "practitioner" else recover,
        test=Touch("selftest", say("Self-test"), Go("selftest"), say("Checks and questions"), "", "clipboard-text"),
        repeat={"practitioner": repeat, "administrator": service, "technician": calibrate}.get(role, NOTHING),
        state=device_state(snapshot),
        due=on_home(local) if role == "practitioner" else (),
    )  # fmt: skip


def _last(number: int) -> Touch:
    if not number:
        return NOTHING
    return Touch(
        "last", say("Last record"), Go(f"record:{number}"), say("Session {number}", number=number), icon="file-document"
    )


def device_state(snapshot: Snapshot) -> tuple[Line, ...]:
    """The device in a few lines: link, calibration, loop, what is missing (UI-5)."""
    link, loop = snapshot.link, snapshot.loop
    serial = (
        say("No. {serial}, firmware {firmware}", serial=link.serial, firmware=link.firmware)
        if link.serial and link.connected
        else ""
    )
    late = decimal(f"{loop.p99_us / 1000:.1f}")
    lines = [
        Line("link", say("Injector"), serial or link.sentence, "", "usb", "good" if link.connected else "danger"),
        validity.line(snapshot),
        Line(
            "loop", say("Control cycle"),
            say("Real-time, 99 of 100 within {late} ms", late=late) if loop.realtime
            else say("Ordinary priority, 99 of 100 within {late} ms", late=late),
            "", "pulse", "good" if loop.realtime else "warn",
        ),
    ]  # fmt: skip
    lines += [
        Line(f"missing{at}", say("Not ready"), words, "", "alert-circle", "warn")
        for at, words in enumerate(snapshot.missing[:4])
    ]
    if not snapshot.missing:
        lines.append(Line("ready", say("Ready"), say("Nothing stands against a session"), "", "check-circle", "good"))
    return tuple(lines)


class About(msgspec.Struct, frozen=True):
    disclaimer: str = ""
    lines: tuple[Line, ...] = ()


def about(snapshot: Snapshot, catalogue: Catalogue) -> About:
    """Versions, and the one plain sentence."""
    link, loop = snapshot.link, snapshot.loop
    identity = (
        say("No. {serial}, firmware {firmware}", serial=link.serial, firmware=link.firmware)
        if link.serial
        else link.sentence
    )
    late = say(
        "median {middle}, p99 {late}, most {most}",
        middle=_ms(loop.p50_us),
        late=_ms(loop.p99_us),
        most=_ms(loop.max_us),
    )
    over = say(
        "{yes}; {over} of {cycles} cycles over 10 ms late",
        yes=say("yes") if loop.realtime else say("no"),
        over=loop.over_10ms,
        cycles=loop.cycles,
    )
    return About(
        disclaimer=say(DISCLAIMER),
        lines=(
            *(Line(name, name, version) for name, version in catalogue.versions),
            Line("injector", say("Injector"), identity),
            msgspec.structs.replace(
                validity.line(snapshot), icon="", title=say("Calibration {number}", number=snapshot.in_force.id)
            ),
            Line("frames", say("Frames on the link"), say("{good} good, {bad} bad", good=link.good, bad=link.bad)),
            Line("cycle", say("Control cycle, late by"), late),
            Line("realtime", say("Real-time priority"), over),
        ),
    )


def _ms(us: int) -> str:
    """A lateness, two decimals."""
    return decimal(f"{us / 1000:.2f} ms")
