"""How deep a carriage goes between two instants, from its plan as data: no sampling, no asking the carriage itself.

A plan is what `hal_sim.carriage` keeps: pieces of constant acceleration, or of a harmonic oscillation. The greatest
place of a piece is at one of its ends or where its velocity passes zero. Pressure needs no such care: while inflow and
path stay the same it runs to one level after the other and turns upwards at most once, so its greatest value is at an
end. A plunger runs at one rate between two instants; its ends are its extremes too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

Piece = tuple[float, float, float, float, float]
"""Start, place, velocity, then acceleration and 0, or an oscillation's centre and angular frequency."""


def place(pieces: Sequence[Piece], at: float) -> float:
    """Where the carriage is at an instant."""
    current = pieces[0]
    for piece in pieces:
        if piece[0] > at:
            break
        current = piece
    return _in_piece(current, max(0.0, at - current[0]))


def deepest(pieces: Sequence[Piece], since: float, until: float) -> float:
    """Greatest place in a closed stretch of time."""
    found = max(place(pieces, since), place(pieces, until))
    for number, piece in enumerate(pieces):
        begins = max(piece[0], since)
        ends = min(pieces[number + 1][0] if number + 1 < len(pieces) else until, until)
        if begins > ends:
            continue
        turn = _turns(piece)
        found = max(found, _in_piece(piece, begins - piece[0]))
        if begins <= piece[0] + turn <= ends:
            found = max(found, _in_piece(piece, turn))
    return found


def _in_piece(piece: Piece, gone: float) -> float:
    _, start, velocity, third, omega = piece
    if omega:
        return third + (start - third) * math.cos(omega * gone) + velocity / omega * math.sin(omega * gone)
    return start + velocity * gone + third * gone * gone / 2


def _turns(piece: Piece) -> float:
    """Seconds into a piece until it turns from going down to going up; infinite when it does not."""
    _, start, velocity, third, omega = piece
    if velocity <= 0.0:
        return math.inf
    if omega:
        return math.atan2(velocity / omega, start - third) / omega
    return -velocity / third if third < 0.0 else math.inf
