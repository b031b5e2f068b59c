"""The signed report of one session on paper: what the record must hold, in the order in which a clinician reads it.

Everything comes from the ledger. Nothing here claims an effect, and what is uncertain is said first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from drivers.registers import Outcome
from kiosk.records.facts import Fact
from kiosk.records.history import day, local, told_reaction
from kiosk.records.pdf_plots import FAINT, INK, Frame, Point, draw
from kiosk.records.pdf_sheet import MARGIN, Column, Sheet
from kiosk.records.rows import Certainty, ShotRow
from kiosk.records.session_record import OUTCOMES, SessionRecord, Stamped

CLAIM = "Reference design, not a certified medical device. This record states what was given; it claims no effect."
SHOWN_EVENTS = frozenset(
    {
        Fact.SOFT_LIMIT.value, Fact.ARMING.value, Fact.ALARM.value, Fact.NEEDLE.value, Fact.SYRINGE.value,
        Fact.LATE_RECORD.value, Fact.RECONCILED.value, Fact.PAIRED.value, Fact.NOT_AS_SET.value, Fact.CLEARED.value,
        "stop", "stop acknowledged", "disarmed", "prime", "link lost", "link", "refused",
    }
)  # fmt: skip
FLAGS_SHOWN = 6
PLOT_MM = 41.0


def write_pdf(record: SessionRecord, path: Path) -> None:
    """Write the report.

    Raises:
        OSError: the file could not be written.
    """
    session = record.session.value
    head = f"Nappage treatment record - session {session.session} - patient {session.patient}"
    foot = f"Row {record.last_row}, SHA-256 {record.last_hash.hex()}\n{CLAIM}"
    sheet = Sheet(head, foot, simulated=record.simulated)
    sheet.set_title(f"Session {session.session}")
    sheet.set_creation_date(local(_ended_ms(record)))
    _summary(sheet, record)
    _used(sheet, record)
    _zones(sheet, record)
    _plots(sheet, record)
    _after(sheet, record)
    _signature(sheet, record)
    _course(sheet, record)
    _shots(sheet, record)
    sheet.output(str(path))


def _ended_ms(record: SessionRecord) -> int:
    return record.closing.wall_ms if record.closing else record.session.wall_ms


def _ml(nl: int) -> str:
    return f"{nl / 1_000_000:.3f} mL"


def _summary(sheet: Sheet, record: SessionRecord) -> None:
    session, began = record.session.value, local(record.session.wall_ms)
    until = f" to {local(record.closing.wall_ms):%H:%M}" if record.closing else ", not signed"
    sheet.title_block(record.title, f"{began:%d %B %Y}, {began:%H:%M}{until}")
    sheet.cards(
        [
            ("Patient code", session.patient),
            ("Practitioner", record.closing.value.user if record.closing else session.user),
            ("Shots given", str(len(record.treatment))),
            ("Volume given, at most", _ml(record.given_nl)),
        ]
    )
    flags = record.flags()
    if flags:
        more = (
            [f"and {len(flags) - FLAGS_SHOWN} more, marked in the table of shots"] if len(flags) > FLAGS_SHOWN else []
        )
        sheet.warning_box([*flags[:FLAGS_SHOWN], *more])


def _yes(value: object) -> str:
    return {True: "yes", False: "no"}.get(bool(value), "") if value is not None else "not recorded"


def _used(sheet: Sheet, record: SessionRecord) -> None:
    screening, prepared = record.last_fact(Fact.SCREENING), record.last_fact(Fact.PREPARATION)
    sheet.heading("Before")
    answers: list[str] = screening.get("yes") or []
    found = "; ".join(answers) or "nothing found"
    reason = screening.get("physician_reason")
    anaesthetic = prepared.get("anaesthetic")
    sheet.pairs(
        [
            ("Consent", _yes(screening.get("consent"))),
            ("Adult", _yes(screening.get("adult"))),
            ("History check", (found if screening else "") + (f". Physician: {reason}" if reason else "")),
            ("Disinfected", _yes(prepared.get("disinfected"))),
            ("Anaesthetic", str(anaesthetic) if anaesthetic else ""),
        ]
    )
    sheet.heading("Used")
    sheet.pairs(
        [
            *map(_product, record.facts(Fact.PRODUCT)),
            ("Needle", _each(record, Fact.NEEDLE, "needle_title")),
            ("Syringe", _syringes(record)),
            ("Protocol", f"{record.title}, set {record.session.value.protocol_sha256[:16]}"),
            ("Injector", _injector(record)),
            ("Program", record.session.value.versions),
        ]
    )


def _product(event: Stamped[Any]) -> tuple[str, str]:
    body = event.value.body
    dilution = body.get("dilution") or "as supplied"
    return (
        "Product",
        f"{body.get('product_title', '')}, lot {body.get('lot', '')}, expires {body.get('expiry', '')}, {dilution}",
    )


def _each(record: SessionRecord, kind: Fact, key: str) -> str:
    return ", then ".join(str(event.value.body.get(key, "")) for event in record.facts(kind))


def _syringes(record: SessionRecord) -> str:
    bodies = [event.value.body for event in record.facts(Fact.SYRINGE)]
    return ", then ".join(f"{body.get('syringe_title', '')} with {_ml(_number(body, 'fill_nl'))}" for body in bodies)


def _number(body: dict[str, Any], key: str) -> int:
    value = body.get(key)
    return value if isinstance(value, int) else 0


def _injector(record: SessionRecord) -> str:
    serials = dict.fromkeys((a.value.serial, a.value.calibration_id) for a in record.authorisations)
    return ", then ".join(f"serial {serial}, calibration {calibration}" for serial, calibration in serials)


def _zones(sheet: Sheet, record: SessionRecord) -> None:
    zones = [zone for zone in record.zones() if zone.done or zone.planned]
    if not zones:
        return
    sheet.heading("Given against planned", 30)
    rows = [
        [
            zone.title, zone.side if zone.side != "whole" else "", str(zone.plan.get("technique", "")),
            str(zone.plan.get("spacing_mm", "")), str(zone.planned), str(zone.done),
            f"{zone.planned_nl / 1000:.0f}", f"{zone.measured_nl / 1000:.1f}", f"{zone.given_nl / 1000:.1f}",
        ]
        for zone in zones
    ]  # fmt: skip
    sums = [sum(values) for values in zip(
        *((z.planned, z.done, z.planned_nl, z.measured_nl, z.given_nl) for z in zones), strict=True
    )]  # fmt: skip
    columns = [
        Column("Zone", 30), Column("Side", 13), Column("Technique", 24), Column("Spacing, mm", 20),
        Column("Planned", 16, number=True), Column("Given", 14, number=True), Column("Planned, uL", 21, number=True),
        Column("Measured, uL", 22, number=True), Column("Counted, uL", 21, number=True),
    ]  # fmt: skip
    total = [
        "All zones", "", "", "", str(sums[0]), str(sums[1]), f"{sums[2] / 1000:.0f}", f"{sums[3] / 1000:.1f}",
        f"{sums[4] / 1000:.1f}",
    ]  # fmt: skip
    sheet.grid(columns, rows, total=total)
    sheet.ln(0.8)
    sheet.note("Counted is the greater of set and measured for every shot, uncertain shots in full.")


def _limits(record: SessionRecord) -> dict[tuple[str, str], dict[str, Any]]:
    return {(zone.zone, zone.side): zone.plan for zone in record.zones()}


def _doubtful(shot: ShotRow) -> bool:
    return shot.certainty is not Certainty.DONE or shot.outcome != Outcome.COMPLETED


def _plots(sheet: Sheet, record: SessionRecord) -> None:
    shots = [entry.value for entry in record.treatment]
    if not shots:
        return
    plans = _limits(record)
    titles = {(zone.zone, zone.side): f"{zone.title} {zone.side if zone.side != 'whole' else ''}".strip()
              for zone in record.zones()}  # fmt: skip

    def points(field: str, unit: str, scale: int) -> list[Point]:
        return [
            Point(
                set=getattr(shot, f"{field}_{unit}") / scale,
                measured=getattr(shot, f"measured_{field}_{unit}") / scale,
                low=_scaled(plans[shot.zone, shot.side].get(f"{field}_low_{unit}"), scale),
                high=_scaled(plans[shot.zone, shot.side].get(f"{field}_high_{unit}"), scale),
                doubtful=_doubtful(shot),
                zone=titles[shot.zone, shot.side],
            )
            for shot in shots
        ]

    sheet.heading("Every shot", 2 * PLOT_MM + 20)
    y = sheet.get_y()
    draw(sheet, Frame(MARGIN, y, sheet.width, PLOT_MM), "Depth (needle travel)", "mm", points("depth", "um", 1000))
    draw(sheet, Frame(MARGIN, y + PLOT_MM + 2, sheet.width, PLOT_MM), "Dose", "uL", points("dose", "nl", 1000))
    sheet.set_xy(MARGIN, y + 2 * PLOT_MM + 3)
    sheet.note(
        "Line: set. Dot: measured; amber and larger: partial or uncertain. Dashed red: hard limits in force. "
        "Across: shots in the order in which they were given."
    )


def _scaled(value: object, scale: int) -> float | None:
    return value / scale if isinstance(value, int) else None


def _after(sheet: Sheet, record: SessionRecord) -> None:
    sheet.heading("After", 34)
    closing = record.closing.value if record.closing else None
    sheet.pairs(
        [
            ("Reactions", (closing.reactions or "none noted") if closing else ""),
            *((f"Noted {when}", told) for when, told in _later(record)),
            ("Aftercare given", _yes(closing.aftercare_given if closing else None)),
            ("Cleaned up", _yes(closing.cleaned_up if closing else None)),
            ("Review date", closing.review_date if closing else ""),
            ("Next session", (record.last_fact(Fact.NEXT_DATE).get("date") or "none agreed") if closing else ""),
        ]
    )


def _later(record: SessionRecord) -> list[tuple[str, str]]:
    """Reactions that were noted after the signature."""
    closed = record.closing.row if record.closing else 0
    noted = [event for event in record.facts(Fact.REACTION) if closed and event.row > closed]
    return [(day(event.wall_ms), told_reaction(event.value)) for event in noted]


def _signature(sheet: Sheet, record: SessionRecord) -> None:
    sheet.need(30)
    sheet.ln(4)
    y = sheet.get_y()
    half = sheet.width / 2 - 4
    sheet.set_draw_color(*FAINT)
    sheet.set_line_width(0.2)
    for x in (MARGIN, MARGIN + sheet.width / 2 + 4):
        sheet.line(x, y + 12, x + half, y + 12)
    sheet.set_font(style="B", size=9.5)
    sheet.set_text_color(*INK)
    sheet.set_xy(MARGIN, y + 6.5)
    if record.closing:
        signed = local(record.closing.wall_ms)
        sheet.cell(w=half, h=5, text=f"{record.closing.value.user}, {signed:%Y-%m-%d %H:%M}")
    sheet.set_font(style="", size=7)
    sheet.set_text_color(*FAINT)
    sheet.set_xy(MARGIN, y + 12.5)
    sheet.cell(w=half, h=4, text="Signed in the device with name and PIN" if record.closing else "Not signed")
    sheet.set_xy(MARGIN + sheet.width / 2 + 4, y + 12.5)
    sheet.cell(w=half, h=4, text="Signature by hand, where the clinic asks for one")
    sheet.set_xy(MARGIN, y + 18)


def _shots(sheet: Sheet, record: SessionRecord) -> None:
    if not record.shots:
        return
    sheet.add_page()
    sheet.heading(f"Table of shots and service motions ({len(record.shots)})")
    columns = [
        Column("No.", 13, number=True), Column("Time", 17), Column("Kind", 18), Column("Zone", 30),
        Column("Set, mm", 14, number=True), Column("Meas., mm", 16, number=True), Column("Set, uL", 14, number=True),
        Column("Meas., uL", 15, number=True), Column("kPa", 10, number=True), Column("Outcome", 33),
    ]  # fmt: skip
    titles = {zone.zone: zone.title for zone in record.zones()}
    rows = [_shot_row(entry, titles) for entry in record.shots]
    marked = frozenset(index for index, entry in enumerate(record.shots) if _doubtful(entry.value))
    sheet.grid(columns, rows, size=7, marked=marked)
    sheet.ln(1)
    sheet.note("Number: the injector's lifetime count; a dash where no record of the injector exists.")


def _shot_row(entry: Stamped[ShotRow], titles: dict[str, str]) -> list[str]:
    shot = entry.value
    outcome = OUTCOMES.get(shot.outcome, f"outcome {shot.outcome}")
    if shot.certainty is not Certainty.DONE:
        outcome = "uncertain, counted in full"
    return [
        str(shot.number) if shot.number else "-",
        f"{local(entry.wall_ms):%H:%M:%S}",
        shot.kind.value,
        f"{titles.get(shot.zone, shot.zone)} {shot.side if shot.side != 'whole' else ''}".strip(),
        f"{shot.depth_um / 1000:.2f}",
        f"{shot.measured_depth_um / 1000:.2f}",
        f"{shot.dose_nl / 1000:.0f}",
        f"{shot.measured_dose_nl / 1000:.1f}",
        str(shot.peak_kpa),
        outcome,
    ]


def _course(sheet: Sheet, record: SessionRecord) -> None:
    events = [event for event in record.events if event.value.kind in SHOWN_EVENTS]
    if not events:
        return
    sheet.heading("Course of the session")
    rows = [[f"{local(event.wall_ms):%H:%M:%S}", event.value.user, _with_reason(event)] for event in events]
    sheet.grid([Column("Time", 18), Column("Who", 30), Column("What", 132)], rows, size=7.5)


def _with_reason(event: Stamped[Any]) -> str:
    reason = event.value.body.get("reason")
    return f"{event.value.sentence}. Reason: {reason}" if reason else event.value.sentence
