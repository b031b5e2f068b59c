"""What a touch means: frozen values that a button carries, understood by `update` only."""

from __future__ import annotations

from typing import Literal

import msgspec

from kiosk.channel.commands import AnyCommand
from kiosk.view.numbers import FieldName


class _Action(msgspec.Struct, frozen=True):
    pass


class Send(_Action, frozen=True):
    """Send a command; then close the open panel, or go to `then`."""

    command: AnyCommand
    then: str = ""


class Go(_Action, frozen=True):
    """Open a place, remembering the way back."""

    place: str


class Back(_Action, frozen=True):
    pass


class Say(_Action, frozen=True):
    """Tell the person why this is not possible now (UI-5): what a greyed button does."""

    sentence: str


class Pick(_Action, frozen=True):
    """Choose one of several."""

    field: str
    value: str


class Tick(_Action, frozen=True):
    key: str


class Panel(_Action, frozen=True):
    """Open a panel over the page: edit:FIELD, text:FIELD, arm, zone, mode, recover, pin:WHY (sign, new, approve...).

    edit:FIELD:VALUE opens a value with what it was, to take a change back; it is confirmed like any other (LIM-8).
    """

    name: str


class Cancel(_Action, frozen=True):
    """Close the panel and throw away what was typed in it."""


class Type(_Action, frozen=True):
    """One key of our own keyboard or number pad."""

    key: str


class StepBy(_Action, frozen=True):
    """One step of the edited value up or down."""

    steps: Literal[-1, 1]


class ConfirmDraft(_Action, frozen=True):
    """Take the edited value."""


class ConfirmText(_Action, frozen=True):
    """Take the typed text and close its panel."""


class FindTyped(_Action, frozen=True):
    """Ask control about the patient code typed."""


class OpenTyped(_Action, frozen=True):
    """Open a session for the patient code asked about."""


class SubmitPin(_Action, frozen=True):
    """Use the PIN typed: sign in, unlock, sign, create the first administrator; typed twice, give it to an account."""

    purpose: Literal["signin", "unlock", "sign", "first", "new", "renew", "approve"]


class ArmShown(_Action, frozen=True):
    """Second step of arming: exactly what the open offer shows (LIM-8)."""


class Prefer(_Action, frozen=True):
    """Set something about this screen: theme, language, sleep_s, click, or brightness by a step."""

    field: Literal["theme", "language", "sleep_s", "click", "brightness"]
    value: str


class StartCream(_Action, frozen=True):
    """The anaesthetic cream is on: its time begins."""


class Turn(_Action, frozen=True):
    """Turn the pages of a list that the screen's own buttons lead."""

    name: str
    by: Literal[-1, 1]


class Scanned(_Action, frozen=True):
    """A scanner has typed the code of a pack."""

    code: str


class Reach(_Action, frozen=True):
    """A finger reached a target of the touch test."""

    target: str


class Teach(_Action, frozen=True):
    """The lesson of a first session: begin it or go on, leave it, end it."""

    name: Literal["begin", "leave", "end"]


class Wipe(_Action, frozen=True):
    """Forget a typed text."""

    field: str


Action = (
    Send
    | Go
    | Back
    | Say
    | Pick
    | Tick
    | Panel
    | Cancel
    | Type
    | StepBy
    | ConfirmDraft
    | ConfirmText
    | FindTyped
    | OpenTyped
    | SubmitPin
    | ArmShown
    | Prefer
    | StartCream
    | Turn
    | Scanned
    | Teach
    | Wipe
    | Reach
)

__all__ = ["Action", "FieldName"]
