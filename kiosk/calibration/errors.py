"""The errors of calibrating, E250 to E299: each says what was measured and what is missing."""

from __future__ import annotations

from drivers.errors import NappageError


class TooFew(NappageError, ValueError):
    """A figure without enough shots or points behind it is no figure (ACU-1, ACU-2)."""

    number = 250
    sentence = "{what}: {n} were measured, {needed} are needed"
    remedy = "Measure the missing ones; nothing was calculated."


class OutOfTable(NappageError, ValueError):
    number = 251
    sentence = "{what} of {value} {unit} is outside {low} to {high} {unit}"
    remedy = "Measure in a room within that range, or correct the figure."


class NotACorrection(NappageError, ValueError):
    """A proposal beyond what wear and building tolerances explain is a wrong measurement or a broken device."""

    number = 252
    sentence = "The measurement would change {what} by {change}, more than {most}"
    remedy = "Check vessel, gauge, barrel and the figures that were entered; the calibration stays as it is."


class WorksheetInvalid(NappageError, ValueError):
    number = 253
    sentence = "{file}: {why}"
    remedy = "Correct the worksheet; nothing was calculated."


class CertificateInvalid(NappageError, ValueError):
    number = 254
    sentence = "{file} is no certificate of this program ({why})"
    remedy = "Take the file as it was exported; export it again with 'nappage calibrate certificate'."


class CertificateTooNew(NappageError, ValueError):
    number = 255
    sentence = "{file} is a certificate of form {version}, this program knows up to {known}"
    remedy = "Bring the program up to date, then look again."
