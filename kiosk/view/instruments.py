"""What a technician's pages about instruments show: which measure, with what certificate, and until when.

What is typed is kept on the screen until it is sent; what was named before stands there until something else is typed.
"""

from __future__ import annotations

from typing import cast, get_args

import msgspec

from kiosk.channel.certificates import InstrumentKind, InstrumentView, NameInstrument
from kiosk.channel.snapshot import Snapshot, Value
from kiosk.view.actions import Go, Panel, Send
from kiosk.view.errors import NotADate
from kiosk.view.language import mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import FieldName, dashed, iso_date, with_unit
from kiosk.view.touch import NOTHING, Line, Tone, Touch, unless

KINDS: tuple[InstrumentKind, ...] = get_args(InstrumentKind)
TITLES: dict[InstrumentKind, str] = {
    "balance": mark("Balance"),
    "gauge": mark("Gauge"),
    "thermometer": mark("Thermometer"),
    "barometer": mark("Barometer"),
}
USES: dict[InstrumentKind, str] = {
    "balance": mark("weighs the doses"),
    "gauge": mark("reads the needle's depth"),
    "thermometer": mark("for the liquid's density"),
    "barometer": mark("for buoyancy"),
}
FIGURES: dict[InstrumentKind, tuple[FieldName, FieldName]] = {
    "balance": ("balance_step", "balance_u"),
    "gauge": ("gauge_step", "gauge_u"),
    "thermometer": ("thermometer_step", "thermometer_u"),
    "barometer": ("barometer_step", "barometer_u"),
}
"""The smallest step that each shows, and its uncertainty (k = 2)."""
FINE: dict[str, tuple[int, int, int, int]] = {
    "balance_step": (10, 1, 1, 1_000),
    "balance_u": (0, 1, 0, 10_000),
    "gauge_step": (1_000, 100, 100, 100_000),
    "gauge_u": (0, 100, 0, 100_000),
    "thermometer_step": (100, 10, 10, 1_000),
    "thermometer_u": (0, 10, 0, 5_000),
    "barometer_step": (10, 1, 1, 2_000),
    "barometer_u": (0, 1, 0, 5_000),
}
"""What an instrument's own figures are typed with: offered, step, lowest, highest; control looks again (ACC-5)."""
TEXTS = ("instrument_model", "instrument_serial", "instrument_certificate")
DUE = "instrument_due"
"""Names of what is typed: texts, and the date."""


class Instruments(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    note: str = ""


def instruments(snapshot: Snapshot) -> Instruments:
    """The four kinds, each with what is named and until when it may prove anything."""
    return Instruments(
        rows=tuple(map(_row, snapshot.instruments)),
        note=say("A dose needs balance, thermometer and barometer; a depth needs a gauge."),
    )


def _row(shown: InstrumentView) -> Touch:
    title = say(TITLES[shown.kind])
    go = Go(f"instrument:{shown.kind}")
    if not shown.model:
        return Touch(f"instrument:{shown.kind}", title, go, say(USES[shown.kind]), say("not named"), "help-circle")
    detail = say("{model}, No. {serial}", model=shown.model, serial=shown.serial)
    due = say("due {date}", date=shown.due)
    icon, tone = ("alert-circle", "warn") if shown.sentence else ("check-circle", "plain")
    trail = say("was due {date}", date=shown.due) if shown.sentence else due
    return Touch(f"instrument:{shown.kind}", title, go, detail, trail, icon, cast("Tone", tone))


# -- one of them ----------------------------------------------------------------------------------------------------
class Naming(msgspec.Struct, frozen=True):
    heading: str = ""
    note: str = ""
    fields: tuple[Touch, ...] = ()
    lines: tuple[Line, ...] = ()
    cancel: Touch = NOTHING
    keep: Touch = NOTHING


def chosen(local: Local) -> InstrumentKind:
    """The kind whose page is open."""
    kind = local.picks.get("instrument", "")
    return kind if kind in KINDS else "balance"


def shown_of(kind: InstrumentKind, snapshot: Snapshot) -> InstrumentView:
    """What is named of a kind."""
    return next((each for each in snapshot.instruments if each.kind == kind), InstrumentView(kind))


def naming(snapshot: Snapshot, local: Local) -> Naming:
    """One instrument: what is printed on it and on its certificate."""
    kind = chosen(local)
    shown = shown_of(kind, snapshot)
    model, serial, number = _texts(shown, local)
    due, wrong = _due(shown, local)
    step, uncertainty = (own_figure(name, snapshot, local) for name in FIGURES[kind])
    why = wrong or ("" if all((model, serial, number)) else say("Model, serial number and certificate are needed."))
    answers = say("The balance says itself which one it is.") if shown.answers is not None else ""
    named = NameInstrument(kind, model, serial, number, due or "0000-00-00", step, uncertainty)
    keep = Touch("keep", say("Keep"), Send(named, then="instruments"), icon="check", tone="primary")
    titles = (say("Model"), say("Serial number"), say("Its certificate's number"))
    fields = [
        unless(_field(field, text, title), answers if at < len(TEXTS) - 1 else "")
        for at, (field, text, title) in enumerate(zip(TEXTS, (model, serial, number), titles, strict=True))
    ]
    day = dashed(local.text(DUE)) if wrong else due
    return Naming(
        heading=f"{say(TITLES[kind])}: {say(USES[kind])}",
        note=shown.sentence or answers or say("What is printed on it and on its own certificate. Kept for next time."),
        fields=(
            *fields,
            _field(DUE, day, say("Due on")),
            _number(FIGURES[kind][0], step, say("Smallest step")),
            _number(FIGURES[kind][1], uncertainty, say("Uncertainty, k = 2")),
        ),
        cancel=Touch("cancel", say("Back"), Go("instruments"), icon="chevron-left"),
        keep=unless(keep, why),
    )


def _texts(shown: InstrumentView, local: Local) -> tuple[str, str, str]:
    typed = [local.text(field).strip() for field in TEXTS]
    model, serial = shown.answers or (typed[0] or shown.model, typed[1] or shown.serial)
    return model, serial, typed[2] or shown.certificate


def _due(shown: InstrumentView, local: Local) -> tuple[str, str]:
    """The date, and what is wrong with it."""
    typed = local.text(DUE)
    if not typed:
        return shown.due, "" if shown.due else say("The date on which it is due is needed.")
    try:
        return iso_date(typed), ""
    except NotADate:
        return "", say("The date on which it is due is needed.")


def _field(field: str, text: str, title: str) -> Touch:
    return Touch(f"field:{field}", text or "-", Panel(f"text:{field}"), title, icon="pencil")


def _number(name: FieldName, value: int, title: str) -> Touch:
    shown = with_unit(name, value) if value else say("not given")
    return Touch(f"field:{name}", shown, Panel(f"edit:{name}"), title, icon="pencil")


def own_figure(name: FieldName, snapshot: Snapshot, local: Local) -> int:
    """What was typed for an instrument, else what is named, else what is offered."""
    if name in local.figures:
        return local.figures[name]
    kind, _, which = name.partition("_")
    shown = shown_of(cast("InstrumentKind", kind), snapshot)
    if not shown.model:
        return FINE[name][0]
    return shown.resolution if which == "step" else shown.uncertainty


def limits_of(name: FieldName, snapshot: Snapshot, local: Local) -> Value:
    """The figure with its limits."""
    offered, step, low, high = FINE[name]
    origin = say("instrument")
    return Value(own_figure(name, snapshot, local), step, low, high, origin, origin, offered)


def opened(local: Local, kind: str) -> Local:
    """The page of one instrument, with nothing typed."""
    texts = {field: text for field, text in local.texts.items() if field not in (*TEXTS, DUE)}
    figures = {field: value for field, value in local.figures.items() if field not in FINE}
    return msgspec.structs.replace(local, texts=texts, figures=figures, picks={**local.picks, "instrument": kind})
