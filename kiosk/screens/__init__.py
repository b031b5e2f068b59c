"""Kivy: one screen is one .py and one .kv. A kv file is read once in a process; nothing is opened on import."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path

SCREENS: dict[str, str] = {
    "selftest": "SelfTestScreen", "first": "FirstScreen", "signin": "SignInScreen", "home": "HomeScreen",
    "protocols": "ProtocolsScreen", "patient": "PatientScreen", "screening": "ScreeningScreen",
    "product": "ProductScreen", "needle": "NeedleScreen", "syringe": "SyringeScreen",
    "preparation": "PreparationScreen", "prime": "PrimeScreen", "treat": "TreatScreen", "end": "EndScreen",
    "record": "RecordScreen", "history": "HistoryScreen", "alarms": "AlarmsScreen", "alarm": "AlarmScreen",
    "about": "AboutScreen", "settings": "SettingsScreen", "people": "PeopleScreen", "account": "AccountScreen",
    "approvals": "ApprovalsScreen", "approval": "ApprovalScreen", "calibration": "CalibrationScreen",
    "calibrating": "CalibratingScreen", "proposal": "ProposalScreen",
    "cleanup": "CleanupScreen", "aftercare": "AftercareScreen", "reactions": "ReactionsScreen",
    "instruments": "InstrumentsScreen", "instrument": "InstrumentScreen", "certificates": "CertificatesScreen",
    "certificate": "CertificateScreen", "drift": "DriftScreen",
    "due": "DueScreen", "inputs": "InputsScreen", "checks": "ChecksScreen", "timing": "TimingScreen",
    "service": "ServiceScreen", "wear": "WearScreen", "faults": "FaultsScreen", "link": "LinkScreen",
    "backup": "BackupScreen",
}  # fmt: skip
"""Screen key, which is also its module and kv file, and its class."""
PANELS: dict[str, tuple[str, str]] = {
    "dark": ("dark", "DarkPanel"), "cover": ("cover", "CoverPanel"), "lock": ("lock", "LockPanel"),
    "stop": ("stopped", "StopPanel"), "question": ("question", "QuestionPanel"), "edit": ("edit", "EditPanel"),
    "text": ("text", "TextPanel"), "pin": ("pin", "PinPanel"), "arm": ("arm", "ArmPanel"),
    "choice": ("choice", "ChoicePanel"),
    "map": ("map", "MapPanel"), "help": ("help", "HelpPanel"), "touch": ("touch", "TouchPanel"),
    "lesson": ("lesson", "LessonPanel"),
}  # fmt: skip
PARTS = (
    "plate", "touchable", "text", "fair", "buttons", "gauges", "rows", "keys", "groups", "body", "skin", "dosage",
    "plots", "code", "histogram", "levels", "ring",
)  # fmt: skip
HERE = Path(__file__).resolve().parent


@cache
def load() -> None:
    """Registers fonts and parts and reads their kv files, once: rules read twice would be applied twice."""
    from kivy.lang import Builder

    text = importlib.import_module("kiosk.screens.widgets.text")
    text.register()
    for part in PARTS:
        importlib.import_module(f"kiosk.screens.widgets.{part}")
    importlib.import_module("kiosk.screens.glass")
    for rules in (*sorted(HERE.glob("widgets/*.kv")), HERE / "glass.kv"):
        Builder.load_file(str(rules))


def screen_class(key: str) -> type:
    """The class of a screen."""
    return _drawn(key, SCREENS[key])


def panel_class(key: str) -> type:
    """The class of a panel."""
    return _drawn(*PANELS[key])


@cache
def _drawn(module: str, name: str) -> type:
    """A class with its kv file, both read when it is first shown: the first frame waits for none but its own."""
    from kivy.lang import Builder

    found: type = getattr(importlib.import_module(f"kiosk.screens.{module}"), name)
    Builder.load_file(str(HERE / f"{module}.kv"))
    return found
