"""The units that start this on a Pi: valid for systemd, with exactly the users, groups and rights that were meant."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSTEMD = ROOT / "systemd"
UNITS = ("nappage-control.service", "nappage-kiosk.service", "nappage.target")


class Settings(dict[str, list[str]]):
    """A unit's section: every key with all its values, in order."""

    def one(self, key: str) -> str:
        assert len(self[key]) == 1, f"{key} is given {len(self[key])} times"
        return self[key][0]


def section(unit: str, name: str) -> Settings:
    found = Settings()
    inside = False
    for line in (SYSTEMD / unit).read_text().split("\n"):
        if line.startswith("["):
            inside = line == f"[{name}]"
        elif inside and line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


@pytest.fixture
def control() -> Settings:
    return section("nappage-control.service", "Service")


@pytest.fixture
def kiosk() -> Settings:
    return section("nappage-kiosk.service", "Service")


@pytest.fixture(scope="module")
def groups(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Group to members, as systemd-sysusers makes them in an empty system."""
    root = tmp_path_factory.mktemp("root")
    (root / "etc").mkdir()
    subprocess.run(
        ["systemd-sysusers", f"--root={root}", str(SYSTEMD / "nappage.sysusers")], check=True, capture_output=True
    )
    lines = (root / "etc/group").read_text().splitlines()
    return {name: set(filter(None, members.split(","))) for name, _, _, members in (line.split(":") for line in lines)}


def installed(folder: Path) -> list[str]:
    """The units as they would lie on a Pi, with the program's place moved below ``folder``."""
    program = folder / "opt/.venv/bin/nappage"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    shutil.copytree(SYSTEMD, folder / "opt/systemd")
    for unit in UNITS:
        (folder / unit).write_text((SYSTEMD / unit).read_text().replace("/opt/nappage", str(folder / "opt")))
    return [str(folder / unit) for unit in UNITS]


def verify(units: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    done = verify(installed(tmp_path))

    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_would_find_a_wrong_key(tmp_path: Path) -> None:
    units = installed(tmp_path)
    unit = Path(units[0])
    unit.write_text(unit.read_text().replace("WatchdogSec=", "WatchdogSeconds="))

    assert "WatchdogSeconds" in verify(units).stderr


@pytest.mark.requirement("WDG-3")
def test_both_processes_are_watched_and_started_again(control: Settings, kiosk: Settings) -> None:
    for unit in (control, kiosk):
        assert unit.one("Type") == "notify"
        assert unit.one("WatchdogSec") == "5"
        assert unit.one("Restart") == "always"


@pytest.mark.requirement("WDG-3")
def test_the_hardware_watchdog_is_on_and_within_what_a_pi_can_count() -> None:
    manager = configparser.ConfigParser()
    manager.read(SYSTEMD / "nappage-watchdog.conf")

    assert 0 < int(manager["Manager"]["RuntimeWatchdogSec"]) <= 15
    assert "dtparam=watchdog=on" in firmware_lines()


@pytest.mark.requirement("WDG-6")
def test_control_may_have_the_priority_that_its_threads_ask_for(control: Settings) -> None:
    from kiosk.system import scheduling

    assert int(control.one("LimitRTPRIO")) >= scheduling.PIN_EVENTS
    assert control.one("RestrictRealtime") == "no"


@pytest.mark.requirement("ACC-5")
def test_each_user_is_in_exactly_the_groups_that_it_needs(groups: dict[str, set[str]]) -> None:
    of = {
        user: {name for name, members in groups.items() if user in members}
        for user in ("nappage-control", "nappage-kiosk")
    }

    assert of["nappage-control"] == {"dialout", "gpio"}
    assert of["nappage-kiosk"] == {"video", "render", "input", "audio", "nappage-channel"}


@pytest.mark.requirement("ACC-5")
def test_the_units_add_no_groups_of_their_own(control: Settings, kiosk: Settings) -> None:
    for unit, user in ((control, "nappage-control"), (kiosk, "nappage-kiosk")):
        assert (unit.one("User"), unit.one("Group")) == (user, user)
        assert "SupplementaryGroups" not in unit
        assert (unit.one("CapabilityBoundingSet"), unit.one("NoNewPrivileges")) == ("", "yes")


@pytest.mark.requirement("ACC-5")
def test_the_kiosk_reaches_neither_port_nor_pins_nor_database(control: Settings, kiosk: Settings) -> None:
    assert kiosk.one("DevicePolicy") == "closed"
    assert set(kiosk["DeviceAllow"]) == {"char-drm rw", "char-input rw", "char-alsa rw", "/dev/tty1 rw"}
    assert kiosk.one("InaccessiblePaths") == "-/var/lib/nappage"
    assert control.one("StateDirectory") == "nappage"
    assert control.one("StateDirectoryMode") == "0750"


def test_control_reaches_serial_ports_and_pins_only(control: Settings) -> None:
    assert control.one("DevicePolicy") == "closed"
    assert set(control["DeviceAllow"]) == {"char-ttyACM rw", "char-ttyUSB rw", "char-ttyAMA rw", "char-gpiochip rw"}
    assert control.one("RestrictAddressFamilies") == "AF_UNIX"


@pytest.mark.requirement("ACC-5")
def test_only_the_channels_group_may_look_into_the_channels_folder(control: Settings, kiosk: Settings) -> None:
    line = next(line for line in (SYSTEMD / "nappage.tmpfiles").read_text().splitlines() if line.startswith("d "))

    assert line.split() == ["d", "/run/nappage", "2750", "nappage-control", "nappage-channel", "-"]
    assert control.one("UMask") == "0007"
    address = "NAPPAGE_CHANNEL=/run/nappage/control.sock"
    assert address in control["Environment"]
    assert address in kiosk["Environment"]


def test_lgpio_makes_its_fifo_where_control_may_write(control: Settings) -> None:
    folder = "/run/" + control.one("RuntimeDirectory")

    assert control.one("WorkingDirectory") == folder
    assert f"LG_WD={folder}" in control["Environment"]
    assert "GPIOZERO_PIN_FACTORY=lgpio" in control["Environment"]


def firmware_lines() -> list[str]:
    lines = (SYSTEMD / "nappage-config.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.requirement("WDG-4")
def test_pins_are_safe_before_and_after_the_program() -> None:
    lines = firmware_lines()

    assert "dtparam=strict_gpiod" in lines
    assert "gpio=6=op,pd,dl" in lines
    assert "gpio=12,16,20,21=op,pd,dl" in lines


@pytest.mark.requirement("LED-8")
def test_a_pi_4_is_given_its_battery_clock() -> None:
    lines = firmware_lines()

    assert lines.index("[pi4]") < lines.index("dtoverlay=i2c-rtc,ds3231") < lines.index("[all]")


@pytest.mark.parametrize(
    ("screens", "card"),
    [
        ({"card0-HDMI-A-1": "disconnected", "card1-DSI-1": "connected"}, "1"),
        ({"card0-HDMI-A-1": "connected", "card2-DSI-2": "connected"}, "2"),
        ({"card0-DSI-1": "disconnected", "card1-HDMI-A-2": "connected"}, "1"),
    ],
)
def test_the_kiosk_starts_on_the_card_that_a_screen_hangs_on(
    tmp_path: Path, screens: dict[str, str], card: str
) -> None:
    done = start_kiosk(tmp_path, screens)

    assert done.stdout == card


def test_without_a_screen_the_kiosk_says_so_and_starts_nothing(tmp_path: Path) -> None:
    done = start_kiosk(tmp_path, {"card0-HDMI-A-1": "disconnected"})

    assert (done.returncode, done.stdout) == (1, "")
    assert "no screen is connected" in done.stderr


def start_kiosk(drm: Path, screens: dict[str, str]) -> subprocess.CompletedProcess[str]:
    for name, status in screens.items():
        (drm / name).mkdir()
        (drm / name / "status").write_text(status + "\n")
    show = ["sh", "-c", 'printf %s "$SDL_KMSDRM_DEVICE_INDEX"']
    return subprocess.run(
        [str(SYSTEMD / "kiosk-start"), *show],
        env={"NAPPAGE_DRM": str(drm), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_udev_rule_gives_the_injector_its_name_and_keeps_modem_probing_off() -> None:
    rule = (SYSTEMD / "90-nappage.rules").read_text().splitlines()[-1]

    for part in ('SYMLINK+="nappage-injector"', 'MODE="0660"', 'ENV{ID_MM_DEVICE_IGNORE}="1"'):
        assert part in rule.split(", ")


def test_the_udev_rule_lets_the_kiosk_s_group_set_the_brightness() -> None:
    rules = (SYSTEMD / "90-nappage.rules").read_text().splitlines()
    [rule] = [rule for rule in rules if rule.startswith('SUBSYSTEM=="backlight"')]

    assert 'RUN+="/bin/chgrp video /sys/class/backlight/%k/brightness"' in rule
    assert 'RUN+="/bin/chmod g+w /sys/class/backlight/%k/brightness"' in rule
    assert "nappage-kiosk   video" in (SYSTEMD / "nappage.sysusers").read_text()


@pytest.mark.skipif(Path("/proc/device-tree/model").exists(), reason="here it would install")
def test_installing_is_refused_politely_on_a_machine_that_is_no_pi() -> None:
    done = subprocess.run([str(SYSTEMD / "install.sh")], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == (
        "install: this machine is no Raspberry Pi, so nothing was installed. To see the kiosk here: make run\n"
    )


@pytest.mark.skipif(Path("/etc/systemd/system/nappage.target").exists(), reason="here it would uninstall")
def test_uninstalling_what_was_never_installed_removes_nothing() -> None:
    done = subprocess.run([str(SYSTEMD / "uninstall.sh")], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")


def test_whatever_is_installed_is_also_removed() -> None:
    install, uninstall = ((SYSTEMD / name).read_text() for name in ("install.sh", "uninstall.sh"))

    for place in (
        "/etc/sysusers.d/nappage.conf",
        "/etc/tmpfiles.d/nappage.conf",
        "/etc/systemd/system.conf.d/nappage-watchdog.conf",
        "/etc/udev/rules.d/90-nappage.rules",
    ):
        assert place in install
        assert place in uninstall
