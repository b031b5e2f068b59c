"""The engine: `step(inputs, now)` gives the effects of one cycle. Pure: it reads no clock, no file, no wire.

This file puts the parts in their order and knows nothing of their insides. The order matters: what stops comes before
what starts (STP-1), what was done is counted before more is given (LIM-6).
"""

from __future__ import annotations

from drivers.registers import CommandKind, ControllerState, Input
from kiosk.alarms.annunciator import Annunciator
from kiosk.channel.snapshot import Phase
from kiosk.protocols.library import Library
from kiosk.protocols.limits import Setting, Totals
from kiosk.protocols.profile import Device
from kiosk.records.rows import Restored, ShotRow
from kiosk.session.connection import Connection
from kiosk.session.conditions import conditions
from kiosk.session.desk import Desk
from kiosk.session.exchange import Effect, Inputs
from kiosk.session.guards import Guards
from kiosk.session.intake import Intake
from kiosk.session.lease import KioskLease
from kiosk.session.parts import envelope_of, first_zone
from kiosk.session.pedal import Pedal
from kiosk.session.people import People
from kiosk.session.requests import Requests
from kiosk.session.selftest import SelfTest
from kiosk.session.setup import Setup
from kiosk.session.slot import Slot
from kiosk.session.stop import StopCircuit
from kiosk.session.tally import Tally
from kiosk.session.treatment import Treatment
