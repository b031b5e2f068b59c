"""What the engine refuses, E300 to E349: each with a reason a person understands."""

from __future__ import annotations

from drivers.errors import NappageError


class NotNow(NappageError, RuntimeError):
    number = 300
    sentence = "{what} is not possible now: {why}"
    remedy = "The screen says what comes first."


class NotReady(NappageError, RuntimeError):
    number = 301
    sentence = "It cannot be armed: {why}"
    remedy = "Do what is missing, then arm again."


class Differs(NappageError, ValueError):
    number = 302
    sentence = "The screen showed {field} as {shown}, but it is {actual}"
    remedy = "Look at the values again, then arm."


class OutsideLimit(NappageError, ValueError):
    number = 303
    sentence = "{sentence_of_limit}"
    remedy = "Choose a value inside the limits shown."


class NotChoosable(NappageError, LookupError):
    number = 304
    sentence = "There is no {what} '{name}' here"
    remedy = "Choose one of those shown."


class PatientMismatch(NappageError, ValueError):
    number = 305
    sentence = "{why}"
    remedy = "Check the patient code with the patient's file."


class Expired(NappageError, ValueError):
    number = 306
    sentence = "Lot {lot} expired on {expiry}"
    remedy = "Take another lot; an expired one is never injected."


class ScreeningStops(NappageError, ValueError):
    number = 307
    sentence = "{why}"
    remedy = "Only a physician may decide otherwise, and writes down why."


class BarrelMismatch(NappageError, ValueError):
    number = 308
    sentence = "The clamp holds {sensed}, but {chosen} was chosen"
    remedy = "Fit the chosen syringe, or choose the one that is fitted."


class Busy(NappageError, RuntimeError):
    number = 309
    sentence = "The injector is still at work: {what}"
    remedy = "Wait until it has finished; this request was not kept."


class NoSeat(NappageError, PermissionError):
    number = 312
    sentence = "{what} is asked from the kiosk's seat only"
    remedy = "Use the screen; a shell reads, exports and stops."


class MotionFailed(NappageError, RuntimeError):
    number = 313
    sentence = "{what} did not finish: {why}"
    remedy = "Look at the alarm, then try again."


class NewPathNeeded(NappageError, ValueError):
    number = 314
    sentence = "{what} must be new: {why}"
    remedy = "Take a new one out of its packet; none is ever carried to another patient."
