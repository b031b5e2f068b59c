"""What can go wrong between control and its clients: the numbers E500 to E549."""

from __future__ import annotations

from drivers.errors import NappageError


class MalformedPacket(NappageError, ValueError):
    number = 500
    sentence = "Control received a message it cannot read ({why})"
    remedy = "Start the kiosk and control from the same version of the program."


class WrongVersion(NappageError, ValueError):
    number = 501
    sentence = "This client speaks channel version {theirs}, control speaks {ours}"
    remedy = "Start the kiosk and control from the same version of the program."


class SeatTaken(NappageError, RuntimeError):
    number = 502
    sentence = "Another kiosk (process {pid}) already operates this device"
    remedy = "Use that screen, or close that kiosk first."


class HelloFirst(NappageError, RuntimeError):
    number = 503
    sentence = "Control does not know this client yet"
    remedy = "Connect again; every client introduces itself first."


class NumberNotGrowing(NappageError, ValueError):
    number = 504
    sentence = "The command carries number {number}, but {last} was already used and its answer is gone"
    remedy = "Look at the present state on the screen; nothing was done."


class PageTooLarge(NappageError, ValueError):
    number = 505
    sentence = "The answer has {size} bytes, more than the channel carries ({bound})"
    remedy = "Export the session to a file instead."


class NoControl(NappageError, ConnectionError):
    number = 506
    sentence = "There is no connection to control at {path} ({why})"
    remedy = "Wait; the screen connects again by itself. If it stays, start control."


class ChannelStalled(NappageError, BlockingIOError):
    number = 507
    sentence = "Control does not take commands at present"
    remedy = "Use the red stop button if anything moves; then start control again."


class SocketRefused(NappageError, OSError):
    number = 508
    sentence = "Control cannot open its socket {path} ({why})"
    remedy = "Check that no other control runs, and that the folder exists and may be written."


class SeatOnly(NappageError, PermissionError):
    number = 509
    sentence = "Only the kiosk that operates the device may say this"
    remedy = "Nothing was done. Use the kiosk's screen."
