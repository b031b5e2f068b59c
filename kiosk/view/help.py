"""Help for every screen: what it is, and what to do next. Plain sentences, nothing that is decided elsewhere."""

from __future__ import annotations

import msgspec

from kiosk.view.actions import Cancel
from kiosk.view.route import ScreenKey
from kiosk.view.touch import NOTHING, Touch

HELP: dict[ScreenKey, tuple[str, str]] = {
    "selftest": (
        "The device looks at itself before anybody is treated. A check that fails says how to repair it.",
        "Answer its questions. When a check has failed: repair what it names, then touch Run again.",
    ),
    "first": (
        "Nobody has an account yet. The first one is an administrator's.",
        "Type a name and a PIN of 6 digits or more. Give the others their accounts afterwards, under People.",
    ),
    "signin": (
        "Everybody works under their own name; the record says who did what.",
        "Touch your name, type your PIN, touch Sign in. STOP and the alarms work without signing in.",
    ),
    "home": (
        "Here a session begins, and here is the state of the device.",
        "Touch New session. When something is missing it stands at the right, with what to do.",
    ),
    "protocols": (
        "The treatments that this clinic has. Each brings its zones, depths, doses and limits.",
        "Touch one, read it at the side, then touch Patient code. Search finds it by name, technique or zone.",
    ),
    "patient": (
        "A code that the clinic chooses, never a name. It is how earlier sessions are found.",
        "Type the code and touch Look up. Then say whether it is the same person, or a new patient.",
    ),
    "screening": (
        "Reasons not to treat. One that is ticked stops here, unless a physician decides otherwise.",
        "Ask every question, tick all that apply, and go on through all pages.",
    ),
    "product": (
        "What is injected, with its lot and expiry date. They go into the record.",
        "Touch the product and read lot and expiry from the pack in your hand. An expired one is refused.",
    ),
    "needle": (
        "The needle on the handpiece. Its length and bore limit depth and flow.",
        "Fit a new one from its packet, touch it in the list, and confirm that it is new.",
    ),
    "syringe": (
        "The syringe in the clamp and how full it is.",
        "Read the printed volume, touch the same syringe, set its fill, and confirm what is new.",
    ),
    "preparation": (
        "What is done before the first shot.",
        "Read the list and disinfect. A cream: start its timer when it is on; off after 30 to 40 minutes.",
    ),
    "prime": (
        "Line and needle are filled, so that the first shot holds product and not air.",
        "Needle over a swab, away from the patient. Hold the button, watch the tip, and say whether you saw a drop.",
    ),
    "treat": (
        "All values of the next shots, with the limit that binds. What is missing stands below them.",
        "Choose the zone, set the values, touch ARM, read the offer, hold to confirm. Then work on the skin.",
    ),
    "end": (
        "The session is over, and nothing is signed yet.",
        "Clean up, tell the patient the aftercare, note reactions, then sign with your PIN. Treat on goes back.",
    ),
    "record": (
        "One session as it was recorded: what was asked and what was measured, shot by shot.",
        "Export PDF writes the report. A signed session cannot be changed.",
    ),
    "history": ("All sessions on this device, the newest first.", "Touch one to read its record."),
    "alarms": (
        "What the device asks somebody to look at, the gravest first.",
        "Touch an alarm to read what happened, whether the patient is safe, and what to do.",
    ),
    "alarm": (
        "One alarm in full.",
        "Do what it says, then acknowledge. An acknowledgement silences it; the light stays while the cause does.",
    ),
    "about": (
        "Versions of everything, and how well the device keeps its time.",
        "Read them out when you call for service.",
    ),
    "settings": (
        "How this screen looks, sounds and sleeps. Nothing here changes a treatment.",
        "Every touch counts at once and is kept for this screen.",
    ),
    "people": (
        "Who has an account, and in which role.",
        "Add a person, or choose a name to give it a new PIN. A new PIN enables a disabled account again.",
    ),
    "account": (
        "A new account: a name, a role and a PIN.",
        "Type the name, choose the role, then let the person type the PIN twice.",
    ),
}
STOPPING = "The red button is the stop. STOP on the glass is a convenience."


class Help(msgspec.Struct, frozen=True):
    what: str = ""
    todo: str = ""
    stopping: str = STOPPING
    close: Touch = NOTHING


def help_for(screen: ScreenKey) -> Help:
    """The help of the screen under the panel."""
    what, todo = HELP[screen]
    return Help(what, todo, close=Touch("cancel", "Close", Cancel(), icon="close", tone="primary"))
