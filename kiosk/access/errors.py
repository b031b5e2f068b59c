"""What signing in may answer, E600 to E649."""

from __future__ import annotations

from drivers.errors import NappageError


class PinRefused(NappageError, ValueError):
    number = 600
    sentence = "This PIN cannot be used: {why}"
    remedy = "Choose 6 to 12 digits that are no run, no repetition and no date."


class SignInRefused(NappageError, PermissionError):
    number = 601
    sentence = "Name and PIN do not belong together; the next try is possible in {wait}, {left} are left"
    remedy = "With the last wrong PIN the account is disabled; an administrator helps."


class SignInWaits(NappageError, PermissionError):
    number = 602
    sentence = "{name} has to wait {wait} after a wrong PIN"
    remedy = "Wait, or ask an administrator."


class AccountDisabled(NappageError, PermissionError):
    number = 603
    sentence = "The account {name} is disabled"
    remedy = "An administrator gives it a new PIN."


class AccountUnknown(NappageError, LookupError):
    number = 604
    sentence = "There is no account {name}"
    remedy = "Choose one of the names shown."


class HashDamaged(NappageError, ValueError):
    number = 605
    sentence = "The stored PIN of this account cannot be read ({why})"
    remedy = "An administrator gives the account a new PIN."


class NotAllowed(NappageError, PermissionError):
    number = 606
    sentence = "{who} may not do this ({what}); it takes {roles}"
    remedy = "Sign in as somebody who may."


class AccountsExist(NappageError, PermissionError):
    number = 607
    sentence = "There is an account already, so no first administrator can be made"
    remedy = "Ask an administrator for an account."


class NameTaken(NappageError, ValueError):
    number = 608
    sentence = "There is an account {name} already"
    remedy = "Choose another name, or give that account a new PIN."


class NameRefused(NappageError, ValueError):
    number = 609
    sentence = "This name cannot be used: {why}"
    remedy = "Type the person's name, at most 40 characters."


class LastAdministrator(NappageError, PermissionError):
    number = 610
    sentence = "{name} is the last administrator who can sign in"
    remedy = "Give somebody else an administrator's account first; without one nobody could give accounts any more."


class OwnAccount(NappageError, PermissionError):
    number = 611
    sentence = "{name} cannot shut the account that asks for it"
    remedy = "Another administrator does it."


class NoPinLeft(NappageError, ValueError):
    number = 612
    sentence = "The account {name} has no PIN any more"
    remedy = "Give it a new PIN; that enables it as well."


class NothingToChange(NappageError, ValueError):
    number = 613
    sentence = "The account {name} is {state} already"
    remedy = "Nothing was changed."
