"""The errors of a shell that operates the device, E880 to E889."""

from __future__ import annotations

from drivers.errors import NappageError


class SeatHeld(NappageError, PermissionError):
    number = 880
    sentence = "The device is operated from somewhere else: {why}"
    remedy = "End that kiosk first ('systemctl stop nappage-kiosk'), or start 'nappage run' with --no-screen."


class ControlSilent(NappageError, TimeoutError):
    number = 881
    sentence = "Control shows nothing for {seconds:g} s"
    remedy = "Use the red stop button if anything moves; then look at control."


class NotBegun(NappageError, RuntimeError):
    number = 882
    sentence = "The calibration was not begun: {why}"
    remedy = "Put right what the sentence names, and start it again."


class NotRead(NappageError, ValueError):
    number = 885
    sentence = "Control did not take what was asked: a value is outside what it can be, or a text is too long ({why})"
    remedy = "Nothing was done. Correct the value, and ask again."


class EndedItself(NappageError, RuntimeError):
    number = 883
    sentence = "The calibration is not open any more: {why}"
    remedy = "Nothing that was measured counts; what is in force stands above."


class ChecksNotBegun(NappageError, RuntimeError):
    number = 884
    sentence = "The checks were not begun, or not gone on with: {why}"
    remedy = "Put right what the sentence names, and start again."
