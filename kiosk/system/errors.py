"""Only this file gives the system room's errors their numbers, E900 to E949."""

from __future__ import annotations

from drivers.errors import NappageError


class NotifyFailed(NappageError, OSError):
    number = 900
    sentence = "The service manager's socket {address} did not take a message ({why})"
    remedy = "Start the program through its unit, or without NOTIFY_SOCKET in its environment."


class SchedulingNotTaken(NappageError, OSError):
    number = 901
    sentence = "Real-time priority {asked} was set, but {found} was read back"
    remedy = "Nothing arms on hardware without it; look at LimitRTPRIO in nappage-control.service."


class NoKernelFact(NappageError, OSError):
    number = 902
    sentence = "The kernel does not tell its {fact} ({why})"
    remedy = "Run on Linux with /proc and /sys mounted."


class NoDataFolder(NappageError, OSError):
    number = 910
    sentence = "The data folder {folder} cannot be used ({why})"
    remedy = "Check that it exists, that it belongs to the user who runs control, and that its disk is not read-only."


class NoTemporaryFolder(NappageError, OSError):
    number = 911
    sentence = "There is no folder for what is needed only meanwhile ({why})"
    remedy = "Make room in the folder for temporary files, or name another one in TMPDIR."


class BacklightUnwritable(NappageError, PermissionError):
    number = 920
    sentence = "The screen's brightness {path} cannot be changed ({why})"
    remedy = "Add the user who runs the kiosk to the group 'video'."


class ChildNotStarted(NappageError, OSError):
    number = 930
    sentence = "The process {name} could not be started ({why})"
    remedy = "Check the installation with 'make setup'."


class ChildNotReady(NappageError, TimeoutError):
    number = 931
    sentence = "The process {name} did not become ready within {seconds:g} s"
    remedy = "The lines that begin with its name say how far it came."


class UnknownChild(NappageError, ValueError):
    number = 932
    sentence = "The process {name} is to wait for {after}, which is not started before it"
    remedy = "Name the processes in the order in which they start."
