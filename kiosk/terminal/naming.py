"""Naming what measured, at a terminal: what is printed on each instrument and on its own certificate."""

from __future__ import annotations

from drivers.errors import NappageError
from kiosk.channel.certificates import InstrumentKind, InstrumentView, NameInstrument
from kiosk.terminal.guide import Terminal
from kiosk.view.instruments import FIGURES, FINE, TITLES
from kiosk.view.numbers import FieldName, iso_date, parse, with_unit

FOR_DEPTH: tuple[InstrumentKind, ...] = ("gauge",)
FOR_DOSE: tuple[InstrumentKind, ...] = ("balance", "thermometer", "barometer")


def name_missing(terminal: Terminal, *, depth: bool) -> bool:
    """Ask for every instrument that a proof leans on and that is not named, or is past its date.

    Returns:
        Whether one was named; False when none is missing, or the person passed it over.
    """
    named = False
    for view in terminal.sees.instruments:
        if view.kind in (FOR_DEPTH if depth else FOR_DOSE) and (not view.model or view.sentence):
            named |= _name(terminal, view)
    return named


def _name(terminal: Terminal, view: InstrumentView) -> bool:
    title = TITLES[view.kind].lower()
    terminal.say(view.sentence or f"The {title} is not named: a proof names it with its own certificate.")
    model, serial = view.answers or (terminal.ask(f"Maker and model of the {title}; Enter passes it over:") or "", "")
    if not model:
        return False
    serial = serial or terminal.ask("Its serial number:") or ""
    certificate = terminal.ask("Number of its own certificate:") or ""
    due = _date(terminal)
    step, own = (_figure(terminal, name, words) for name, words in zip(FIGURES[view.kind], WORDS, strict=True))
    return terminal.do(NameInstrument(view.kind, model, serial, certificate, due, step, own))


WORDS = ("Smallest step that it shows", "Its uncertainty (k = 2), 0 if not given")


def _date(terminal: Terminal) -> str:
    while True:
        try:
            return iso_date(terminal.ask("Its certificate ends on (year-month-day):") or "")
        except NappageError as error:
            terminal.say(f"! {error}")


def _figure(terminal: Terminal, name: FieldName, words: str) -> int:
    offered, step, low, high = FINE[name]
    while True:
        typed = terminal.ask(f"{words}; Enter takes {with_unit(name, offered)}:")
        try:
            return parse(name, typed, low=low, high=high, step=step, origin="instrument") if typed else offered
        except NappageError as error:
            terminal.say(f"! {error}")
