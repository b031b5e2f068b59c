"""Help for every screen: what it is, and what to do next. Plain sentences, nothing that is decided elsewhere."""

from __future__ import annotations

import msgspec

from kiosk.channel.snapshot import Snapshot
from kiosk.view.actions import Cancel
from kiosk.view.language import mark, say
from kiosk.view.lesson_memory import entry
from kiosk.view.local import Local
from kiosk.view.route import ScreenKey
from kiosk.view.touch import NOTHING, Touch

HELP: dict[ScreenKey, tuple[str, str]] = {
    "selftest": (
        mark("The device looks at itself before anybody is treated. A check that fails says how to repair it."),
        mark("Answer its questions. When a check has failed: repair what it names, then touch Run again."),
    ),
    "first": (
        mark("Nobody has an account yet. The first one is an administrator's."),
        mark("Type a name and a PIN of 6 digits or more. Give the others their accounts afterwards, under People."),
    ),
    "signin": (
        mark("Everybody works under their own name; the record says who did what."),
        mark("Touch your name, type your PIN, touch Sign in. STOP and the alarms work without signing in."),
    ),
    "home": (
        mark("Here a session begins, and here is the state of the device."),
        mark("Touch New session. When something is missing it stands at the right, with what to do."),
    ),
    "protocols": (
        mark("The treatments that this clinic has. Each brings its zones, depths, doses and limits."),
        mark("Touch one, read it at the side, then touch Patient code. Search finds it by name, technique or zone."),
    ),
    "patient": (
        mark("A code that the clinic chooses, never a name. It is how earlier sessions are found."),
        mark("Type the code and touch Look up. Then say whether it is the same person, or a new patient."),
    ),
    "screening": (
        mark("Reasons not to treat. One that is ticked stops here, unless a physician decides otherwise."),
        mark("Ask every question, tick all that apply, and go on through all pages."),
    ),
    "product": (
        mark("What is injected, with its lot and expiry date. They go into the record."),
        mark("Scan the code of the pack, or touch the product and type lot and expiry. An expired one is refused."),
    ),
    "needle": (
        mark("The needle on the handpiece. Its length and bore limit depth and flow."),
        mark("Fit a new one from its packet, touch it in the list, and confirm that it is new."),
    ),
    "syringe": (
        mark("The syringe in the clamp and how full it is."),
        mark("Read the printed volume, touch the same syringe, set its fill, and confirm what is new."),
    ),
    "preparation": (
        mark("What is done before the first shot."),
        mark("Read the list and disinfect. A cream: start its timer when it is on; off after 30 to 40 minutes."),
    ),
    "prime": (
        mark("Line and needle are filled, so that the first shot holds product and not air."),
        mark(
            "Needle over a swab, away from the patient. Hold the button, watch the tip, and say whether you saw a drop."
        ),
    ),
    "treat": (
        mark("All values of the next shots, with the limit that binds. What is missing stands below them."),
        mark("Choose the zone, set the values, touch ARM, read the offer, hold to confirm. Then work on the skin."),
    ),
    "end": (
        mark("The session is over, and nothing is signed yet."),
        mark("Do the clean-up, give the aftercare sheet, note reactions, agree on the next date, sign with your PIN."),
    ),
    "due": (
        mark("Codes whose next date is within a week or past, as it was agreed when their last session was signed."),
        mark("Touch one to repeat its last treatment. A code goes from here with the next session of its course."),
    ),
    "cleanup": (
        mark("What the clinic does with needle, syringe and line before anything else."),
        mark("Do each line, then touch it. All of them are needed for the signature."),
    ),
    "aftercare": (
        mark("What the patient should know. The code holds this text itself; a telephone reads it without a network."),
        mark("Let the patient scan it, or write the PDF. Then confirm that it was given."),
    ),
    "reactions": (
        mark("What was seen on the patient, at the end or at any later visit. Each entry stays in the record."),
        mark("Touch all that apply, write down anything else, or say that none was seen."),
    ),
    "record": (
        mark("One session as it was recorded: what was asked and what was measured, shot by shot."),
        mark("Export PDF writes the report. A signed session cannot be changed."),
    ),
    "history": (mark("All sessions on this device, the newest first."), mark("Touch one to read its record.")),
    "alarms": (
        mark("What the device asks somebody to look at, the gravest first."),
        mark("Touch an alarm to read what happened, whether the patient is safe, and what to do."),
    ),
    "alarm": (
        mark("One alarm in full."),
        mark(
            "Do what it says, then acknowledge. An acknowledgement silences it; the light stays while the cause does."
        ),
    ),
    "about": (
        mark("Versions of everything, and how well the device keeps its time."),
        mark("Read them out when you call for service."),
    ),
    "settings": (
        mark("How this screen looks, sounds and sleeps. Nothing here changes a treatment."),
        mark("Every touch counts at once and is kept for this screen."),
    ),
    "people": (
        mark("Who has an account, and in which role."),
        mark("Add a person, or choose a name to give it a new PIN. A new PIN enables a disabled account again."),
    ),
    "account": (
        mark("A new account: a name, a role and a PIN."),
        mark("Type the name, choose the role, then let the person type the PIN twice."),
    ),
    "approvals": (
        mark("Which treatments an administrator has approved. A real injector is armed with no other."),
        mark("Touch one to read what is in it, or what has changed since it was approved."),
    ),
    "calibration": (
        mark("Which calibration is in force, when it was proved and until when it may be used."),
        mark("To calibrate: no session open, handpiece away from everybody, then hold Begin."),
    ),
    "calibrating": (
        mark("A dose is weighed: 25 smallest, 25 middle, 12 largest shots. Or the depth is read from a gauge."),
        mark("Do what stands at the top, then touch the button below. Every value is recorded; none is ever dropped."),
    ),
    "proposal": (
        mark("What the weights say, before and after a correction. Nothing is changed until you hold a button."),
        mark("Write the correction, then weigh all three doses again. Certify what passes as it is in force."),
    ),
    "instruments": (
        mark("What measures when the device is calibrated, each with its own certificate and the day it is due."),
        mark("Touch one to name it. One that is past its day proves nothing until it is calibrated itself."),
    ),
    "instrument": (
        mark("One instrument: model, serial number, certificate, the day it is due, and how finely it reads."),
        mark("Touch a line to type it, then touch Keep. A balance that answers says itself which one it is."),
    ),
    "certificates": (
        mark("Every certificate of this device, the newest first."),
        mark("Touch one to read it, or to write it as PDF or JSON."),
    ),
    "certificate": (
        mark("What was proved: every figure with its n, its 95 % interval and its limit, and the instruments."),
        mark("Write it as PDF or JSON. 'nappage calibrate verify' says later whether such a JSON was changed."),
    ),
    "drift": (
        mark("How depth and doses stood before and after each calibration, with what is allowed."),
        mark("Touch a part. A drift that grows from one year to the next asks for service."),
    ),
    "inputs": (
        mark("Every input and output as it is at this moment: contacts from the pins, the rest from the injector."),
        mark("Press, plug and look. Checks says one after the other what to do, and records what was found."),
    ),
    "checks": (
        mark("One check at a time: do what it says, and it sees both edges by itself. Each result is recorded."),
        mark("Lamp and buzzer: say if you see or hear it. The relay closes only with the needle home and nothing on."),
    ),
    "timing": (
        mark("Times measured on this device; every stop and every press of the pedal adds one."),
        mark("Choose a time. The red line is its limit. Record all writes the figures into the record."),
    ),
    "approval": (
        mark("What has changed in this treatment since it was approved, key by key: old -> new."),
        mark("Read it to its last page, touch Approve, type your PIN and hold. An edit of the file asks again."),
    ),
}
STOPPING = mark("The red button is the stop. STOP on the glass is a convenience.")


class Help(msgspec.Struct, frozen=True):
    what: str = ""
    todo: str = ""
    stopping: str = ""
    close: Touch = NOTHING
    training: Touch = NOTHING


def help_for(screen: ScreenKey, snapshot: Snapshot, local: Local) -> Help:
    """The help of the screen under the panel, and the way into the training while none runs."""
    what, todo = HELP[screen]
    close = Touch("cancel", say("Close"), Cancel(), icon="close", tone="primary")
    training = NOTHING if local.lesson.on else entry(snapshot, local)
    return Help(say(what), say(todo), say(STOPPING), close, training)
