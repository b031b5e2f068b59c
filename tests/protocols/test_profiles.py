"""The shipped profiles: complete, sourced, and silent where no graded source exists."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.registers import BARREL_NL
from kiosk.protocols.library import SHIPPED, check_file, json_schemas, load
from kiosk.protocols.profile import Figure, Guide, Zone
from tests.protocols import parts as p

TREATMENTS = {
    "mesolift", "face-and-skin", "lower-eyelid", "scalp", "cellulite", "localised-fat", "neck-and-decollete",
    "stretch-marks", "scars", "pigment", "pain-points",
}  # fmt: skip
SKIN_UM = {  # women; ultrasound, PMC9205051
    "forehead": 1060, "glabella": 1090, "temple": 980, "lower_eyelid": 750, "nose": 1120, "zygoma": 1070,
    "submandibular": 1090, "neck": 1160,
}  # fmt: skip
SKIN_MEN_UM = {"forehead": 1390, "lower_eyelid": 850}
FILES = sorted(file for folder in ("", "devices", "protocols") for file in (SHIPPED / folder).glob("*.toml"))


def tables(raw: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a file with its dotted path."""
    if isinstance(raw, dict):
        yield path, raw
        for key, value in raw.items():
            yield from tables(value, f"{path}.{key}" if path else key)


def zones() -> list[tuple[str, Zone]]:
    return [(key, zone) for key, protocol in p.LIBRARY.protocols.items() for zone in protocol.zones]


def test_every_treatment_is_there() -> None:
    assert set(p.LIBRARY.protocols) == TREATMENTS
    assert all(protocol.example for protocol in p.LIBRARY.protocols.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_shipped_file_checks_out(file: Path) -> None:
    subject = check_file(file)
    assert subject.ok, subject.sentences
    assert subject.sentences


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_table_with_a_number_stands_under_a_source(file: Path) -> None:
    raw = tomllib.loads(file.read_text())
    sourced = [path for path, table in tables(raw) if "source" in table]
    for path, table in tables(raw):
        numbers = [value for value in table.values() if isinstance(value, int | float) and not isinstance(value, bool)]
        if numbers and path != "pins":
            assert any(path == place or path.startswith(place + ".") for place in sourced), path


@pytest.mark.parametrize("file", sorted((SHIPPED / "protocols").glob("*.toml")), ids=lambda file: file.stem)
def test_a_figure_of_the_clinic_holds_nothing_and_every_other_one_is_of_grade_a_or_b(file: Path) -> None:
    for path, table in tables(tomllib.loads(file.read_text())):
        if table.get("source") == "clinic":
            assert set(table) == {"source"}, path
        elif "source" in table:
            assert table["grade"] in {"A", "B"}, path


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_profile_claims_an_effect(file: Path) -> None:
    promised = re.compile(r"\b(rejuvenat|improv|effective|cures?|heals?|reduces?|removes? (fat|wrinkle)|younger)")
    assert not promised.search(file.read_text().lower())


@pytest.mark.parametrize(("protocol", "zone"), zones(), ids=lambda value: getattr(value, "key", value))
def test_no_depth_passes_the_measured_skin_of_its_zone(protocol: str, zone: Zone) -> None:
    depth = zone.depth
    if depth.hard is None:
        return
    women = SKIN_UM[zone.key]
    assert depth.hard[1] <= SKIN_MEN_UM.get(zone.key, women)
    usual = depth.soft or depth.hard
    assert usual[1] <= women
    assert women - usual[1] < 50, "more is held back than the step asks for"


@pytest.mark.parametrize(("protocol", "zone"), zones(), ids=lambda value: getattr(value, "key", value))
def test_no_dose_passes_what_a_graded_source_names(protocol: str, zone: Zone) -> None:
    if zone.dose.hard is not None:
        assert zone.dose == Figure(zone.dose.source, "A", default=20_000, soft=(20_000, 25_000), hard=(1000, 25_000))


def test_mesolift_holds_the_published_figures() -> None:
    subject = p.LIBRARY.protocols["mesolift"]
    assert subject.clinic_keys == ()
    assert (subject.sessions.low, subject.sessions.high, subject.interval_days.low) == (3, 3, 14)
    assert subject.session_shots is not None
    assert subject.session_shots.hard == (1, 100)
    assert subject.zone("nowhere") is None


@pytest.mark.parametrize("key", sorted(TREATMENTS - {"mesolift"}))
def test_every_other_treatment_asks_the_clinic(key: str) -> None:
    assert "interval_days" in p.LIBRARY.protocols[key].clinic_keys
    assert not check_file(SHIPPED / "protocols" / f"{key}.toml").approvable


def test_the_example_with_a_label_has_the_labels_limits() -> None:
    subject = p.LIBRARY.products["example-label"]
    assert (subject.point_nl, subject.session_nl, subject.session_shots) == (200_000, 10_000_000, 50)
    assert (subject.course_sessions, subject.interval_days) == (6, 31)
    assert all(product.example for product in p.LIBRARY.products.values())


def test_a_product_is_known_by_the_number_of_its_pack_in_fourteen_digits() -> None:
    products = p.LIBRARY.products
    assert products["example-saline"].gtin == "09506000134352"
    assert products["example-unlimited"].gtin == ""


def test_the_reference_device_has_the_caps_of_the_design() -> None:
    subject = p.LIBRARY.devices["reference"]
    assert (subject.depth.low, subject.depth.high, subject.depth.step) == (50, 6000, 50)
    assert (subject.dose.low, subject.dose.high, subject.dose.step) == (1000, 200_000, 1000)
    assert (subject.rate.low, subject.rate.high) == (500, 9000)
    assert (subject.pins.stop_a, subject.pins.stop_b, subject.pins.buzzer) == (5, 26, 12)
    assert (subject.needle_um_per_s, subject.needle_um_per_s2, subject.flow_nl_per_s) == (200_000, 40_000_000, 500_000)


@pytest.mark.requirement("LIM-12")
def test_every_barrel_that_the_clamp_senses_has_a_syringe_with_its_reserve() -> None:
    syringes = p.LIBRARY.syringes.values()
    assert {syringe.type for syringe in syringes} == {kind for kind in BARREL_NL if BARREL_NL[kind]}
    assert all(syringe.reserve_nl * 50 == syringe.barrel_nl for syringe in syringes)
    assert p.LIBRARY.devices["reference"].unsensed_dose_nl == min(syringe.dose_nl for syringe in syringes)


def test_needles_go_from_30_to_32_gauge_and_4_to_13_mm() -> None:
    needles = p.LIBRARY.needles.values()
    assert {needle.gauge for needle in needles} == {30, 31, 32}
    assert {needle.length_um for needle in needles} == {4000, 6000, 13_000}


# -- approval -----------------------------------------------------------------------------------------------------
@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(SHIPPED, tmp_path / "profiles")


def test_the_fingerprint_is_the_same_again_and_comments_do_not_count(folder: Path) -> None:
    before = load(folder).sha256("mesolift")
    assert before == p.LIBRARY.sha256("mesolift")
    assert len(before) == 64
    file = folder / "protocols/mesolift.toml"
    file.write_text("# another comment\n\n" + file.read_text())
    assert load(folder).sha256("mesolift") == before


@pytest.mark.requirement("LIM-9")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("protocols/mesolift.toml", "hard = [0.05, 1.35]", "hard = [0.05, 1.30]"),
        ("devices/reference.toml", "flow_ul_per_s = 500", "flow_ul_per_s = 400"),
        ("needles.toml", "pressure_kpa = 200", "pressure_kpa = 201"),
        ("syringes.toml", "dose_ul = 100", "dose_ul = 101"),
        ("products.toml", "point_ul = 200", "point_ul = 201"),
        ("screening.toml", "Pregnancy", "Pregnant"),
        ("preparation.toml", "Cold spray is", "Spray is"),
        ("aftercare.toml", "for 2 hours", "for 3 hours"),
        ("cleanup.toml", "never capped again", "capped again"),
        ("reactions.toml", "Numbness", "Numb skin"),
    ],
)
def test_a_change_of_any_member_of_the_set_asks_for_a_new_approval(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    assert load(folder).sha256("mesolift") != p.LIBRARY.sha256("mesolift")


def test_another_protocol_may_change_without_a_new_approval(folder: Path) -> None:
    file = folder / "protocols/scalp.toml"
    file.write_text(file.read_text().replace("Crown", "Top"))
    assert load(folder).sha256("mesolift") == p.LIBRARY.sha256("mesolift")
    assert load(folder).sha256("scalp") != p.LIBRARY.sha256("scalp")


# -- nappage check ------------------------------------------------------------------------------------------------
def test_a_protocol_is_explained_to_a_clinician() -> None:
    text = "\n".join(check_file(SHIPPED / "protocols/mesolift.toml").sentences)
    assert text.startswith("Mesolift: 6 zones.")
    assert (
        "depth 0.05 mm to 1.35 mm and never outside; usually 0.50 mm to 1.05 mm; offered first: 0.50 mm (grade A:"
        in text
    )
    assert "Temple, left and right, nappage:" in text
    assert text.endswith("Valid. Every figure has its source: it can be approved.")


def test_a_missing_figure_is_told_in_words() -> None:
    subject = check_file(SHIPPED / "protocols/lower-eyelid.toml")
    assert subject.ok
    assert not subject.approvable
    assert "  dose needs the clinic's figure" in subject.sentences
    assert "needs the clinic's figure for sessions, interval_days" in subject.sentences[-1]
    assert subject.sentences[-1].endswith("until the clinic has given them.")


def test_a_clinics_own_figures_are_read_and_one_missing_figure_is_it(tmp_path: Path) -> None:
    text = (SHIPPED / "protocols/mesolift.toml").read_text().replace("example = true\n", "")
    text = text.replace(
        "[zones.glabella]",
        'shots = { default = 10, hard = [1, 30], source = "Dr X", grade = "clinic" }\n'
        'total_ul = { source = "clinic" }\n\n[zones.glabella]',
    )
    text = text.replace(
        "session_shots =", 'session_ul = { hard = [1, 2000], source = "Dr X", grade = "clinic" }\nsession_shots ='
    )
    (tmp_path / "own.toml").write_text(text)
    subject = check_file(tmp_path / "own.toml")
    assert subject.ok, subject.sentences
    assert (
        "  shots: 1 shot to 30 shots and never outside; offered first: 10 shots (grade clinic: Dr X)"
        in subject.sentences
    )
    assert "  volume: needs the clinic's figure" in subject.sentences
    assert "It is an example" not in " ".join(subject.sentences)
    assert subject.sentences[-1].endswith("cannot be approved until the clinic has given it.")


def test_an_error_is_told_and_not_raised(tmp_path: Path) -> None:
    subject = check_file(tmp_path / "nothing.toml")
    assert (subject.ok, subject.approvable) == (False, False)
    assert subject.sentences[0].startswith(f"E202: {tmp_path / 'nothing.toml'} does not exist.")


@pytest.mark.parametrize(("text", "shown"), [("", "empty"), ("a = 1\nb = 2\n", "a, b")])
def test_a_file_of_no_known_kind_is_told(tmp_path: Path, text: str, shown: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    (sentence,) = check_file(tmp_path / "x.toml").sentences
    assert (
        f"'the file' is {shown}; allowed: one of the tables zones, pins, needles, syringes, products, items" in sentence
    )


def test_products_are_explained_with_and_without_limits() -> None:
    text = "\n".join(check_file(SHIPPED / "products.toml").sentences)
    assert "states no limits" in text
    assert (
        "at most 50 points in a session; at most 6 sessions in a course; at least 31 days between two sessions" in text
    )


# -- JSON Schema --------------------------------------------------------------------------------------------------
def test_the_schema_describes_every_key_and_counts_in_numbers() -> None:
    subject = json_schemas()
    assert set(subject) == {"protocol", "device", "needles", "syringes", "products", "items"}
    text = repr(subject)
    assert "decimal" not in text
    figure = subject["protocol"]["$defs"]["FigureFile"]
    assert figure["additionalProperties"] is False
    assert all("description" in described for described in figure["properties"].values())
    assert "number" in repr(figure["properties"]["hard"])
    assert subject["device"]["$schema"].startswith("https://json-schema.org/")


def test_a_guide_with_one_number_is_written_once() -> None:
    from kiosk.protocols.report import guide_words

    assert guide_words(Guide("s", "A", 3, 3), "") == "3 (grade A: s)"
    assert guide_words(Guide("s", "A", 2, 3), "days") == "2 days to 3 days (grade A: s)"
