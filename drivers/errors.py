"""Every error of the product derives from here: a number, one sentence, and what to do.

Numbers: E1xx drivers, E2xx profiles and limits, E3xx session, E4xx records, E5xx channel, E6xx access,
E7xx alarms, E8xx screens and reports, E9xx system; E970 and E971 are the bench's (hal_sim/alone.py). A number is never
reused.
"""

from __future__ import annotations

from typing import ClassVar

MOST_TOLD = 200


def complaint(problem: object) -> str:
    """What a library complains of, as far as a sentence of ours repeats it: it may be as long as the file that it read.

    At most `MOST_TOLD` characters.
    """
    return str(problem)[:MOST_TOLD]


class NappageError(Exception):
    """Base of all our errors.

    A subclass is one line of class attributes and, where one fits, the builtin it also is. It is raised
    with keyword facts that fill its sentence: ``PortMissing(port="/dev/ttyACM0")``.
    """

    number: ClassVar[int] = 100
    sentence: ClassVar[str] = "Something failed that has no name yet"
    remedy: ClassVar[str] = "Write down what you did and report it."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))

    @property
    def code(self) -> str:
        """The number as people quote it, ``E101``."""
        return f"E{self.number}"

    def __str__(self) -> str:
        return f"{self.code}: {self.sentence.format(**self.facts)}. {self.remedy}"


class PortMissing(NappageError, FileNotFoundError):
    number = 101
    sentence = "The injector's port {port} does not exist"
    remedy = "Plug the injector in, or name its port with --port."


class PortForbidden(NappageError, PermissionError):
    number = 102
    sentence = "There is no permission to open the injector's port {port}"
    remedy = "Add the user who runs control to the group 'dialout' and start again."


class PortBusy(NappageError, OSError):
    number = 103
    sentence = "The injector's port {port} is in use by another program"
    remedy = "Close the other program; only one may talk to the injector."


class PortGone(NappageError, OSError):
    number = 104
    sentence = "The injector on {port} was unplugged"
    remedy = "Plug it in again; the session goes on from the record."


class LinkTimeout(NappageError, TimeoutError):
    number = 105
    sentence = "The injector did not answer within {timeout_ms} ms"
    remedy = "Check the cable and the injector's supply."


class BadFrame(NappageError, OSError):
    number = 106
    sentence = "The injector's answer was damaged ({why})"
    remedy = "Check the cable; away from motors and screened. Whether it was acted on, the injector's records tell."


class NotAnInjector(NappageError, OSError):
    number = 107
    sentence = "What answers on {port} is not a Nappage injector ({why})"
    remedy = "Check which device is plugged in, or name the right port with --port."


class MapMismatch(NappageError, ValueError):
    number = 108
    sentence = "The injector speaks register map {theirs}, this program speaks {ours}"
    remedy = "Bring the older of the two up to date; until then nothing is armed."


class Refused(NappageError, ValueError):
    """The controller answered with a Modbus exception; `code` in `facts` is the exception's number."""

    number = 109
    sentence = "The injector refused the {what} (exception {exception:02d}, {reason})"
    remedy = "Nothing was done. The reason says what to change."


class StaleEpoch(NappageError, RuntimeError):
    number = 110
    sentence = "A stop came before the {what} was sent, so it was not sent"
    remedy = "Acknowledge the stop and arm again."


class PinFactoryWrong(NappageError, RuntimeError):
    number = 111
    sentence = "The pins are driven by '{found}', but '{named}' was named"
    remedy = "Install the named pin library (on a Pi: python3-lgpio) or name the right one; there is no fallback."


class PinEventsSilent(NappageError, RuntimeError):
    number = 112
    sentence = "The thread that delivers pin events has ended"
    remedy = "Start the program again; until then nothing is armed."


class CorruptBlock(NappageError, ValueError):
    number = 113
    sentence = "The {block} read from the injector is damaged ({why})"
    remedy = "Check the cable and connect again; if it stays, the injector needs service."


class BalanceError(NappageError, OSError):
    number = 120
    sentence = "The balance on {port} answered '{answer}': {why}"
    remedy = "Set it to the command set MT-SICS, 9600 baud, 8 bits, no parity; nothing was taken from that answer."


class BalanceMissing(NappageError, FileNotFoundError):
    number = 121
    sentence = "The balance's port {port} does not exist"
    remedy = "Plug the balance in, or name its port."


class BalanceForbidden(NappageError, PermissionError):
    number = 122
    sentence = "There is no permission to open the balance's port {port}"
    remedy = "Add the user who runs control to the group 'dialout' and start again."


class BalanceBusy(NappageError, OSError):
    number = 123
    sentence = "The balance's port {port} is in use by another program"
    remedy = "Close the other program; only one may talk to the balance."


class BalanceUnusable(NappageError, OSError):
    number = 124
    sentence = "{port} cannot be used as a balance's serial port ({why})"
    remedy = "Name the port of the balance."


class BalanceGone(NappageError, OSError):
    number = 125
    sentence = "The balance on {port} was unplugged"
    remedy = "Plug it in again; weights already taken are kept."


class BalanceSilent(NappageError, TimeoutError):
    number = 126
    sentence = "The balance on {port} did not answer"
    remedy = "Check that it is switched on, and its cable."


class BalanceUnstable(NappageError, TimeoutError):
    number = 127
    sentence = "The balance on {port} does not come to rest"
    remedy = "Close its doors, keep the table still, and weigh again."


class BalanceOutOfRange(NappageError, ValueError):
    number = 128
    sentence = "The balance on {port} is {side} its range"
    remedy = "Check the vessel and the pan, zero it, and weigh again."
