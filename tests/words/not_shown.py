"""Texts in the rooms of control that no glass shows: what only the ledger and the logs hold, and texts for machines."""

from __future__ import annotations

import re

BEGINNINGS = (
    # machines
    "SELECT ", "PRAGMA ", "WHERE ", "table ", "ten times:", "boot id", "clock state", "battery clock", "%",
    "an Envelope never", "it is no scrypt", "it was made at another cost", "its fields are garbled", "command {",
    "reason {", "outcome {", "row {", "rows {", "between row {", "a command that",
    # the ledger's own sentences
    "demo account", "Demo ", "as authorised", "first administrator", "account made", "new PIN", "signed in",
    "signed out", "{name} signed", "{_name} signed", "The screen was locked", "Treating was", "link lost",
    "Injector {serial} connected", "Injector {serial} paired", "Date and time set", "Date and time {", "New needle:",
    "Syringe {title} with", "No drop seen", "Drop seen", "The needle was taken", "The syringe was taken",
    "A new fluid path", "Primed", "Planned:", "Area disinfected,", "Screening answered", ", nothing found", ", found",
    "Product {title},", "Set: {", "Armed:", "Alarm {number}", "Alarm sound", "Self-test passed",
    "The stop (", "Stopped:", "stop acknowledged", "stop contradiction", "Reason given", "A retract was", "path ",
    "Certificate {number}: calibration", "The {kind} is {model}", "{said}, due on",
    "Seen by", "record totals", "withdrawn:", "withdrawn, the relay", "ledger and injector do",
    "Check of {", "Times of {", "times reset", "lapse measured", "Lapse of the lease: home", "{low} to {high} ms",
    "under {marks", "{marks} ms",
    # pieces of a longer sentence
    "earlier sessions", "shot was", "shots were",
)  # fmt: skip
FIGURE = re.compile(r"\{\w+\} (mm|mL|uL|ms|min)")
FEW_LETTERS = 4
"""A template with fewer fixed letters would fit anything."""


def letters(words: str) -> int:
    """Letters of a template that are fixed."""
    return len(re.findall(r"[A-Za-z]", re.sub(r"\{[^}]*\}", "", words)))


def shown(words: str) -> bool:
    """Whether a text of a room that speaks may reach the glass."""
    if " " not in words or letters(words) < FEW_LETTERS or FIGURE.fullmatch(words):
        return False
    return not words.startswith(BEGINNINGS)
