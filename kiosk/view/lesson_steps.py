"""The first session as a table: one sentence for each step, what it points at, and when the step is done.

A step is done when control's state or the person's own state says so, never because somebody said "next". Words in
square brackets are keys of the bench's window, where hands and feet are in simulation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from kiosk.view.ending import CLEAN, GIVEN, cleaned
from kiosk.view.errors import NotADate
from kiosk.view.language import mark
from kiosk.view.lesson_scene import SHOTS, Ring, Scene, in_text, listed, ticked, typed
from kiosk.view.noting import NONE, answered
from kiosk.view.numbers import FieldName, iso_date
from kiosk.view.route import ScreenKey
from kiosk.view.steps import SCREENING

Stage = Literal["start", "who", "choose", "setup", "treat", "end", "record"]
STAGES: tuple[Stage, ...] = ("start", "who", "choose", "setup", "treat", "end", "record")


class Step(msgspec.Struct, frozen=True):
    """One step. `opens` are the panels that belong to it, as `Local.panel` names them."""

    key: str
    stage: Stage
    words: str
    """What to do and why, one sentence."""
    done: Callable[[Scene], bool]
    ring: Callable[[Scene], Ring]
    screens: tuple[ScreenKey, ...]
    opens: tuple[str, ...] = ()


# -- self-test, signing in --------------------------------------------------------------------------------------------
def _passed(key: str) -> Callable[[Scene], bool]:
    return lambda scene: any(check.key == key and check.state == "passed" for check in scene.snapshot.checks)


def _answer(key: str) -> Callable[[Scene], Ring]:
    """Yes while it is asked; what failed is run again; nothing while the device looks by itself."""

    def answer(scene: Scene) -> Ring:
        states = {check.key: check.state for check in scene.snapshot.checks}
        if states.get(key) == "asks":
            return (f"{key}:yes",)
        return ("again",) if "failed" in states.values() and not {"running", "asks"} & {*states.values()} else ()

    return answer


def _named(scene: Scene) -> bool:
    return scene.account is not None and scene.local.picks.get("account") == scene.account.name


def _name(scene: Scene) -> Ring:
    name = scene.account.name if scene.account else ""
    return (f"account:{name}", "accounts:later", "accounts:earlier")


# -- choosing ----------------------------------------------------------------------------------------------------------
def _looked_up(scene: Scene) -> bool:
    page = scene.local.patient
    return page is not None and page.patient == scene.local.text("patient")


def _code(scene: Scene) -> Ring:
    text = scene.local.text("patient")
    if text and not scene.code.startswith(text):
        return ("find",)  # another code than the one proposed is as good
    return typed(scene, "patient", scene.code, "find")


def _person(scene: Scene) -> Ring:
    page = scene.local.patient
    asks = page is not None and page.similar and "similar" not in scene.local.ticks
    return ("similar",) if asks else ("patient:yes",)


# -- setting up --------------------------------------------------------------------------------------------------------
def _asked(scene: Scene) -> Ring:
    wrong = [f"screen:{entry.key}" for entry in scene.catalogue.screening if f"screen:{entry.key}" in scene.local.ticks]
    return (*wrong, "earlier") if wrong and SCREENING in scene.local.ends else ("continue", "more")


def _written(field: str) -> Callable[[Scene], bool]:
    return lambda scene: bool(scene.local.text(field).strip()) and scene.local.panel != f"text:{field}"


def _dated(scene: Scene) -> bool:
    try:
        return bool(iso_date(scene.local.text("expiry"))) and scene.local.panel != "text:expiry"
    except NotADate:
        return False


def _needle(scene: Scene) -> Ring:
    return listed(scene, "needle", scene.needle, pager="needles",
                  then=ticked(scene, "needle:new", then="continue"))  # fmt: skip


def _syringe(scene: Scene, *boxes: str) -> Ring:
    return listed(scene, "syringe", scene.syringe, pager="barrels", then=ticked(scene, *boxes, then="continue"))


# -- treating ----------------------------------------------------------------------------------------------------------
def _shot(scene: Scene) -> bool:
    return scene.shots > 0


def _there(scene: Scene) -> bool:
    return scene.treat is not None and (scene.treat.zone, scene.treat.side) == scene.zone


def _changed(field: FieldName) -> Callable[[Scene], bool]:
    def changed(scene: Scene) -> bool:
        value = None if scene.treat is None else getattr(scene.treat, field)
        return _shot(scene) or scene.armed or (value is not None and value.value != value.default)

    return changed


def _stepping(field: FieldName) -> Callable[[Scene], Ring]:
    """Up by one step, or down where the value stands at its upper limit."""

    def stepping(scene: Scene) -> Ring:
        draft, value = scene.local.draft, None if scene.treat is None else getattr(scene.treat, field)
        if draft is None or draft.field != field or value is None:
            return (f"tile:{field}",)
        if draft.typed:
            return ("key:back",)
        if draft.value != value.value:
            return ("confirm",)
        return ("step:up",) if value.value < (value.soft_high or value.hard_high) else ("step:down",)

    return stepping


def _counting(scene: Scene) -> Ring:
    draft = scene.local.draft
    if draft is None or draft.field != "shots":
        return ("tile:shots",)
    wanted = str(SHOTS)
    if draft.typed == wanted:
        return ("confirm",)
    return ("key:back",) if draft.typed and not wanted.startswith(draft.typed) else (f"key:{wanted[len(draft.typed)]}",)


def _zone(scene: Scene) -> Ring:
    zone, side = scene.zone
    return (f"zone:{zone}:{side}", "zones:list", "choices:later", "choices:earlier", "tile:zone")


def _fresh_needle(scene: Scene) -> bool:
    """The session has more shots than its needle: it was changed since the first of them."""
    return scene.session is not None and scene.shots > scene.session.needle_shots


def _renew(scene: Scene) -> Ring:
    return ("change:needle",) if scene.screen != "needle" else _needle(scene)


def _refill(scene: Scene) -> Ring:
    return ("change:syringe",) if scene.screen != "syringe" else _syringe(scene, "syringe:new")


# -- the end -----------------------------------------------------------------------------------------------------------
def _cleaning(scene: Scene) -> Ring:
    if scene.screen != "cleanup":
        return ("cleanup",)
    open_lines = [CLEAN + entry.key for entry in scene.catalogue.cleanup if CLEAN + entry.key not in scene.local.ticks]
    return (*open_lines, "cleanup:later", "cleanup:earlier") if open_lines else ("done",)


def _sheet(scene: Scene) -> Ring:
    return ("aftercare",) if GIVEN not in scene.local.ticks or scene.screen != "aftercare" else ("back",)


def _reacting(scene: Scene) -> Ring:
    if scene.screen != "reactions":
        return ("reactions",)
    return ("done",) if answered(scene.local, scene.catalogue) else (NONE, "reactions:earlier")


def _signing(scene: Scene) -> Ring:
    return ("sign",) if scene.local.panel != "pin:sign" else typed(scene, "pin", scene.pin, "confirm")


def _recorded(scene: Scene) -> Ring:
    return {"home": ("last",), "history": ()}.get(scene.screen, ("export:pdf",))


STEPS: tuple[Step, ...] = (
    Step("homing", "start",
         mark("Keep the handpiece away from people and touch Yes: the needle moves home, so that its place is known."),
         _passed("homing"), _answer("homing"), ("selftest",)),
    Step("tone", "start",
         mark("Listen for the tone and touch Yes: an alarm that nobody hears protects nobody."),
         _passed("buzzer"), _answer("buzzer"), ("selftest",)),
    Step("name", "who",
         mark("Touch {name}: the record says who did what."),
         _named, _name, ("signin",)),
    Step("pin", "who",
         mark("Type the demo PIN {pin}, which stands beside the name, touch Sign in: it is as good as a signature."),
         lambda scene: scene.snapshot.user is not None,
         lambda scene: typed(scene, "pin", scene.pin, "enter"), ("signin",)),
    Step("new", "choose",
         mark("Touch New session: it is one treatment of one patient, from the first question to the signature."),
         lambda scene: scene.local.place in ("protocols", "patient"), lambda _: ("new",), ("home",)),
    Step("treatment", "choose",
         mark("Touch {treatment}: a treatment brings its zones, its usual values and its limits."),
         lambda scene: scene.local.place == "patient" or scene.local.picks.get("protocol") == scene.treatment,
         lambda scene: listed(scene, "protocol", scene.treatment, pager="protocols", then=("continue",)),
         ("protocols",)),
    Step("onwards", "choose",
         mark("Read beside the list what the treatment says, then touch Patient code: it is for one person."),
         lambda scene: scene.local.place == "patient", lambda _: ("continue",), ("protocols",)),
    Step("code", "choose",
         mark("Type {code} and touch Look up: a patient is a code here, never a name."),
         _looked_up, _code, ("patient",)),
    Step("person", "choose",
         mark("Compare the code, then touch the ringed answer: one code never stands for two people."),
         lambda scene: scene.session is not None, _person, ("patient",)),
    Step("consent", "setup",
         mark("Ask for age and signed consent and tick both: without either nobody is treated."),
         lambda scene: scene.done("screening") or {"adult", "consent"} <= scene.local.ticks,
         lambda scene: ticked(scene, "adult", "consent", then="continue"), ("screening",)),
    Step("questions", "setup",
         mark("Ask every question, tick none in this lesson, and go on through all pages: each is a reason to stop."),
         lambda scene: scene.done("screening"), _asked, ("screening",)),
    Step("product", "setup",
         mark("Touch {product}: what is injected goes into the record, and its label may set limits."),
         lambda scene: scene.done("product") or scene.local.picks.get("product") == scene.product,
         lambda scene: listed(scene, "product", scene.product, pager="products", then=("continue",)), ("product",)),
    Step("lot", "setup",
         mark("Touch Lot, type what the pack says (here any letter), touch OK: a lot that is recalled can be found."),
         lambda scene: scene.done("product") or _written("lot")(scene),
         lambda scene: in_text(scene, "lot", ""), ("product",), ("text:lot",)),
    Step("expiry", "setup",
         mark("Touch Expiry, type {expiry} and touch OK: an expired product is refused."),
         lambda scene: scene.done("product") or _dated(scene),
         lambda scene: in_text(scene, "expiry", scene.expiry), ("product",), ("text:expiry",)),
    Step("pack", "setup",
         mark("Compare it with the pack and touch Continue: product, lot and expiry are recorded together."),
         lambda scene: scene.done("product"), lambda _: ("continue",), ("product",)),
    Step("needle", "setup",
         mark("Touch {needle}, tick that it is new, touch Continue: its length limits the depth, its bore the flow."),
         lambda scene: scene.done("needle"), _needle, ("needle",)),
    Step("syringe", "setup",
         mark("Touch {syringe}, as in the bench's clamp, tick both as new, Continue: the plunger seeks its piston."),
         lambda scene: scene.done("syringe"),
         lambda scene: _syringe(scene, "syringe:new", "syringe:line"), ("syringe",)),
    Step("prepare", "setup",
         mark("Tick that the area is disinfected and touch Continue: an infection is the worst known harm."),
         lambda scene: scene.done("preparation"),
         lambda scene: ticked(scene, "disinfected", then="continue"), ("preparation",)),
    Step("prime", "setup",
         mark("Needle over a swab, hold the button: line and needle fill, so that the first shot is product, not air."),
         lambda scene: scene.done("prime") or (scene.session is not None and scene.session.prime_asks_drop),
         lambda _: ("prime",), ("prime",)),
    Step("drop", "setup",
         mark("Look at the tip and touch Yes, a drop: without one the line is primed again."),
         lambda scene: scene.done("prime"), lambda _: ("drop:yes",), ("prime",)),
    Step("zone", "treat",
         mark("Touch Zone, then {zone}, on the patient's own side: depth and dose belong to a zone."),
         lambda scene: _shot(scene) or scene.armed or _there(scene), _zone, ("treat",), ("zone", "zones")),
    Step("depth", "treat",
         mark("Touch Depth, step it with +, hold to confirm: under its number stands the limit and who set it."),
         _changed("depth"), _stepping("depth"), ("treat",), ("edit:depth",)),
    Step("dose", "treat",
         mark("The same with Dose: past the usual range you are asked for a reason, past the limit it is refused."),
         _changed("dose"), _stepping("dose"), ("treat",), ("edit:dose",)),
    Step("shots", "treat",
         mark("Touch the ring of shots, type {shots}, hold to confirm: an arming ends by itself after so many."),
         _changed("shots"), _counting, ("treat",), ("edit:shots",)),
    Step("offer", "treat",
         mark("Touch ARM and read the offer: in words, with the side, it says exactly what would be armed."),
         lambda scene: _shot(scene) or scene.armed or scene.local.panel == "arm", lambda _: ("arm",), ("treat",)),
    Step("arm", "treat",
         mark("Hold HOLD TO ARM for a second: two steps, so that nothing is ever armed by accident."),
         lambda scene: _shot(scene) or scene.armed, lambda _: ("arm:confirm",), ("treat",), ("arm",)),
    Step("contact", "treat",
         mark("In the bench's window press [C], skin contact: without skin under the plate no shot is fired."),
         lambda scene: _shot(scene) or (scene.treat is not None and scene.treat.contact), lambda _: (), ("treat",)),
    Step("shot", "treat",
         mark("Hold [T], the trigger, in the bench's window until the shot counts: skin, trigger and arming together."),
         _shot, lambda _: (), ("treat",)),
    Step("stop", "treat",
         mark("Now touch STOP: it acts at once on every screen; the red button of a real device does it in hardware."),
         lambda scene: scene.seen("stopped"), lambda _: ("stop",), ("treat",)),
    Step("acknowledge", "treat",
         mark("Read where the needle is, then touch ACKNOWLEDGE: a stop holds until somebody knows why it was."),
         lambda scene: scene.snapshot.stop.state == "clear", lambda _: ("acknowledge",), ("treat",)),
    Step("lift", "treat",
         mark("Lift off: press [C] in the bench's window again, for nothing moves by itself while skin is touched."),
         lambda scene: scene.treat is not None and not scene.treat.contact, lambda _: (), ("treat",)),
    Step("renew", "treat",
         mark("Touch Needle, which counts its shots, choose {needle}, tick it as new, Continue: a blunt one hurts."),
         _fresh_needle, _renew, ("treat", "needle")),
    Step("refill", "treat",
         mark("Touch Syringe, press [F] in the bench's window for a full one, tick it as new, Continue: a refill."),
         lambda scene: scene.seen("refilled"), _refill, ("treat", "syringe")),
    Step("finish", "treat",
         mark("Touch Finish: from there nothing can be armed, and Back to treating would lead back."),
         lambda _: False, lambda _: ("finish",), ("treat",)),
    Step("cleanup", "end",
         mark("Open Clean-up, tick each line, touch Done: nothing of this path is kept for another patient."),
         lambda scene: cleaned(scene.local, scene.catalogue) and scene.screen != "cleanup", _cleaning,
         ("end", "cleanup")),
    Step("sheet", "end",
         mark("Open the aftercare sheet, show its code, tick that it was given: the patient knows what is usual."),
         lambda scene: GIVEN in scene.local.ticks and scene.screen != "aftercare", _sheet, ("end", "aftercare")),
    Step("reactions", "end",
         mark("Open Reactions and say what was seen, here nothing: the next person to treat reads it."),
         lambda scene: answered(scene.local, scene.catalogue) and scene.screen != "reactions", _reacting,
         ("end", "reactions")),
    Step("sign", "end",
         mark("Touch Sign, type the PIN {pin}, touch Sign: a signed session is closed and cannot be changed."),
         lambda _: False, _signing, ("end",), ("pin:sign",)),
    Step("record", "record",
         mark("Read what was asked and what was measured, then touch PDF: the signed report is written."),
         lambda scene: scene.seen("exported"), _recorded, ("record", "home")),
)  # fmt: skip
