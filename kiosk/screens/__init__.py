"""Kivy: one screen is one .py and one .kv. `load` reads the kv files once in a process; nothing is opened on import."""

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
    "due": "DueScreen",
}  # fmt: skip
"""Screen key, which is also its module and kv file, and its class."""
PANELS: dict[str, tuple[str, str]] = {
    "dark": ("dark", "DarkPanel"), "cover": ("cover", "CoverPanel"), "lock": ("lock", "LockPanel"),
    "stop": ("stopped", "StopPanel"), "question": ("question", "QuestionPanel"), "edit": ("edit", "EditPanel"),
    "text": ("text", "TextPanel"), "pin": ("pin", "PinPanel"), "arm": ("arm", "ArmPanel"),
    "choice": ("choice", "ChoicePanel"),
    "map": ("map", "MapPanel"), "help": ("help", "HelpPanel"),
}  # fmt: skip
PARTS = (
    "touchable",
    "text",
    "fair",
    "buttons",
    "gauges",
    "rows",
    "keys",
    "groups",
    "body",
    "skin",
    "dosage",
    "plots",
    "code",
)


@cache
def load() -> None:
    """Registers fonts and parts and reads every kv file, once: rules read twice would be applied twice."""
    from kivy.lang import Builder

    text = importlib.import_module("kiosk.screens.widgets.text")
    text.register()
    for part in PARTS:
        importlib.import_module(f"kiosk.screens.widgets.{part}")
    screen_classes()
    panel_classes()
    here = Path(__file__).resolve().parent
    for rules in (*sorted(here.glob("widgets/*.kv")), *sorted(here.glob("*.kv"))):
        Builder.load_file(str(rules))


@cache
def screen_classes() -> dict[str, type]:
    """Screen key to class."""
    return {key: getattr(importlib.import_module(f"kiosk.screens.{key}"), name) for key, name in SCREENS.items()}


@cache
def panel_classes() -> dict[str, type]:
    """Panel key to class."""
    return {
        key: getattr(importlib.import_module(f"kiosk.screens.{module}"), name) for key, (module, name) in PANELS.items()
    }
