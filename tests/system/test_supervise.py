"""Processes are started in order, kept alive, and ended together with nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.system import supervise
from kiosk.system.child import Child, ChildPlan, Restart
from kiosk.system.errors import ChildNotReady, ChildNotStarted, UnknownChild
from kiosk.system.supervise import Supervisor, ends_all, growing_wait_s
from kiosk.system.tether import tethered

HERE = Path(__file__).parents[2]
LONG_MS = 20_000
"""How long a test waits for an event before it says that the event never came."""

READY = "from kiosk.system.notify import Notifier; Notifier.from_environment().ready('open')\n"
WAIT = "import signal; signal.pause()\n"


def plan(name: str, code: str, restart: Restart = Restart.NEVER, **facts: object) -> ChildPlan:
    return ChildPlan(name, (sys.executable, "-c", code), restart, **{"announces": False, **facts})  # type: ignore[arg-type]


class Log:
    """Takes the supervisor's lines, and does something when a certain one comes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._wishes: list[tuple[str, Callable[[], object]]] = []

    def when(self, text: str, act: Callable[[], object]) -> Log:
        self._wishes.append((text, act))
        return self

    def __call__(self, line: str) -> None:
        self.lines.append(line.rstrip("\n"))
        for wish in [wish for wish in self._wishes if wish[0] in line]:
            self._wishes.remove(wish)
            wish[1]()


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def is_gone(pid: int) -> bool:
    """Wait until the process has ended; False when it lives on."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(LONG_MS))
    finally:
        os.close(handle)


def test_lines_carry_the_name_of_who_said_them() -> None:
    log = Log()

    Supervisor((plan("kiosk", "print('drawn'); print('no end', end='')"), plan("control", WAIT)), log).run()

    assert log.lines[:2] == ["kiosk   | drawn", "kiosk   | no end"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_all_and_is_a_good_end(number: signal.Signals) -> None:
    log = Log().when("second | here", lambda: os.kill(os.getpid(), number))
    subject = Supervisor((plan("first", WAIT), plan("second", "print('here')\n" + WAIT, Restart.ALWAYS)), log)

    assert subject.run() == 0


def test_all_are_ended_in_the_opposite_order_each_after_the_other() -> None:
    say_bye = (
        "import signal, sys\nsignal.signal(15, lambda *_: (print('bye'), sys.exit(0)))\nprint('up')\nsignal.pause()\n"
    )
    first = plan("first", READY + say_bye, announces=True)
    log = Log().when("second | up", press_ctrl_c)

    Supervisor((first, plan("second", say_bye, after="first")), log).run()

    assert [line for line in log.lines if "bye" in line] == ["second | bye", "first  | bye"]


def test_the_handlers_that_were_there_before_are_there_again() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    Supervisor((plan("short", ""),), Log()).run()

    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before


def test_a_process_waits_until_the_one_before_is_ready() -> None:
    log = Log().when("kiosk   | up", press_ctrl_c)
    control = plan("control", "print('opening')\n" + READY + WAIT, announces=True)

    Supervisor((control, plan("kiosk", "print('up')\n" + WAIT, after="control")), log).run()

    assert [line for line in log.lines if "|" in line][:3] == ["control | opening", "control | open", "kiosk   | up"]


def test_one_that_never_gets_ready_is_named_and_all_are_ended() -> None:
    subject = Supervisor((plan("control", WAIT, announces=True, ready_within_s=0.01), plan("bench", WAIT)), Log())

    with pytest.raises(ChildNotReady, match=r"E931.*control.*0\.01 s"):
        subject.run()


@pytest.mark.requirement("WDG-5")
def test_a_killed_kiosk_comes_back_while_control_lives_on() -> None:
    log = Log()
    pids: list[int] = []

    def pid_of(name: str) -> int:
        return int(next(line for line in reversed(log.lines) if line.startswith(name)).split()[-1])

    def second_start() -> None:
        pids.append(pid_of("kiosk"))
        press_ctrl_c()

    def first_start() -> None:
        pids.append(pid_of("kiosk"))
        log.when("kiosk   | pid", second_start)
        os.kill(pids[0], signal.SIGKILL)

    log.when("kiosk   | pid", first_start)
    say_pid = "import os; print('pid', os.getpid())\n" + WAIT
    code = Supervisor((plan("control", WAIT), plan("kiosk", say_pid, Restart.ALWAYS)), log).run()

    assert code == 0
    assert len(set(pids)) == 2
    assert "kiosk   | ended with 137; starting again in 0.25 s" in log.lines
    assert not [line for line in log.lines if line.startswith("control")]


def test_the_third_death_of_control_is_the_end_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "FIRST_WAIT_S", 0.001)
    log = Log()

    code = Supervisor((plan("kiosk", WAIT, Restart.ALWAYS), plan("control", "exit(7)", Restart.SOMETIMES)), log).run()

    assert code == 7
    assert sum("starting again" in line for line in log.lines) == 2
    assert log.lines[-1] == "control | ended with 7; ending all"


@pytest.mark.parametrize("code", [0, 2])
def test_an_end_on_purpose_or_a_refusal_ends_all_at_once(code: int) -> None:
    log = Log()

    assert Supervisor((plan("control", WAIT), plan("kiosk", f"exit({code})", Restart.ALWAYS)), log).run() == code
    assert not [line for line in log.lines if "starting again" in line]


def test_a_command_that_is_missing_is_said_and_never_repeated() -> None:
    log = Log()
    missing = ChildPlan("kiosk", ("/nowhere/nappage",), Restart.ALWAYS, announces=False)

    assert Supervisor((missing,), log).run() == 127
    assert log.lines[0] == "kiosk | /nowhere/nappage: No such file or directory"


def test_a_python_that_is_missing_is_a_numbered_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    log = Log()

    with pytest.raises(ChildNotStarted, match="E930"):
        Supervisor((plan("kiosk", WAIT),), log).run()


def test_one_that_will_not_end_is_killed() -> None:
    deaf = "import signal\nsignal.signal(15, signal.SIG_IGN)\nprint('deaf')\nwhile True: signal.pause()\n"
    log = Log().when("deaf", press_ctrl_c)

    assert Supervisor((plan("kiosk", deaf, stop_within_s=0.05),), log).run() == 0
    assert log.lines[-1] == "kiosk | did not end within 0.05 s; killed"


def test_a_second_ctrl_c_has_no_more_patience() -> None:
    deaf = (
        "import signal\nsignal.signal(15, lambda *_: print('heard', flush=True))\n"
        "print('up')\nwhile True: signal.pause()\n"
    )
    log = Log().when("up", press_ctrl_c).when("heard", press_ctrl_c)

    assert Supervisor((plan("kiosk", deaf, stop_within_s=600),), log).run() == 0
    assert not [line for line in log.lines if "did not end" in line]


def test_a_second_signal_of_a_closing_terminal_takes_no_patience_away() -> None:
    slow = (
        "import os, signal, sys\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {10})\n"  # kept until it is waited for
        "signal.signal(15, lambda *_: (print('heard'), signal.sigwait({10}), print('bye'), sys.exit(0)))\n"
        "print('pid', os.getpid())\nsignal.pause()\n"
    )
    log = Log().when("pid", lambda: os.kill(os.getpid(), signal.SIGHUP))

    def hang_up_again_and_let_it_end() -> None:
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(int(log.lines[0].split()[-1]), signal.SIGUSR1)

    log.when("heard", hang_up_again_and_let_it_end)

    assert Supervisor((plan("control", slow),), log).run() == 0
    assert log.lines[-1] == "control | bye"


def test_what_a_dead_process_left_behind_is_killed_with_it() -> None:
    leaves = (
        "import subprocess, sys\n"
        "left = subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print('left', left.pid, flush=True)\n"
    )
    log = Log()

    Supervisor((plan("kiosk", leaves),), log).run()

    assert is_gone(int(log.lines[0].split()[-1]))


def test_a_process_that_closes_its_output_is_still_supervised() -> None:
    silent = "import os, sys\nsys.stdout.flush(); os.close(1); os.close(2)\n" + READY + WAIT
    log = Log().when("kiosk   | up", press_ctrl_c)
    control = plan("control", silent, announces=True)

    assert Supervisor((control, plan("kiosk", "print('up')\n" + WAIT, after="control")), log).run() == 0


def test_the_end_of_its_output_is_noticed_and_wakes_nobody_again() -> None:
    subject = Child(plan("kiosk", "import os\nos.close(1); os.close(2)\n" + WAIT))
    subject.start(os.environ)
    poll = select.poll()
    poll.register(subject.output, select.POLLIN | select.POLLHUP)
    poll.poll(LONG_MS)

    lines = subject.read_lines()
    subject.ask_to_end()

    assert (lines, subject.silent, is_gone(subject.pid)) == ([], True, True)
    assert subject.reap() == (128 + signal.SIGTERM, [])


def test_when_nobody_reads_any_more_all_are_ended_and_nothing_is_said_twice() -> None:
    said: list[str] = []

    def broken(line: str) -> None:
        said.append(line)
        raise BrokenPipeError

    assert Supervisor((plan("kiosk", "print('hello'); print('again')\n" + WAIT),), broken).run() == 0
    assert said == ["kiosk | hello\n"]


def test_when_the_supervisor_itself_fails_nothing_is_left_behind() -> None:
    said: list[str] = []

    def broken(line: str) -> None:
        said.append(line)
        raise RuntimeError("a defect")

    with pytest.raises(RuntimeError, match="a defect"):
        Supervisor((plan("kiosk", "import os; print(os.getpid())\n" + WAIT), plan("control", WAIT)), broken).run()

    assert is_gone(int(said[0].split()[-1]))


def test_a_log_that_takes_nothing_ends_nobody_and_says_so_later() -> None:
    asked: list[str] = []
    log = Log()

    def write(line: str) -> None:
        asked.append(line)
        if len(asked) <= 2:
            raise OSError(28, "No space left on device")
        log(line)

    code = "print('first'); print('second'); print('third')\n"
    assert Supervisor((plan("kiosk", code),), write).run() == 0
    assert log.lines[:2] == ["(2 lines before this one came late or were lost: nothing took them)", "kiosk | third"]


def test_lines_go_to_standard_output_where_nobody_takes_them(capsys: pytest.CaptureFixture[str]) -> None:
    Supervisor((plan("kiosk", "print('hello')"),)).run()

    assert capsys.readouterr().out.startswith("kiosk | hello\n")


def test_waiting_for_one_that_does_not_come_before_is_refused() -> None:
    with pytest.raises(UnknownChild, match="E932"):
        Supervisor((plan("kiosk", WAIT, after="control"), plan("control", WAIT)), Log())


def test_children_see_the_environment_they_are_given() -> None:
    log = Log()
    ask = "import os; print(os.environ['SCREEN'], os.environ.get('WATCHDOG_USEC'))"

    Supervisor(
        (plan("kiosk", ask, environment={"SCREEN": "7 inch"}),), log, environ={"SCREEN": "no", "WATCHDOG_USEC": "5"}
    ).run()

    assert log.lines[0] == "kiosk | 7 inch None"


def test_when_the_supervisor_is_killed_nothing_is_left_behind() -> None:
    program = (
        "import sys\n"
        "from kiosk.system.child import ChildPlan, Restart\n"
        "from kiosk.system.supervise import Supervisor\n"
        "tell = 'import os, signal; print(os.getpid()); signal.pause()'\n"
        "one, two = (ChildPlan(n, (sys.executable, '-c', tell), Restart.NEVER, announces=False) for n in ('a', 'b'))\n"
        "Supervisor((one, two)).run()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=HERE) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(supervisor.stdout.readline().split()[-1]) for _ in range(2)]
        supervisor.kill()
        supervisor.wait()

        assert [is_gone(pid) for pid in pids] == [True, True]


def test_a_tether_whose_parent_is_already_gone_starts_nothing() -> None:
    python, isolated, file, _, *_ = tethered(("true",))
    done = subprocess.run([python, isolated, file, "1", "echo", "started"], capture_output=True, check=False)

    assert (done.returncode, done.stdout) == (125, b"")


def test_a_child_not_started_can_be_asked_to_end_and_killed() -> None:
    subject = Child(plan("kiosk", WAIT))

    subject.ask_to_end()
    subject.kill()
    subject.close()

    assert subject.pid == 0


@pytest.mark.parametrize(("deaths", "wait_s"), [(1, 0.25), (2, 0.5), (3, 1.0), (6, 8.0), (7, 15.0), (1000, 15.0)])
def test_the_wait_grows_to_a_limit(deaths: int, wait_s: float) -> None:
    assert growing_wait_s(deaths) == wait_s


@pytest.mark.parametrize(
    ("restart", "code", "deaths", "end"),
    [
        (Restart.ALWAYS, 1, 100, False),
        (Restart.ALWAYS, 0, 1, True),
        (Restart.SOMETIMES, 137, 2, False),
        (Restart.SOMETIMES, 137, 3, True),
        (Restart.SOMETIMES, 2, 1, True),
        (Restart.NEVER, 1, 1, True),
    ],
)
def test_what_an_exit_means(restart: Restart, code: int, deaths: int, end: bool) -> None:
    assert ends_all(restart, code, deaths) is end
