"""Who is at the screen: accounts, signing in, locking. The rules are in `access`; here they meet ledger and clerk."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from drivers.errors import NappageError
from kiosk.access import accounts
from kiosk.access.demo import demo_pin
from kiosk.access.errors import AccountsExist, AccountUnknown, NameRefused, NameTaken, PinRefused
from kiosk.access.lockout import check_may_try, failed, locks, refusal, succeeded, waits_s
from kiosk.access.roles import Role, named
from kiosk.channel.snapshot import Account, Page, User
from kiosk.protocols.kept import kept
from kiosk.records.rows import AccountRow
from kiosk.session.desk import Desk
from kiosk.session.errors import NotNow
from kiosk.session.exchange import Answer, CheckPin, HashPin

Answerer = Callable[[NappageError | None, Page | None], None]
NAME_MAX = 40
"""Characters of a name."""


class People:
    """Accounts as the ledger has them, and the one person who is signed in."""

    def __init__(self, desk: Desk, accounts: tuple[AccountRow, ...], *, simulated: bool) -> None:
        self._desk = desk
        self._accounts = {account.name: account for account in accounts}
        self._simulated = simulated
        self._name = ""
        self._locked = False
        self._touched: float | None = None
        self._checking = False

    # -- who -----------------------------------------------------------------------------------------------------
    @property
    def role(self) -> Role | None:
        """Role of whoever is signed in and not locked out by the lock screen."""
        return named(self._accounts[self._name].role) if self.active else None

    @property
    def active(self) -> bool:
        return bool(self._name) and not self._locked

    @property
    def first_start(self) -> bool:
        return not self._accounts

    def view(self) -> User | None:
        """Who is signed in, for the screen."""
        return User(self._name, self._accounts[self._name].role, self._locked) if self._name else None

    def accounts(self) -> tuple[Account, ...]:
        """The lines of the sign-in screen."""
        wall_ms, rows = self._desk.inputs.wall_ms, tuple(self._accounts.values())
        return _lines(rows, tuple([waits_s(account, wall_ms) for account in rows]), self._simulated)

    # -- the step --------------------------------------------------------------------------------------------------
    def step(self, *, enabled: bool) -> None:
        """Lock after five minutes without a touch (ACC-3). `enabled`: the motor enable is on, or something is armed."""
        now = self._desk.now
        if self._touched is None or enabled:
            self._touched = now
        if self.active and locks(now, self._touched, enabled=enabled):
            self.lock("5 minutes passed without a touch")

    def touched(self) -> None:
        self._touched = self._desk.now

    # -- first start -----------------------------------------------------------------------------------------------
    def create_first(self, name: str, pin: str, answer: Answerer) -> None:
        """Make the first account, an administrator's.

        Raises:
            AccountsExist: there is one.
            PinRefused: no name is given.
        """
        if self._accounts:
            raise AccountsExist
        if not name.strip():
            raise PinRefused(why="the account has no name")

        def hashed(told: Answer) -> None:
            if not told.ok or self._accounts:
                answer(AccountsExist() if self._accounts else ClerkRefusal(told), None)
                return
            row = AccountRow(
                name.strip(),
                self._desk.mono_ms,
                name.strip(),
                Role.ADMINISTRATOR.value,
                told.text,
                reason="first administrator",
            )
            self._desk.commit(
                row, then=lambda: self._made(row, answer), failed=lambda: answer(_not_written("An account"), None)
            )

        self._desk.ask(HashPin(pin), hashed)

    def _made(self, row: AccountRow, answer: Answerer) -> None:
        self._accounts[row.name] = row
        self._enter(row)
        answer(None, None)

    # -- accounts ------------------------------------------------------------------------------------------------
    def create(self, name: str, role: Role, pin: str, answer: Answerer) -> None:
        """Make an account; its row is on disk before it is answered.

        Raises:
            NameRefused, NameTaken: the name is empty, too long, or somebody has it, in whatever case.
            NotNow: another PIN is being looked at.
        """
        name = " ".join(name.split())
        if not name or len(name) > NAME_MAX:
            raise NameRefused(why=f"it has over {NAME_MAX} characters" if name else "it is empty")
        taken = next((taken for taken in self._accounts if taken.casefold() == name.casefold()), "")
        if taken:
            raise NameTaken(name=taken)
        self._give_pin(AccountRow(name, 0, "", role.value, "", reason=f"account made, {role.value}"), pin, answer)

    def set_pin(self, name: str, pin: str, answer: Answerer) -> None:
        """Give an account a new PIN; failures and waits are forgotten, and a disabled one works again.

        Raises:
            AccountUnknown: there is none of this name.
            NotNow: another PIN is being looked at.
        """
        account = self._account(name)
        reason = "new PIN, enabled again" if account.disabled else "new PIN"
        self._give_pin(AccountRow(account.name, 0, "", account.role, "", reason=reason), pin, answer)

    def disable(self, name: str, answer: Answerer) -> None:
        """Shut an account; its row is on disk before it is answered.

        Raises:
            AccountUnknown, NothingToChange, LastAdministrator, OwnAccount: it is not shut.
            NotNow: a PIN is being looked at.
        """
        account, what = self._account(name), "Disabling an account"
        self._require_still(what)
        row = accounts.shut(account, self._accounts.values(), self._name, self._desk.mono_ms)
        self._keep(row, answer, what)

    def enable(self, name: str, answer: Answerer) -> None:
        """Open an account again.

        Raises:
            AccountUnknown, NothingToChange, NoPinLeft: it is not opened.
            NotNow: a PIN is being looked at.
        """
        account, what = self._account(name), "Enabling an account"
        self._require_still(what)
        self._keep(accounts.opened(account, self._name, self._desk.mono_ms), answer, what)

    def _require_still(self, what: str) -> None:
        """A PIN that is checked meanwhile would make a row from the one before."""
        if self._checking:
            raise NotNow(what=what, why="a PIN is being checked")

    def missing(self, found: tuple[AccountRow, ...]) -> tuple[AccountRow, ...]:
        """Those of `found` whose name nobody has here, in whatever case."""
        taken = {name.casefold() for name in self._accounts}
        return tuple(row for row in found if row.name.casefold() not in taken)

    def added(self, rows: tuple[AccountRow, ...]) -> None:
        """Accounts from a backup are on disk."""
        self._accounts |= {row.name: row for row in rows}

    def _give_pin(self, row: AccountRow, pin: str, answer: Answerer) -> None:
        desk, by = self._desk, self._name
        self._require_still("Setting a PIN")
        self._checking = True

        def hashed(told: Answer) -> None:
            self._checking = False
            if not told.ok:
                answer(ClerkRefusal(told), None)
            elif self._name != by or not self.active:
                answer(NotNow(what="Setting a PIN", why="whoever asked is not signed in any more"), None)
            else:
                self._keep(msgspec.structs.replace(row, mono_ms=desk.mono_ms, by=by, pin=told.text), answer)

        desk.ask(HashPin(pin), hashed)

    def _keep(self, row: AccountRow, answer: Answerer, what: str = "Setting a PIN") -> None:
        """Commit an account's row. It counts at once, so that no later row is built on the one before it."""
        before = self._accounts.get(row.name)
        self._accounts[row.name] = row

        def not_kept() -> None:
            if before is None:
                del self._accounts[row.name]
            else:
                self._accounts[row.name] = before
            answer(_not_written(what), None)

        self._desk.commit(row, then=lambda: answer(None, None), failed=not_kept)

    # -- signing in ------------------------------------------------------------------------------------------------
    def sign_in(self, name: str, pin: str, answer: Answerer) -> None:
        """Check the PIN in the clerk; a wrong one is on disk before it is answered (ACC-2).

        Raises:
            AccountUnknown, AccountDisabled, SignInWaits: not even tried.
        """
        account = self._account(name)

        def checked(error: NappageError | None) -> None:
            if error is None:
                self._enter(account)
            answer(error, None)

        self._check(account, pin, checked)

    def check_own_pin(self, pin: str, then: Callable[[NappageError | None], None]) -> None:
        """For a signature: the PIN of whoever is signed in."""
        self._check(self._account(self._name), pin, then)

    def _account(self, name: str) -> AccountRow:
        account = self._accounts.get(name)
        if account is None:
            raise AccountUnknown(name=name)
        return account

    def _check(self, account: AccountRow, pin: str, then: Callable[[NappageError | None], None]) -> None:
        desk = self._desk
        check_may_try(account, desk.inputs.wall_ms)
        if self._checking:  # or several tries at once would not wait for each other (ACC-2)
            raise NotNow(what="Signing in", why="a PIN is being checked")
        self._checking = True

        def heard(told: Answer) -> None:
            self._checking = False
            if told.error:
                then(ClerkRefusal(told))
                return
            current = self._accounts[account.name]
            row = succeeded(current, desk.mono_ms) if told.ok else failed(current, desk.inputs.wall_ms, desk.mono_ms)
            error = None if told.ok or row is None else refusal(row)
            if row is None:
                then(None)
                return
            self._accounts[row.name] = row
            desk.commit(row, then=lambda: then(error), failed=lambda: then(error or _not_written("Signing in")))

        desk.ask(CheckPin(pin, account.pin), heard)

    def _enter(self, account: AccountRow) -> None:
        self._name, self._locked, self._touched = account.name, False, self._desk.now
        self._desk.user = account.name
        self._desk.event("signed in", f"{account.name} signed in", role=account.role)

    def sign_out(self) -> None:
        if self._name:
            self._desk.event("signed out", f"{self._name} signed out")
        self._name = self._desk.user = ""
        self._locked = False

    def lock(self, why: str) -> None:
        if self.active:
            self._locked = True
            self._desk.event("locked", f"The screen was locked: {why}")


def _not_written(what: str) -> NotNow:
    return NotNow(what=what, why="the record cannot be written")


class ClerkRefusal(NappageError):
    """What the clerk could not do, with the number, sentence and remedy it gave."""

    def __init__(self, answer: Answer) -> None:
        self.number = answer.error  # type: ignore[misc]
        self.sentence = answer.sentence.replace("{", "{{").replace("}", "}}")  # type: ignore[misc]
        self.remedy = answer.remedy  # type: ignore[misc]
        super().__init__()


@kept
def _lines(accounts: tuple[AccountRow, ...], waits: tuple[int, ...], simulated: bool) -> tuple[Account, ...]:
    """The accounts as they are shown, with how many seconds each has to wait."""
    return tuple(
        Account(
            account.name,
            account.role,
            wait_s,
            account.disabled,
            demo_pin(account.name, account.pin) if simulated else "",
        )
        for account, wait_s in zip(accounts, waits, strict=True)
    )
