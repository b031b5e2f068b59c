"""The errors of profiles and limits, E200 to E249: each names the file, the key, the value and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.errors import NappageError

if TYPE_CHECKING:
    from kiosk.protocols.limits import Refusal


class LimitsInvalid(NappageError, ValueError):
    """LIM-2: a limit set that is inverted, not finite or contradicts itself cannot be constructed."""

    number = 200
    sentence = "These limits contradict each other: {why}"
    remedy = "Correct the figure; nothing is delivered with it."


class ProfileMissing(NappageError, FileNotFoundError):
    number = 202
    sentence = "{file} does not exist"
    remedy = "Check the name and the folder; the profiles come with the program, in 'profiles'."


class ProfileUnreadable(NappageError, OSError):
    number = 203
    sentence = "{file} cannot be read ({why})"
    remedy = "Check the file's permissions and that it is text in UTF-8."


class ProfileSyntax(NappageError, ValueError):
    number = 204
    sentence = "{file}, line {line}: this is not TOML ({why})"
    remedy = "Correct that line; a text needs quotation marks, a list square brackets."


class ProfileValue(NappageError, ValueError):
    """One key of a profile is wrong. `key` is dotted, `value` as written, `allowed` in words."""

    number = 205
    sentence = "{file}: '{key}' is {value}; allowed: {allowed}"
    remedy = "Correct that key; until then the profile is not used."


class ProfileKeyUnknown(NappageError, ValueError):
    number = 206
    sentence = "{file}: there is no key '{key}'; allowed here: {allowed}"
    remedy = "Correct the spelling or remove the key; a key that nobody reads could be a limit that nobody keeps."


class ProfileKeyMissing(NappageError, ValueError):
    number = 207
    sentence = "{file}: '{key}' is missing; needed here: {allowed}"
    remedy = 'Add the key; where the clinic has to give the figure write { source = "clinic" }.'


class ReferenceUnknown(NappageError, LookupError):
    number = 208
    sentence = "{file}: '{key}' names '{value}', which does not exist; there are: {allowed}"
    remedy = "Correct the name, or add what it names."


class ClinicFigureMissing(NappageError, ValueError):
    """LIM-9: a figure that the clinic has to give is missing, so nothing is delivered on hardware."""

    number = 209
    sentence = "'{protocol}' needs the clinic's figure for {keys}"
    remedy = "Have the clinic give its figures with their source in the profile, then approve it."


class CalibrationUnusable(NappageError, ValueError):
    """LIM-5, LIM-9: the calibration read from the controller is missing or is not the one in force."""

    number = 210
    sentence = "The injector's calibration cannot be used: {why}"
    remedy = "Have a technician calibrate the injector with this syringe; until then nothing is delivered."


class NothingAllowed(NappageError, ValueError):
    """Two origins leave no value between them."""

    number = 211
    sentence = "No {what} is allowed in {zone}: at least {low} ({low_origin}), at most {high} ({high_origin})"
    remedy = "Choose another needle, syringe, product or protocol; none of these limits can be overridden."


class ZoneUnknown(NappageError, LookupError):
    number = 212
    sentence = "The protocol has no zone '{zone}'; it has: {allowed}"
    remedy = "Choose one of its zones."


class EnvelopeRefusal(NappageError, ValueError):
    """LIM-1, LIM-6: refused, with every reason; `refusals` holds them as structs."""

    number = 213
    sentence = "{sentences}"
    remedy = "Change what the sentence names; a hard limit has no override."

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        self.refusals = refusals
        super().__init__(sentences="; ".join(refusal.sentence for refusal in refusals))


class WrongParts(NappageError, ValueError):
    """The parts of an envelope do not belong together."""

    number = 214
    sentence = "{why}"
    remedy = "Fit or choose the parts that belong together."
