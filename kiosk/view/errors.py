"""What a person may type wrongly on the glass: the numbers E800 to E819."""

from __future__ import annotations

from drivers.errors import NappageError


class NotANumber(NappageError, ValueError):
    number = 800
    sentence = "'{text}' is not a number"
    remedy = "Type digits with at most one decimal point or comma."


class ZerosInARow(NappageError, ValueError):
    number = 801
    sentence = "'{text}' has three zeros in a row at an end"
    remedy = "Check the decimal point; reach the value with the steppers if it is meant."


class TooFine(NappageError, ValueError):
    number = 802
    sentence = "'{text}' is not a multiple of the step {step}"
    remedy = "Choose a value the injector can do."


class OutsideHard(NappageError, ValueError):
    number = 803
    sentence = "{text} is outside {low} to {high} ({origin})"
    remedy = "Choose a value inside; this limit has no override."


class NotADate(NappageError, ValueError):
    number = 804
    sentence = "'{text}' is not a date"
    remedy = "Type year, month and day: 2027-04-30."


class PinsDiffer(NappageError, ValueError):
    number = 806
    sentence = "The two PINs are not the same"
    remedy = "Type the PIN again, twice."


class SettingsUnreadable(NappageError, ValueError):
    number = 808
    sentence = "The settings of this screen in {path} cannot be read: {why}"
    remedy = "The screen uses its usual settings; choose yours again under Settings."


class SettingsNotKept(NappageError, OSError):
    number = 809
    sentence = "The settings of this screen could not be kept in {path}: {why}"
    remedy = "They count until the screen starts again; a technician checks the storage."


class TouchedTwice(NappageError, RuntimeError):
    number = 807
    sentence = "One touch came twice, from {one} and from {other}"
    remedy = "Leave one of them to the kiosk: a technician checks the touch settings."


class ValuesChanged(NappageError, RuntimeError):
    number = 805
    sentence = "The values changed while the offer was shown"
    remedy = "Press ARM again and read the new offer."


class PackUnreadable(NappageError, ValueError):
    number = 811
    sentence = "The code on the pack cannot be used: {why}"
    remedy = "Scan the square code of the pack again, or type lot and expiry from it."


class PackUnknown(NappageError, LookupError):
    number = 812
    sentence = "No product of this clinic has the number {gtin}"
    remedy = "Take the right pack; a new product is entered in the clinic's profiles first."


class PackExpired(NappageError, ValueError):
    number = 813
    sentence = "Lot {lot} of {title} expired on {expiry}"
    remedy = "Take another pack; an expired one is never injected."
