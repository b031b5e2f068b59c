"""What is looked at once control has settled with the injector, at the screen, at the bench and in the files."""

from __future__ import annotations

import msgspec

from tests.proofs.kill.invariants import Device, Found, Known, look
from tests.proofs.kill.lane import Lane, ProofFailed
from tests.proofs.kill.practitioner import Practitioner


def examine(lane: Lane, person: Practitioner, last: Found) -> Found:
    """Disarmed, the same session, and ledger and injector agree on all that was ever acknowledged.

    Args:
        last: What was found the time before; none of it may be gone.

    Raises:
        ProofFailed: with everything that is wrong.
    """
    device, seen = lane.device(), person.sees
    failures: list[str] = []
    if seen.treat is not None and seen.treat.arming is not None:
        failures.append("an arming lives")
    if device["enable"] or device["shots_left"]:
        failures.append(f"the injector is not at rest: {device}")
    number = 0 if seen.session is None else seen.session.number
    if person.session and number != person.session and not (person.signing and number == 0):
        failures.append(f"session {person.session} was open; {number} was found")
    person.signing, person.session = False, number
    counted = Device(device["lifetime_shots"], device["lifetime_nl"])
    known = Known(last.last_row, last.last_hash, shown=dict(person.shown))
    found = look(lane.ledger, counted, lane.journal().anchors(), known)
    after = lane.device()
    if Device(after["lifetime_shots"], after["lifetime_nl"]) != counted:
        failures.append(f"something was given while nothing was armed: {counted}, then {after}")
    if "Traceback" in lane.said():
        failures.append(f"control said: {lane.said()[-2000:]}")
    failures += found.failures
    if failures:
        raise ProofFailed("; ".join(failures))
    return msgspec.structs.replace(found, failures=())
