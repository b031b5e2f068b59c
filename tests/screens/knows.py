"""What a monkey at the glass knows, as a person does: what gets things on, what a field takes, whose turn it is."""

from __future__ import annotations

from kiosk.channel.snapshot import Account, CalibratingView

HANDS = (
    "contact on", "contact on", "trigger down", "trigger down", "trigger up", "lift", "pedal down", "pedal up",
    "stop press", "stop release", "stop release", "unplug", "replug", "replug", "barrel 5",
)  # fmt: skip
AHEAD = (
    "soft:", "strip:signin", "signin", "create", "acknowledge", "homing:yes", "buzzer:yes", "adult", "consent", "more",
    "patient:yes", "find",
    "product:example-saline", "needle:30g-4mm", "needle:new", "syringe:5ml", "syringe:new", "syringe:line",
    "disinfected", "anaesthetic:none", "prime", "drop:yes", "clean:", "cleanup", "reaction:", "reactions", "done",
    "sign", "protocol:mesolift", "arm:confirm", "arm", "continue", "new", "confirm", "enter",
)  # fmt: skip
"""What gets a session on, by the beginning of its key: of what is on the glass the first that is not chosen yet."""
MEASURING = (
    "soft:", "acknowledge", "confirm", "zero", "gauge", "move", "flush", "room", "blank", "weight", "factory", "fit",
    "syringe:5ml", "run:",
)  # fmt: skip
"""What gets a calibration on, likewise."""
PROPOSED = ("write", "certify", "instruments", "leave")
"""What may be done with the figures that it ends with, in any order."""
ROUND = frozenset({
    "service", "wear", "faults", "link", "backup", "people", "account", "approvals", "approval", "calibration",
    "instruments", "instrument", "certificates", "certificate", "drift", "inputs", "checks", "timing",
})  # fmt: skip
"""Pages on which nothing comes first: whoever looks after the device touches there what they have touched least."""
MADE = ("continue", "keep", "approve")
"""What ends such a page once it is filled in or read."""
ONLY = {"signin": ("enter",), **dict.fromkeys(("alarms", "alarm", "about", "settings"), ("back",))}
"""Pages with one way on."""
FAILED = ("again", "recover", "calibration", "people")
"""What somebody signed in may do about a self-test that failed, in any order."""
AROUND = frozenset({"stop", "lock", "signout", "back", "help", "alarms", "settings", "about"})
"""What is on the glass beside a page; those who look round touch what is in it."""
LEAVING = ("stop", "lock", "signout")
"""What ends whatever was being done; STOP is touched for its own sake as well."""
MEND = ("clear", "rehome", "retract", "recover")
"""What puts right whatever stands in the way of arming."""
TYPED = {
    "expiry": "20991231", "next": "20991231", "review": "20991231", "instrument_due": "20991231", "lot": "a1",
    "patient": "m7", "name": "ada", "person": "jo",
}  # fmt: skip
"""What is typed into a field; "12" into any other."""
OWN_PIN = "482615"
"""The PIN that a monkey gives to whom it makes itself."""


def after(name: str, accounts: tuple[Account, ...]) -> str:
    """Who signs in after somebody: each in turn."""
    names = [account.name for account in accounts if not account.disabled]
    if not names:
        return name
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def reading(field: str, work: CalibratingView) -> str:
    """What instruments show while something is measured, as near as a person would read it; "" for another field.

    The gauge shows the depth that was moved to, mm; the balance what it showed last and a shot more, mg.
    """
    if field == "gauge":
        due = next((each for each in work.gauge if each.gauge_um is None), None)
        return "" if due is None else f"{due.depth_um / 1000:.3f}"
    if field == "weight":
        shot = next((run.dose_nl for run in work.runs if run.level == work.running), 0)
        return f"{((work.last_ug or 10_000) + shot) / 1000:.2f}"
    return ""
