"""What lies over a page: questions, keypads, the offer before arming, the body map, what is to be recovered."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from kiosk.view.local import Draft, Local, Offer
from tests.view.samples.catalogue import PICKS
from tests.view.samples.certificates import BENCH
from tests.view.samples.ending import CLOSING
from tests.view.samples.people import APPROVAL
from tests.view.samples.preparing import KNOWN, SESSION, setup
from tests.view.samples.records import RECORD
from tests.view.samples.surroundings import ADMIN, CLOCK, RELEASED, USER, Scenes, at, replace, snap
from tests.view.samples.treating import ARMED, OFFER, QUESTION, TREAT, TREATING, treating_zones
from tests.view.samples.zones import ABSENT, EYELID, MESOLIFT, NECK, PAIN, SCALP, STRETCH_MARKS

SCENES: Scenes = {
    "panel-help": (TREATING, at(panel="help")),
    "panel-help-preparation": (setup("preparation"), at(panel="help")),
    "panel-cover": (snap(), at(age_ms=900, reason="connection refused")),
    "panel-before": (None, Local()),
    "panel-lock": (snap(user=replace(USER, locked=True)), at(texts={"pin": "48"})),
    "panel-stop-open": (
        replace(
            ARMED, stop=s.StopView("open", "red button or its plug", "The stop button is pressed or its plug is out.")
        ),
        at(),
    ),
    "panel-stop-released": (
        replace(
            TREATING,
            treat=replace(TREAT, retracted=False),
            stop=RELEASED,
        ),
        at(),
    ),
    "panel-question": (replace(TREATING, question=QUESTION), at()),
    "panel-question-plain": (replace(TREATING, question=replace(QUESTION, needs_reason=False)), at()),
    "panel-reason": (
        replace(TREATING, question=QUESTION),
        at(panel="text:soft", focus="soft", texts={"soft": "thick skin"}),
    ),
    "panel-depth": (TREATING, at(panel="edit:depth", draft=Draft("depth", 650, 0.0))),
    "panel-dose-fault": (TREATING, at(panel="edit:dose", draft=Draft("dose", 20_000, 0.0, "250"))),
    "panel-printed": (
        setup("syringe", reads_barrel=True),
        at(panel="edit:printed", draft=Draft("printed", 0, 0.0, "2"), picks=PICKS),
    ),
    "panel-fill": (setup("syringe"), at(panel="edit:fill", draft=Draft("fill", 1_800_000, 0.0), picks=PICKS)),
    "panel-lot": (setup("product"), at(panel="text:lot", focus="lot", texts={"lot": "LX-44"}, shift=True)),
    "panel-expiry": (setup("product"), at(panel="text:expiry", focus="expiry", texts={"expiry": "202704"})),
    "panel-more": (snap(), at("record", panel="more", record=replace(RECORD, sheet=True))),
    "panel-next": (CLOSING, at(panel="text:next", focus="next", texts={"next": "202612"})),
    "panel-sign": (snap("closing", session=SESSION), at(panel="pin:sign", focus="pin", texts={"pin": "482915"})),
    "panel-person": (snap(user=ADMIN), at("account", panel="text:person", focus="person", texts={"person": "Ada"})),
    "panel-new-pin": (
        snap(user=ADMIN),
        at("account", panel="pin:new", focus="pin", texts={"person": "Ada Byron", "pin": "482915"}),
    ),
    "panel-renew": (
        snap(user=ADMIN),
        at(
            "people",
            panel="pin:renew",
            focus="pin",
            texts={"pin": "4829", "again": "482915"},
            picks={"person": "Jonas Weber"},
        ),
    ),
    "panel-approve": (
        snap(user=ADMIN),
        at("approval", approval=APPROVAL, panel="pin:approve", focus="pin", texts={"pin": "915837"}),
    ),
    "panel-preset": (TREATING, at(panel="text:preset", focus="preset", texts={"preset": "Dr. Martin, f"})),
    "panel-arm": (TREATING, at(panel="arm", offer=OFFER)),
    "panel-arm-oblique": (
        replace(TREATING, treat=replace(TREAT, angle_deg=60)),
        at(panel="arm", offer=Offer(replace(TREAT, angle_deg=60), SESSION.product, SESSION.syringe, SESSION.needle)),
    ),
    "panel-zone": (TREATING, at(panel="zone", patient=KNOWN)),
    "panel-zone-mesolift": (treating_zones(MESOLIFT), at(panel="zone")),
    "panel-zone-eyelid": (treating_zones(EYELID), at(panel="zone")),
    "panel-zone-scalp": (treating_zones(SCALP), at(panel="zone")),
    "panel-zone-front": (treating_zones(STRETCH_MARKS), at(panel="zone")),
    "panel-zone-back": (treating_zones(PAIN), at(panel="zone", picks={"figure": "back"})),
    "panel-zone-neck": (treating_zones(NECK), at(panel="zone")),
    "panel-zone-absent": (treating_zones(ABSENT), at(panel="zone")),
    "panel-zones": (TREATING, at(panel="zones")),
    "panel-mode": (TREATING, at(panel="mode")),
    "panel-recover": (TREATING, at(panel="recover")),
    "panel-recover-all": (
        replace(
            TREATING,
            user=ADMIN,
            record=s.RecordView("Rows were lost after row 812: the injector has seen row 840", "anchor 840 ab"),
            clock=s.ClockView(CLOCK, True, True, "2026-11-22 18:44"),
        ),
        at(panel="recover"),
    ),
    "panel-clock": (snap(), at(panel="text:clock", focus="clock", texts={"clock": "202611221"})),
    "panel-instrument": (
        BENCH,
        at(
            "instrument",
            panel="text:instrument_due",
            focus="instrument_due",
            texts={"instrument_due": "202703"},
            picks={"instrument": "gauge"},
        ),
    ),
    "panel-instrument-step": (
        BENCH,
        at(
            "instrument",
            panel="edit:gauge_u",
            draft=Draft("gauge_u", 1_500, 100.0, "2.0"),
            picks={"instrument": "gauge"},
        ),
    ),
    "panel-record": (snap(user=ADMIN), at(panel="text:record", focus="record", texts={"record": "The card"})),
}
