"""Wear, faults, the wire and backups."""

from __future__ import annotations

from kiosk.channel import snapshot as s
from kiosk.channel.service import BackupLine, BackupList, Counters, FaultCount, FaultLine, FaultList, PartLine, WearPage
from tests.view.samples.surroundings import ADMIN, NO_ANSWER, TECHNICIAN, Scenes, at, replace, snap

WEAR = WearPage(
    20_412, 612, 233, 181, 486_310_000, 1_904, 1_312, 88,
    (
        PartLine("needle carriage", 4_104, "strokes", "2026-09-02", "Jonas Weber"),
        PartLine("return spring", 21_257, "strokes"),
        PartLine("tubing", 96_420_000, "nL", "2026-10-18", "Jonas Weber"),
        PartLine("enable relay", 1_904, "cycles"),
    ),
    Counters(1042, 22_004, 531_870_000, 91, 13_460, 402, 377),
)  # fmt: skip
FAULTS = FaultList(
    tuple(
        FaultLine(row, number, title, at, lasted, by, detail, session)
        for row, number, title, at, lasted, by, detail, session in (
            (9_120, 703, "No connection to the injector", "2026-11-21 16:40:12", 3, "Jonas Weber", NO_ANSWER, 0),
            (8_411, 708, "Skin contact lost", "2026-11-20 10:51:02", 41, "Dr. Amelie Laurent", "", 17),
            (8_002, 717, "Controller was too slow", "2026-11-18 09:12:44", 0, "", "61 ms", 0),
            (7_644, 707, "Blocked", "2026-11-12 15:20:09", -1, "Dr. Amelie Laurent", "", 12),
            (7_100, 720, "Calibration expires soon", "2026-11-01 08:00:01", 7_420, "Jonas Weber", "in 30 days", 0),
            (6_980, 708, "Skin contact lost", "2026-10-28 14:02:55", 12, "Dr. Amelie Laurent", "", 9),
        )
    ),
    True,
    (FaultCount(708, "Skin contact lost", 14), FaultCount(703, "No connection to the injector", 3),
     FaultCount(707, "Blocked", 2), FaultCount(717, "Controller was too slow", 1)),
)  # fmt: skip
BACKUPS = BackupList(
    "/var/lib/nappage/backups",
    (
        BackupLine("settings-20261121-171502.json", "3f1a9c07" * 8, "2026-11-21 17:15", "Clinic administrator", 4, 19),
        BackupLine("settings-20260901-090110.json", "0b" * 32, "2026-09-01 09:01", "Clinic administrator", 3, 19),
        BackupLine("copied.json", why="it is damaged: its SHA-256 does not fit"),
    ),
)
WIRE = s.WireView(1_204_118, 3, 12, 9, 4, 63, 2, 1_500, 2_250, 31_400)

SCENES: Scenes = {
    "service": (snap(user=TECHNICIAN), at("service")),
    "service-administrator": (
        snap(user=ADMIN),
        at("service", exported="/var/lib/nappage/exports/support-20261122-104201.zip"),
    ),
    "wear": (snap(user=TECHNICIAN), at("wear", wear=WEAR)),
    "wear-part": (snap(user=TECHNICIAN), at("wear", wear=replace(WEAR, counters=Counters()), picks={"part": "tubing"})),
    "faults": (snap(user=TECHNICIAN), at("faults", faults=FAULTS)),
    "faults-one": (
        snap(user=ADMIN),
        at("faults", faults=replace(FAULTS, lines=FAULTS.lines[1:2], more=False, number=708)),
    ),
    "faults-none": (snap(user=ADMIN), at("faults", faults=FaultList((), False, ()))),
    "link": (snap(user=TECHNICIAN, wire=WIRE), at("link")),
    "backup": (snap(user=ADMIN), at("backup", backups=BACKUPS)),
    "backup-chosen": (
        snap(user=ADMIN),
        at("backup", backups=BACKUPS, picks={"backup": "settings-20261121-171502.json"}),
    ),
}
