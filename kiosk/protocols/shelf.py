"""All profiles of one folder, loaded whole, and the fingerprint that an administrator approves.

The one thing only this file knows is which files a folder of profiles holds and what a protocol's resolved set is. One
damaged file stops the whole folder from loading: nothing is armed with profiles of which some are unknown (LIM-9).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

from kiosk.protocols import resolve
from kiosk.protocols.errors import ProfileMissing, ProfileUnreadable
from kiosk.protocols.files import DeviceFile, ItemsFile, NeedlesFile, ProductsFile, ProtocolFile, SyringesFile
from kiosk.protocols.profile import Device, Item, Needle, Product, Protocol, Syringe
from kiosk.protocols.reading import read, shaped
from kiosk.protocols.resolve import Lists, Place

T = TypeVar("T")
SHIPPED = Path(__file__).parents[2] / "profiles"
"""The profiles that come with the program."""


class Library(msgspec.Struct, frozen=True):
    """Checked profiles by key."""

    protocols: MappingProxyType[str, Protocol]
    devices: MappingProxyType[str, Device]
    needles: MappingProxyType[str, Needle]
    syringes: MappingProxyType[str, Syringe]
    products: MappingProxyType[str, Product]
    screening: MappingProxyType[str, Item]
    preparation: MappingProxyType[str, Item]
    aftercare: MappingProxyType[str, Item]
    cleanup: MappingProxyType[str, Item]
    reactions: MappingProxyType[str, Item]

    def resolved(self, protocol_key: str) -> dict[str, object]:
        """All that a protocol's approval covers, as plain values: whatever differs here asks for a new approval."""
        return {
            "protocol": msgspec.to_builtins(self.protocols[protocol_key]),
            "devices": _plain(self.devices),
            "needles": _plain(self.needles),
            "syringes": _plain(self.syringes),
            "products": _plain(self.products),
            "screening": _plain(self.screening),
            "preparation": _plain(self.preparation),
            "aftercare": _plain(self.aftercare),
            "cleanup": _plain(self.cleanup),
            "reactions": _plain(self.reactions),
        }

    def content(self, protocol_key: str) -> str:
        """The resolved set of a protocol as JSON: what an approval keeps, so that a later change can be told.

        Raises:
            KeyError: there is no such protocol.
        """
        return msgspec.json.encode(self.resolved(protocol_key), order="sorted").decode()

    def sha256(self, protocol_key: str) -> str:
        """Fingerprint of the resolved set of a protocol, 64 hexadecimal digits; comments and spacing do not count.

        Raises:
            KeyError: there is no such protocol.
        """
        return fingerprint(self.content(protocol_key))


def fingerprint(content: str) -> str:
    """SHA-256 of a content, 64 hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()


def _plain(entries: MappingProxyType[str, T]) -> object:
    """Entries in the order they stand in the file: the order of a screening list is part of what is approved."""
    return [[key, msgspec.to_builtins(entry)] for key, entry in entries.items()]


def load(folder: Path) -> Library:
    """Every profile of `folder`.

    Raises:
        ProfileMissing, ProfileUnreadable, ProfileSyntax, ProfileKeyUnknown, ProfileKeyMissing, ProfileValue,
        ReferenceUnknown: the first thing that is wrong, with its file and key.
    """
    try:
        there = folder.is_dir()
    except OSError as error:
        raise ProfileUnreadable(file=folder, why=error.strerror) from error
    if not there:
        raise ProfileMissing(file=folder)
    lists = load_lists(folder)
    devices = {path.stem: load_device(path) for path in _toml(folder / "devices")}
    syringes = load_syringes(folder / "syringes.toml")
    smallest = min(syringes.values(), key=lambda syringe: syringe.barrel_nl)
    for device in devices.values():
        if device.unsensed_dose_nl > smallest.dose_nl:
            place = Place(folder / "devices" / f"{device.key}.toml", "caps.unsensed_dose_ul")
            raise place.wrong(
                device.unsensed_dose_nl // 1000,
                f"at most {smallest.dose_nl // 1000} uL, the hard dose of the smallest barrel ({smallest.title})",
            )
    return Library(
        protocols=MappingProxyType({path.stem: load_protocol(path, lists) for path in _toml(folder / "protocols")}),
        devices=MappingProxyType(devices),
        needles=MappingProxyType(load_needles(folder / "needles.toml")),
        syringes=MappingProxyType(syringes),
        products=MappingProxyType(load_products(folder / "products.toml")),
        screening=MappingProxyType(lists.screening),
        preparation=MappingProxyType(lists.preparation),
        aftercare=MappingProxyType(lists.aftercare),
        cleanup=MappingProxyType(load_items(folder / "cleanup.toml")),
        reactions=MappingProxyType(load_items(folder / "reactions.toml")),
    )


def _toml(folder: Path) -> list[Path]:
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise ProfileMissing(file=folder / "*.toml")
    return paths


def load_lists(folder: Path) -> Lists:
    """Screening, preparation and aftercare of a folder."""
    return Lists(
        screening=load_items(folder / "screening.toml"),
        preparation=load_items(folder / "preparation.toml"),
        aftercare=load_items(folder / "aftercare.toml"),
    )


def load_items(path: Path) -> dict[str, Item]:
    """One list of lines."""
    raw = shaped(path, read(path), ItemsFile)
    return {key: resolve.item(key, entry) for key, entry in raw.items.items()}


def load_device(path: Path) -> Device:
    """One device."""
    return resolve.device(path, shaped(path, read(path), DeviceFile))


def load_needles(path: Path) -> dict[str, Needle]:
    """All needles of one file."""
    raw = shaped(path, read(path), NeedlesFile).needles
    return {key: resolve.needle(Place(path, f"needles.{key}"), key, entry) for key, entry in raw.items()}


def load_syringes(path: Path) -> dict[str, Syringe]:
    """All syringes of one file."""
    raw = shaped(path, read(path), SyringesFile).syringes
    return {key: resolve.syringe(Place(path, f"syringes.{key}"), key, entry) for key, entry in raw.items()}


def load_products(path: Path) -> dict[str, Product]:
    """All products of one file; no two have the same number on their packs."""
    raw = shaped(path, read(path), ProductsFile).products
    found = {key: resolve.product(Place(path, f"products.{key}"), key, entry) for key, entry in raw.items()}
    whose: dict[str, str] = {}
    for key, product in found.items():
        if product.gtin and whose.setdefault(product.gtin, key) != key:
            other = whose[product.gtin]
            raise Place(path, f"products.{key}.gtin").wrong(product.gtin, f"a number of its own; {other} has this one")
    return found


def load_protocol(path: Path, lists: Lists) -> Protocol:
    """One protocol; `lists` holds what it refers to."""
    return resolve.protocol(path, shaped(path, read(path), ProtocolFile), lists)
