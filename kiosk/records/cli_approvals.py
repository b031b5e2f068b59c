"""What the shell commands about approvals do: list, compare, approve while control does not hold the record.

Reading may be done beside a treatment. Approving writes, and there is one writer (LED-13): while control runs it is
refused, and the screen is where to approve. Roles, PIN and waits are those of the screen (ACC-1, ACC-2).
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from kiosk.channel import commands as ask
from kiosk.channel.snapshot import ApprovalLine, ApprovalPage
from kiosk.protocols.difference import Difference
from kiosk.protocols.library import Library, load
from kiosk.records.approvals import listed, page
from kiosk.records.approved import approval_row, subject
from kiosk.records.chain import Kind
from kiosk.records.cli import reading
from kiosk.records.cli_signed import signed
from kiosk.records.errors import ApprovalRefused, RecordShowsDamage

SHOWN = 16
"""Digits of a fingerprint that a line shows."""


def list_approvals(path: Path, profiles: Path) -> str:
    """Every treatment with its state, as a table."""
    library = load(profiles)
    with reading(path) as db:
        found = listed(db, [subject(library, key) for key in library.protocols])
    return "\n".join(map(_line, found.lines))


def _line(line: ApprovalLine) -> str:
    state = {"approved": "approved", "changed": "CHANGED since", "never": "never approved"}[line.state]
    whom = f" by {line.by} {line.at}" if line.by else ""
    needs = f"; needs the clinic's figure for {', '.join(line.needs)}" if line.needs else ""
    return f"{line.protocol:20}  {line.sha256[:SHOWN]}  {state}{whom}{needs}"


AGAINST = {
    "last": "Against what was approved last:",
    "nothing": "Never approved: all of it is to be read.",
    "lost": "What was approved then is not kept: all of it is to be read.",
}


class Compared(msgspec.Struct, frozen=True):
    """A treatment as it was loaded, what is told of it, and whether there is anything to approve."""

    library: Library
    page: ApprovalPage

    @property
    def told(self) -> str:
        """The treatment's line, its whole fingerprint and every difference."""
        line = self.page.line
        changes = [f"  {Difference(one.key, one.old, one.new)}" for one in self.page.changes]
        return "\n".join([_line(line), f"SHA-256 {line.sha256}", AGAINST[self.page.against], *changes])


def compare(path: Path, profiles: Path, protocol: str) -> Compared:
    """One treatment against what was approved last.

    Raises:
        ApprovalRefused: there is no such treatment.
    """
    library = load(profiles)
    if protocol not in library.protocols:
        raise ApprovalRefused(protocol=protocol, why=f"there is none of this key, only {', '.join(library.protocols)}")
    with reading(path) as db:
        return Compared(library, page(db, subject(library, protocol), library.content(protocol)))


def approve(path: Path, kind: Kind, compared: Compared, name: str, pin: str) -> str:
    """Approve exactly what was compared; a sentence. A wrong PIN is on disk before it is answered.

    Raises:
        ApprovalRefused: a figure is missing, it is approved, or the record shows damage.
        LedgerBusy: control holds the record.
        AccountUnknown, AccountDisabled, NotAllowed, SignInWaits, SignInRefused: not by this person or PIN.
    """
    line, library = compared.page.line, compared.library
    why = "exactly this content is approved" if line.state == "approved" else ""
    if line.needs:
        why = f"the clinic has to give a figure for {', '.join(line.needs)}"
    if why:
        raise ApprovalRefused(protocol=line.protocol, why=why)
    try:
        with signed(path, kind, ask.Approve, name, pin) as signing:
            asked = subject(library, line.protocol)
            row = approval_row(asked, library.content(line.protocol), user=name, mono_ms=signing.mono_ms)
            signing.ledger.append([row])
    except RecordShowsDamage as error:
        raise ApprovalRefused(protocol=line.protocol, why=str(error.facts["why"])) from error
    return f"{line.title} is approved by {name}, set {line.sha256[:SHOWN]}. It counts from control's next start."
