"""One calibration transaction on the injector's port, and what became of it as an input (LED-2). None is retried."""

from __future__ import annotations

from collections.abc import Callable

from drivers.errors import CorruptBlock, NappageError, Refused
from drivers.ports import CalibrationStore, Injector
from drivers.registers import Calibration, Identity
from kiosk.session.exchange import CalibrationTold, ReadSpare, SelectCalibration, WriteSpare
from kiosk.session.in_force import key_of

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
    """The calibration in force; None when the injector names none, or holds a damaged one: a technician mends it.

    A single damaged reading is no word about the injector: an answer to something else that came late looks the same.

    Raises:
        CorruptBlock: it was read damaged once only, or it is not the one that the identity names; connect anew.
    """
    if not identity.calibration_id:
        return None
    try:
        calibration = injector.calibration()
    except CorruptBlock as error:
        return _damaged_again(injector, error)
    if key_of(calibration) != (identity.calibration_id, identity.calibration_crc):
        raise CorruptBlock(block="calibration in force", why="the injector names another one")
    return calibration


def _damaged_again(injector: Injector, first: CorruptBlock) -> None:
    """Nothing when it is read damaged a second time; the first error when it is not."""
    try:
        injector.calibration()
    except CorruptBlock:
        return
    raise first
