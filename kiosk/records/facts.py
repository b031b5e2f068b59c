"""The kinds of event that the record reads back, and the keys that each one's body must hold.

Any other kind may be written; it is kept, listed and exported as it stands. Those named here carry meaning for a
restart, a course total, a page of history or the signed report. Bodies hold plain JSON values; texts are for people.
"""

from __future__ import annotations

from enum import StrEnum


class Fact(StrEnum):
    """`EventRow.kind` of the events that are read back."""

    PLAN = "plan"
    """What the protocol says of a zone; one event for each zone and side. Body: `protocol_title`, `zone`, `zone_title`,
    `side`, `depth_um` and `dose_nl` as offered, `technique`, `spacing_mm`, `angle_deg`, and the hard limits in force
    `depth_low_um`, `depth_high_um`, `dose_low_nl`, `dose_high_nl`. How many shots are planned, armings say."""
    SCREENING = "screening"
    """Body: `adult`, `consent`, `yes` (texts of what was answered yes), `physician_reason`."""
    PRODUCT = "product"
    """Body: `product`, `product_title`, `lot`, `expiry` (ISO date), `dilution`, `serial` ("" when not scanned)."""
    NEEDLE = "needle"
    """Body: `needle`, `needle_title`, `new`, and `wall_ms`, from when its age counts (UTC ms); `injector`
    (serial number) and `changes`, what that one has counted."""
    SYRINGE = "syringe"
    """Body: `syringe`, `syringe_title`, `fill_nl`, `new`, `new_line`; `injector`, `boot_count` and `changes`."""
    PREPARATION = "preparation"
    """Body: `disinfected`, `anaesthetic`."""
    SOFT_LIMIT = "soft limit"
    """A soft limit was crossed with a reason (LIM-1). Body: `key`, `old`, `new`, `reason`."""
    ARMING = "arming"
    """Body: `arming`, `words`, `zone`, `side`, `depth_um`, `dose_nl`, `shots`."""
    ALARM = "alarm"
    """Onset, end, pause or acknowledgement (ALM-5). Body: `number`, `priority`, `what`, and the values in force."""
    PATH_OPENED = "path opened"
    """The fluid path of this patient was opened: syringe, line and needle are fitted (LIM-14)."""
    PATH_DISCARDED = "path discarded"
    """Syringe, line and needle were thrown away."""
    PAIRED = "paired"
    """An administrator bound this ledger to a controller, or said "ledger restored" (LED-5). Body: `serial`,
    `cursor`, `lifetime_nl`, `max_id`, `boot_count`, `reason`, `disowned` (keys of anchors that are not this record's).
    Made by `reconcile.pairing`."""
    FINDING = "record finding"
    """A check of the whole record found rows lost or changed (LED-11). Body: `key`, `state`, `row`, `finding`."""
    ACCEPTED = "record accepted"
    """An administrator gave the reason for a finding (LED-11). Body: `key`, `row`, `finding`, `missing`, `reason`."""
    BLOCKED = "blocked"
    """Ledger and controller contradict each other; only a later `PAIRED` of that serial ends it. Body: `serial`."""
    APPROVED = "approved"
    """An administrator approved a resolved set of profiles. Body: `protocol`, `title`, `sha256` (64 hexadecimal
    digits), `content` (the JSON that was hashed). Only the last of a protocol counts. Made by
    `approvals.approval_row`."""
    PRESET = "preset"
    """A practitioner kept the values that were set under a name. Body: `preset` (its number), `name`, `protocol`,
    `zone`, `side`, `depth_um`, `dose_nl`, `mode`, `rate_mhz`, `shots`."""
    PRESET_RETIRED = "preset retired"
    """A preset is offered no more. Body: `preset`, `name`."""
    PRESET_CHOSEN = "preset chosen"
    """A session was opened with a preset. Body as `PRESET`."""
    PRESET_PROPOSED = "preset proposed"
    """The values of the session's preset were proposed, which is done once. Body: `preset`."""
    REACTION = "reaction"
    """What was seen after a session, with its signature or later. Body: `reactions` (texts), `note`."""
    NEXT_DATE = "next date"
    """When the next session of this course was agreed. Body: `date`, `proposed`, `least` (ISO dates, "" for none)."""
    AFTERCARE = "aftercare"
    """The patient was given the aftercare sheet. Body: `lines`, its texts."""
    RESERVED = "ids reserved"
    """An id was drawn for nothing but the stops and retracts that may follow it (LED-3). Body: `max_id`."""
    RECONCILED = "reconciled"
    """Ledger and controller agree (LED-4). Body as `PAIRED` without reason. Made by `reconcile.reconcile`."""
    RECOVERED = "recovered"
    """What a comparison of ledger and injector found, in one sentence (LED-4). Body: `alarm`, its number."""
    NOT_AS_SET = "not as set"
    """A motion was not as set when control compared it (LED-9). Body: `motion` (its lifetime number), `why`. Made by
    `as_set.not_as_set`."""
    CLEARED = "not as set, cleared"
    """A person looked and cleared the fault: no earlier `NOT_AS_SET` stands any more. Body: `why`, the last one's."""
    SEEN = "seen"
    """A practitioner acknowledged every earlier `RECOVERED` of this `alarm`."""
    CLOCK_SET = "clock set"
    """A signed-in person set date and time; counts for this boot only (LED-8). Body: `wall_ms`, `old`, `new`."""
    CLOCK_CONFIRMED = "clock confirmed"
    """A technician confirmed date and time after a long rest; counts for this boot only (LED-8). Body: `wall_ms`."""
    LATE_RECORD = "late record"
    """A controller's record that arrived after its shot had been counted in full; not counted again, but for what it
    tells beyond that. Body: the record's fields."""
    CALIBRATION = "calibration"
    """What puts a calibration in force or proves it. Body: `serial`, `what` and its figures; see `session.in_force`."""
    CHECKED = "device checked"
    """One guided check of an input or output, or the touch test. Body: `check`, `outcome`, `detail`."""
    TIMES = "times measured"
    """One time as it was measured on the device. Body: `time`, `n`, `p50_us`, `p99_us`, `max_us`, `limit_us`, `over`,
    `lost`, `powered`, and `bars` (texts: from, to in us, and how many)."""
    CALIBRATION_POINT = "calibration point"
    """One weight, gauge reading, room or blank of a calibration. Body: `what` and its figures."""
    INSTRUMENT = "instrument"
    """What measures when the device is calibrated. Body: a `calibration.instrument.Instrument`; the last of a kind."""
    PART_REPLACED = "part replaced"
    """A technician replaced a part; its count begins anew (`wear`). Body: `part`, `serial` of the injector it is in, 0
    for what belongs to the device."""
    BACKED_UP = "settings backed up"
    """Body: `file`, `sha256`."""
    RESTORED = "settings restored"
    """An administrator took a backup over. Body: `file`, `sha256`, `accounts` (names that were added), `profiles`."""
