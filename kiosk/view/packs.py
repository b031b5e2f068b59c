"""What a scanned pack does on the product step: product, lot and expiry are filled in; nothing is confirmed by it.

An expired lot, a product that the clinic does not have and a code that cannot be read are said and fill in nothing.
"""

from __future__ import annotations

import msgspec

from drivers.errors import NappageError
from kiosk.channel.snapshot import Catalogue, Snapshot
from kiosk.view.errors import PackExpired
from kiosk.view.language import say
from kiosk.view.local import Local
from kiosk.view.route import panel, route
from kiosk.view.scanning import product_of, read_pack
from kiosk.view.setup import scanned_as

SAID_S = 12.0


def scanned(local: Local, code: str, snapshot: Snapshot, catalogue: Catalogue) -> Local:
    """The local state after a scan; anywhere but on the product step a code is passed over."""
    if route(snapshot, local) != "product" or panel(snapshot, local):
        return local
    try:
        pack = read_pack(code)
        product = product_of(pack, catalogue)
        if pack.expiry and snapshot.wall and pack.expiry < snapshot.wall[:10]:
            raise PackExpired(lot=pack.lot, title=product.title, expiry=pack.expiry)
    except NappageError as fault:
        return local.saying(str(fault), SAID_S)
    texts = {
        **local.texts,
        "lot": pack.lot,
        "expiry": pack.expiry.replace("-", ""),
        "serial": pack.serial,
        "scanned": scanned_as(product.key, pack.lot, pack.expiry),
    }
    filled = msgspec.structs.replace(local, texts=texts, picks={**local.picks, "product": product.key})
    whole = say("Scanned: {title}. Compare it with the pack.", title=product.title)
    part = say("Scanned: {title}. The code holds not all: type the rest.", title=product.title)
    return filled.saying(whole if pack.lot and pack.expiry else part)
