"""Whole, plausible parts for an envelope, each of which a test may replace."""

from __future__ import annotations

from typing import Any

import msgspec

from drivers.registers import Calibration, Identity, Mode
from kiosk.protocols.envelope import Course, Envelope, envelope_for
from kiosk.protocols.library import SHIPPED, Library, load
from kiosk.protocols.limits import Counted, Setting, Totals
from kiosk.protocols.profile import Product

LIBRARY: Library = load(SHIPPED)
IDENTITY = Identity(
    map_version=1,
    firmware=0x0100,
    serial=1001,
    boot_count=3,
    cap_depth_um=6000,
    cap_dose_nl=200_000,
    cap_rate_mhz=9000,
    lease_ms=150,
    dwell_ms=20,
    occlusion_kpa=300,
    compliance_nl_per_100kpa=250,
    calibration_id=7,
    calibration_crc=0xC0FFEE,
    needle_changes=0,
    syringe_changes=0,
)
CALIBRATION = Calibration(
    id=7,
    depth_zero_um=0,
    depth_scale_ppm=1_000_000,
    pl_per_step_1=5_422,
    pl_per_step_2=19_400,
    pl_per_step_5=35_750,
    pl_per_step_10=51_600,
    smallest_dose_1_nl=1000,
    smallest_dose_2_nl=1000,
    smallest_dose_5_nl=2000,
    smallest_dose_10_nl=5000,
    service_word=0,
    crc=0xC0FFEE,
)
NOTHING = Totals(
    point_nl=0,
    zone=Counted(0, 0),
    session=Counted(0, 0),
    syringe_usable_nl=5_000_000,
    product_nl=0,
    course_nl=0,
    course_sessions=1,
)
SETTING = Setting(
    zone="forehead", side="whole", depth_um=600, dose_nl=20_000, mode=Mode.CONTINUOUS, rate_mhz=2000, shots=40
)
FIRST = Course(sessions=0, nl=0, planned=0)
NONE: frozenset[str] = frozenset()


def parts(**changed: Any) -> dict[str, Any]:
    """Arguments of `envelope_for`: mesolift, 30G 4 mm, 5 mL, no product."""
    whole: dict[str, Any] = {
        "device": LIBRARY.devices["reference"],
        "identity": IDENTITY,
        "calibration": CALIBRATION,
        "needle": LIBRARY.needles["30g-4mm"],
        "syringe": LIBRARY.syringes["5ml"],
        "protocol": LIBRARY.protocols["mesolift"],
        "product": None,
        "course": FIRST,
        "simulated": False,
    }
    return whole | changed


def envelope(**changed: Any) -> Envelope:
    return envelope_for(**parts(**changed))


def product(**limits: Any) -> Product:
    return Product(key="p", title="P", example=True, detail="", source="label", grade="A", **limits)


def with_zone(protocol_key: str = "mesolift", zone_key: str = "forehead", **changed: Any) -> Any:
    """The protocol with one zone changed."""
    protocol = LIBRARY.protocols[protocol_key]
    zones = tuple(msgspec.structs.replace(zone, **changed) if zone.key == zone_key else zone for zone in protocol.zones)
    return msgspec.structs.replace(protocol, zones=zones)


def setting(**changed: Any) -> Setting:
    return msgspec.structs.replace(SETTING, **changed)


def totals(**changed: Any) -> Totals:
    return msgspec.structs.replace(NOTHING, **changed)
