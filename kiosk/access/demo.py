"""The accounts that a simulated Nappage begins with. Their PINs are printed here and on the sign-in screen.

They exist in a simulated ledger only; whoever builds the control process for hardware never imports this.
"""

from __future__ import annotations

from functools import cache

import msgspec

from kiosk.access.roles import Role
from kiosk.records.rows import AccountRow


class DemoAccount(msgspec.Struct, frozen=True):
    """One account: name, role, PIN, and the PIN's hash with a fixed salt so that a start waits for no hashing."""

    name: str
    role: Role
    pin: str
    hashed: str


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(
        "Demo practitioner",
        Role.PRACTITIONER,
        "482615",
        "scrypt$15$8$3$ZGVtbyBwcmFjdGl0aW9uZXI=$PiXi28dJaTF+k5bG6/jFSXV5NWEA2cZtbO7d1GQnXlU=",
    ),
    DemoAccount(
        "Demo technician",
        Role.TECHNICIAN,
        "739164",
        "scrypt$15$8$3$ZGVtbyB0ZWNobmljaWFu$mHNhAyVc8LrcvB/XnCqRbGG4wiL5MQCoT+BQyFwfbxo=",
    ),
    DemoAccount(
        "Demo administrator",
        Role.ADMINISTRATOR,
        "915273",
        "scrypt$15$8$3$ZGVtbyBhZG1pbmlzdHJhdG9y$WvpiSzTfgTrkBViS/1YfAWUNOo3Ja2Mh4xtL8k1AW9o=",
    ),
)


def demo_rows(mono_ms: int) -> tuple[AccountRow, ...]:
    """The rows that make these accounts; for a simulated ledger without any."""
    return tuple(
        AccountRow(
            name=account.name,
            mono_ms=mono_ms,
            by="simulation",
            role=account.role.value,
            pin=account.hashed,
            reason="demo account of the simulation",
        )
        for account in DEMO_ACCOUNTS
    )


@cache
def demo_pin(name: str, hashed: str) -> str:
    """The PIN to show beside a demo account's name; "" for any other name, and once it has another PIN (`hashed`)."""
    return next((account.pin for account in DEMO_ACCOUNTS if (account.name, account.hashed) == (name, hashed)), "")
