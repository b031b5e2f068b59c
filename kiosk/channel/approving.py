"""Profile approval on the channel: what an administrator asks, and what they read before they approve (LIM-9).

What is approved is the whole resolved set of a treatment: protocol, devices, needles, syringes, products and lists.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from kiosk.channel.base import Command, Text, View

Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
ApprovalState = Literal["approved", "changed", "never"]
Against = Literal["last", "nothing", "lost"]


class ListApprovals(Command, frozen=True):
    """Which treatments are approved on this device, which are not, and which changed since."""


class ReadApproval(Command, frozen=True):
    """What has changed in a treatment since it was approved last."""

    protocol: Text


class Approve(Command, frozen=True):
    """Approve exactly the content whose fingerprint was shown, with the administrator's own PIN."""

    protocol: Text
    sha256: Sha256
    pin: Text


class ApprovalLine(View, frozen=True):
    """One treatment. `sha256` is of what is loaded now; `by` and `at` tell of the last approval, "" when never."""

    protocol: str
    title: str
    sha256: str
    state: ApprovalState
    by: str = ""
    at: str = ""
    needs: tuple[str, ...] = ()
    """Dotted keys of the figures that the clinic has still to give; with any it cannot be approved."""


class Change(View, frozen=True):
    """One key that differs from what was approved last; "" stands for "was not there" and for "is gone"."""

    key: str
    old: str
    new: str


class ApprovalList(View, frozen=True, tag=True):
    lines: tuple[ApprovalLine, ...]


class ApprovalPage(View, frozen=True, tag=True):
    """One treatment with every difference; against nothing while it was never approved."""

    line: ApprovalLine
    changes: tuple[Change, ...]
    against: Against = "last"
    """What the changes are told against: what was approved last, or nothing, because there is none or it is lost."""
