"""One calibration transaction on the injector's port, and what became of it as an input (LED-2). None is retried."""

from __future__ import annotations

from collections.abc import Callable

from drivers.errors import CorruptBlock, NappageError, Refused
from drivers.ports import CalibrationStore, Injector
from drivers.registers import Calibration, Identity
from kiosk.session.exchange import CalibrationTold, ReadSpare, SelectCalibration, WriteSpare

ToStore = WriteSpare | ReadSpare | SelectCalibration


def perform(store: CalibrationStore | None, effect: ToStore) -> tuple[CalibrationTold, NappageError | None]:
    """Do it once. What was read comes back with it; an error that leaves the outcome unknown comes back as well."""
    if store is None:
        return CalibrationTold("unknown", "there is no injector"), None
    try:
        return CalibrationTold("done", calibration=_act(store, effect)()), None
    except Refused as error:
        return CalibrationTold("refused", error.sentence.format(**error.facts)), None
    except NappageError as error:
        return CalibrationTold("unknown", error.sentence.format(**error.facts)), error


def _act(store: CalibrationStore, effect: ToStore) -> Callable[[], Calibration | None]:
    match effect:
        case WriteSpare(calibration):
            return lambda: store.write_calibration(calibration)
        case ReadSpare():
            return store.spare_calibration
        case _:
            return lambda: store.select_calibration(effect.id)


def in_force(injector: Injector, identity: Identity) -> Calibration | None:
    """The calibration in force; None when there is none, or one that is named and damaged: a technician mends it."""
    try:
        return injector.calibration() if identity.calibration_id else None
    except CorruptBlock:
        return None
