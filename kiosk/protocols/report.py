"""What `nappage check` says about one file, in sentences for a clinician, and the JSON Schema for editors.

The one thing only this file knows is how to tell what kind of profile a file is: by the tables that it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec

from drivers.errors import NappageError
from kiosk.protocols import shelf
from kiosk.protocols.files import DeviceFile, ItemsFile, NeedlesFile, ProductsFile, ProtocolFile, SyringesFile
from kiosk.protocols.profile import Figure, Guide, Product, Zone
from kiosk.protocols.reading import Table, read
from kiosk.protocols.resolve import Place
from kiosk.protocols.words import amount


class Report(msgspec.Struct, frozen=True):
    """The answer about one file. `ok`: it is used; `approvable`: no figure of the clinic is missing."""

    file: str
    ok: bool
    approvable: bool
    sentences: tuple[str, ...]


def check_file(path: Path) -> Report:
    """Validate and explain one profile file of any kind. Errors are told, not raised.

    A protocol's lists (screening, preparation, aftercare) are looked for beside it, else those shipped are taken.
    """
    try:
        raw = read(path)
        tell = next((tell for table, tell in _KINDS.items() if table in raw), None)
        if tell is None:
            raise Place(path, "the file").told(", ".join(raw) or "empty", "one of the tables " + ", ".join(_KINDS))
        sentences, approvable = tell(path)
    except NappageError as error:
        return Report(str(path), ok=False, approvable=False, sentences=(str(error),))
    return Report(str(path), ok=True, approvable=approvable, sentences=tuple(sentences))


Told = tuple[list[str], bool]


def _protocol(path: Path) -> Told:
    beside = path.resolve().parent.parent
    lists = shelf.load_lists(beside if (beside / "screening.toml").is_file() else shelf.SHIPPED)
    protocol = shelf.load_protocol(path, lists)
    missing = protocol.clinic_keys
    sentences = [
        f"{protocol.title}: {amount(len(protocol.zones), 'zones')}. {protocol.summary}",
        *(["It is an example, and binds nobody until the clinic has reviewed and approved it."] * protocol.example),
        f"Rate: {figure_words(protocol.rate, 'mHz')}.",
        f"Sessions of a course: {guide_words(protocol.sessions, '')}.",
        f"Days between two sessions: {guide_words(protocol.interval_days, 'days')}.",
        *_more("Shots in a session", protocol.session_shots, "shots"),
        *_more("Volume in a session", protocol.session_nl, "nL"),
    ]
    for zone in protocol.zones:
        sentences += _zone(zone)
    sentences.append(_verdict(missing))
    return sentences, not missing


def _zone(zone: Zone) -> list[str]:
    sides = ", left and right" if zone.paired else ""
    technique = "the clinic's technique" if zone.technique == "clinic" else zone.technique
    return [
        f"{zone.title}{sides}, {technique}:",
        f"  depth {figure_words(zone.depth, 'um')}",
        f"  dose {figure_words(zone.dose, 'nL')}",
        f"  spacing {guide_words(zone.spacing_um, 'um')}",
        f"  angle {guide_words(zone.angle_deg, 'degrees')}",
        *(f"  {line}" for line in _more("shots", zone.zone_shots, "shots")),
        *(f"  {line}" for line in _more("volume", zone.zone_nl, "nL")),
    ]


def _more(title: str, figure: Figure | None, unit: str) -> list[str]:
    return [] if figure is None else [f"{title}: {figure_words(figure, unit)}"]


def _verdict(missing: tuple[str, ...]) -> str:
    if not missing:
        return "Valid. Every figure has its source: it can be approved."
    return (
        f"Valid, but needs the clinic's figure for {', '.join(missing)}. It runs in simulation with the device's "
        f"smallest values and cannot be approved until the clinic has given {'it' if len(missing) == 1 else 'them'}."
    )


def figure_words(figure: Figure, unit: str) -> str:
    """A figure with its bounds, source and grade in one line."""
    if figure.hard is None:
        return "needs the clinic's figure"
    low, high = figure.hard
    parts = [f"{amount(low, unit)} to {amount(high, unit)} and never outside"]
    if figure.soft is not None:
        parts.append(f"usually {amount(figure.soft[0], unit)} to {amount(figure.soft[1], unit)}")
    offered = "the lowest allowed" if figure.default is None else amount(figure.default, unit)
    parts.append(f"offered first: {offered}")
    return "; ".join(parts) + _sourced(figure)


def guide_words(guide: Guide, unit: str) -> str:
    """A guide with its source and grade in one line."""
    if guide.low is None or guide.high is None:
        return "needs the clinic's figure"
    low, high = (amount(value, unit).strip() for value in (guide.low, guide.high))
    return (low if low == high else f"{low} to {high}") + _sourced(guide)


def _sourced(figure: Figure | Guide) -> str:
    return f" (grade {figure.grade}: {figure.source})"


def _device(path: Path) -> Told:
    device = shelf.load_device(path)
    caps = ((device.depth, "um", "depth"), (device.dose, "nL", "dose"), (device.rate, "mHz", "rate"))
    return [
        f"{device.title}: valid.",
        *(
            f"{what.capitalize()} {amount(cap.low, unit)} to {amount(cap.high, unit)}, step {amount(cap.step, unit)}."
            for cap, unit, what in caps
        ),
        f"Dead volume of the tubing {amount(device.tubing_nl, 'nL')}.",
        "An injector that lost its calibration begins with the figures of its construction."
        if device.factory is not None
        else "It names no figures of construction: an injector that lost its calibration is not mended here.",
    ], True


def _needles(path: Path) -> Told:
    needles = shelf.load_needles(path).values()
    return [
        f"{needle.title}: length {amount(needle.length_um, 'um')}, up to {needle.pressure_kpa} kPa ({needle.source})."
        for needle in needles
    ], True


def _syringes(path: Path) -> Told:
    syringes = shelf.load_syringes(path).values()
    return [
        f"{syringe.title}: at most {amount(syringe.dose_nl, 'nL')} a shot, stops at "
        f"{amount(syringe.reserve_nl, 'nL')} ({syringe.source})."
        for syringe in syringes
    ], True


def _products(path: Path) -> Told:
    return [_product(product) for product in shelf.load_products(path).values()], True


def _product(product: Product) -> str:
    stated = (
        ("a point", product.point_nl, "nL"),
        ("a session", product.session_nl, "nL"),
        ("a session", product.session_shots, "points"),
        ("a course", product.course_sessions, "sessions"),
        ("a course", product.course_nl, "nL"),
    )
    parts = [f"at most {amount(value, unit)} in {span}" for span, value, unit in stated if value is not None]
    if product.interval_days is not None:
        parts.append(f"at least {amount(product.interval_days, 'days')} between two sessions")
    limits = "; ".join(parts) or "states no limits"
    return f"{product.title}{' (example)' if product.example else ''}: {limits} ({product.source})."


def _items(path: Path) -> Told:
    items = shelf.load_items(path).values()
    return [f"{item.text} (grade {item.grade}: {item.source})" for item in items], True


_KINDS: dict[str, Callable[[Path], Told]] = {
    "zones": _protocol,
    "pins": _device,
    "needles": _needles,
    "syringes": _syringes,
    "products": _products,
    "items": _items,
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema of every kind of file, by kind, with a description under every key; numbers are JSON numbers."""
    kinds: dict[str, type[msgspec.Struct]] = {
        "protocol": ProtocolFile,
        "device": DeviceFile,
        "needles": NeedlesFile,
        "syringes": SyringesFile,
        "products": ProductsFile,
        "items": ItemsFile,
    }
    return {
        kind: cast(
            "dict[str, Any]",
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **_numbers(msgspec.json.schema(shape))},
        )
        for kind, shape in kinds.items()
    }


def _numbers(schema: Any) -> Any:
    """The schema with decimals as numbers: msgspec writes them as texts, a TOML file holds numbers."""
    if isinstance(schema, list):
        return [_numbers(entry) for entry in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    table = {key: _numbers(entry) for key, entry in cast("Table", schema).items()}
    if table.get("format") == "decimal":
        del table["format"]
        table["type"] = "number"
    return table
