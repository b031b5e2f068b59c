"""What a client may ask of control: one frozen struct for each command, tagged by its name on the wire.

Control checks role, state and values of each again (ACC-5). Integers: um, nL, mHz (shots per 1000 s), ms (UI-2).
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.approving import Approve, ListApprovals, ReadApproval
from kiosk.channel.base import Command, Text
from kiosk.channel.calibration_commands import (
    CalibrateDepth,
    CalibrateDose,
    CertifyCalibration,
    DescribeRoom,
    FlushBench,
    LeaveCalibration,
    MoveToGauge,
    OpenCalibration,
    PauseRun,
    RestoreCalibration,
    StartBlank,
    StartRun,
    TypeGauge,
    TypeWeight,
    WriteCalibration,
    ZeroGauge,
)
from kiosk.channel.certificates import AnyCertificate
from kiosk.channel.checking_commands import CheckingCommand
from kiosk.channel.followup import Day, ListDue, NoteReaction, WriteAftercare
from kiosk.channel.presets import PresetCommand
from kiosk.channel.reading import ExportSession, FindPatient, ListSessions, ReadSession
from kiosk.channel.service import ServiceCommand

Um = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Nl = Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
Mhz = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Count = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
Side = Literal["left", "right", "whole"]
"""Paired zones are left or right (LIM-15); all others are whole."""
ModeName = Literal["single", "burst", "continuous"]
RoleName = Literal["practitioner", "technician", "administrator"]


class Hello(Command, frozen=True):
    """First of every client. The kiosk takes the seat; a shell reads and asks."""

    version: int
    client: Literal["kiosk", "shell"]


class Flip(Command, frozen=True):
    """The kiosk has completed a frame that shows this snapshot; keeps the kiosk lease alive."""

    snapshot: int


class Touched(Command, frozen=True):
    """A person touched the screen; keeps it from locking (ACC-3)."""


# -- who ----------------------------------------------------------------------------------------------------------
class CreateFirstAdministrator(Command, frozen=True):
    """On a first start on hardware: the first account, an administrator. Refused when any account exists."""

    name: Text
    pin: Text


class CreateAccount(Command, frozen=True):
    """An administrator gives somebody an account; names are unique whatever their case."""

    name: Text
    role: RoleName
    pin: Text


class SetPin(Command, frozen=True):
    """An administrator gives an account a new PIN; a disabled account works again."""

    name: Text
    pin: Text


class SignIn(Command, frozen=True):
    name: Text
    pin: Text


class SignOut(Command, frozen=True):
    pass


class Lock(Command, frozen=True):
    pass


# -- stop ---------------------------------------------------------------------------------------------------------
class Stop(Command, frozen=True):
    """STOP on glass (STP-2). Taken from anybody, in any state, signed in or not."""


class AcknowledgeStop(Command, frozen=True):
    """Leaves the latched stop once the contacts are closed (STP-1, STP-3)."""


class AcknowledgeAlarm(Command, frozen=True):
    number: int


class PauseSound(Command, frozen=True):
    """Silences present alarms for at most 120 s (ALM-3)."""


# -- self-test ----------------------------------------------------------------------------------------------------
class RunSelfTest(Command, frozen=True):
    pass


class AnswerCheck(Command, frozen=True):
    """The answer to a check that asks a person ("handpiece away?", "heard the tone?")."""

    check: Text
    yes: bool


# -- session ------------------------------------------------------------------------------------------------------
class OpenSession(Command, frozen=True):
    """Opens a session; what it says of the code must agree with the ledger (LIM-15). `preset` is proposed, 0: none."""

    protocol: Text
    patient: Text
    new_patient: bool
    similar_confirmed: bool = False  # one character from an existing code, and yet another patient
    preset: Count = 0


class AnswerScreening(Command, frozen=True):
    """All screening answers at once: ids answered yes (a reason to stop), and a physician's reason to go on or ''."""

    adult: bool
    consent: bool
    yes: tuple[Text, ...]
    physician_reason: Text = ""


class UseProduct(Command, frozen=True):
    product: Text
    lot: Text
    expiry: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    serial: Text = ""
    """Serial number of the pack where its code was scanned and holds one."""


class FitNeedle(Command, frozen=True):
    """The needle on the handpiece; `new` is the person's word that it comes out of its packet (LIM-14)."""

    needle: Text
    new: bool


class FitSyringe(Command, frozen=True):
    """The syringe in the clamp; control sends the change to the controller, whose plunger then seeks the piston."""

    syringe: Text
    fill_nl: Nl
    new: bool
    new_line: bool
    """Whether line and connector are new too (LIM-14); a refill for the same patient may keep them."""
    printed_nl: Nl = 0
    """The volume printed on the barrel, read back by the person where the clamp senses none (LIM-12)."""


class Prepared(Command, frozen=True):
    """Disinfection done, anaesthetic noted, handpiece away from the patient."""

    disinfected: bool
    anaesthetic: Literal["none", "cream", "cold spray"] = "none"


class Prime(Command, frozen=True):
    """Prime so much with the needle out; then a person says whether a drop was seen."""

    volume_nl: Nl


class ConfirmDrop(Command, frozen=True):
    seen: bool


# -- treat --------------------------------------------------------------------------------------------------------
class ChooseZone(Command, frozen=True):
    zone: Text
    side: Side


class Edit(Command, frozen=True):
    """Confirm a new value of one setting; ends an arming. Depth um, dose nL, rate mHz, shots a count."""

    field: Literal["depth", "dose", "rate", "shots"]
    value: int


class ChooseMode(Command, frozen=True):
    mode: ModeName


class ConfirmSoft(Command, frozen=True):
    """Crosses the soft limit that the snapshot's question names, with a reason (LIM-1)."""

    key: Text
    reason: Text


class AskSoft(Command, frozen=True):
    """Asks to be asked: what the present values cross and nobody confirmed becomes the snapshot's question."""


class WithdrawSoft(Command, frozen=True):
    """Says no to the question; the value goes back to what it was."""

    key: Text


class Arm(Command, frozen=True):
    """Second step of arming: repeats all that the person saw; refused on any difference."""

    snapshot: int
    zone: Text
    side: Side
    depth_um: Um
    dose_nl: Nl
    mode: ModeName
    rate_mhz: Mhz
    shots: Count
    product: Text
    syringe: Text
    needle: Text


class Disarm(Command, frozen=True):
    pass


class Rehome(Command, frozen=True):
    """Home the needle again, after a stop or fault; asks for the handpiece away from the patient."""

    away: bool


class ClearFaults(Command, frozen=True):
    pass


class PairInjector(Command, frozen=True):
    """An administrator's word that this controller belongs to this ledger, or that the ledger was restored (LED-5)."""

    reason: Text


class SetClock(Command, frozen=True):
    """A signed-in person sets date and time where nothing better tells it (LED-8); local time, to the minute."""

    local: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")]


class ConfirmClock(Command, frozen=True):
    """A technician's word that the time shown is right, after the device rested for over 30 days (LED-8)."""

    shown: Text
    """Date and time as the screen showed them."""


class Retract(Command, frozen=True):
    """Pull the needle back, whatever else goes on (LED-3): asked when it may be out."""


class AcceptFinding(Command, frozen=True):
    """An administrator's reason for rows that the check of the record found lost or changed (LED-11)."""

    key: Text
    reason: Text


# -- end ----------------------------------------------------------------------------------------------------------
class Finish(Command, frozen=True):
    """Ends treating; the session waits for its signature."""


class ResumeTreating(Command, frozen=True):
    """Goes back from the end to treating; nothing is signed yet."""


class Sign(Command, frozen=True):
    """Signs and closes the session with the person's PIN."""

    pin: Text
    reactions: Text = ""
    aftercare_given: bool = False
    cleaned_up: bool = False
    review_date: str = ""
    seen: tuple[Text, ...] = ()
    """Keys of the reactions that were seen; `reactions` is a note of whatever the list does not name."""
    next_date: Day = ""


AnyCommand = (
    Hello
    | Flip
    | Touched
    | CreateFirstAdministrator
    | CreateAccount
    | SetPin
    | SignIn
    | SignOut
    | Lock
    | Stop
    | AcknowledgeStop
    | AcknowledgeAlarm
    | PauseSound
    | RunSelfTest
    | AnswerCheck
    | OpenSession
    | AnswerScreening
    | UseProduct
    | FitNeedle
    | FitSyringe
    | Prepared
    | Prime
    | ConfirmDrop
    | ChooseZone
    | Edit
    | ChooseMode
    | ConfirmSoft
    | AskSoft
    | WithdrawSoft
    | Arm
    | Disarm
    | Rehome
    | ClearFaults
    | PairInjector
    | AcceptFinding
    | SetClock
    | ConfirmClock
    | Retract
    | Finish
    | ResumeTreating
    | Sign
    | ListSessions
    | ReadSession
    | ExportSession
    | FindPatient
    | ListApprovals
    | ReadApproval
    | Approve
    | WriteAftercare
    | NoteReaction
    | ListDue
    | PresetCommand
    | OpenCalibration
    | CalibrateDose
    | FlushBench
    | DescribeRoom
    | StartBlank
    | StartRun
    | PauseRun
    | TypeWeight
    | WriteCalibration
    | CertifyCalibration
    | RestoreCalibration
    | LeaveCalibration
    | CalibrateDepth
    | ZeroGauge
    | MoveToGauge
    | TypeGauge
    | AnyCertificate
    | CheckingCommand
    | ServiceCommand
)


class Request(msgspec.Struct, frozen=True):
    """A command with its client's growing number; a repeat gets the first answer (DESIGN, Processes)."""

    number: int
    command: AnyCommand
