"""Makes the kiosk's typeface from Debian's fonts-inter: only this file knows how the figures became tabular.

Kivy's text provider cannot switch OpenType features, so the features "tnum" (figures of equal width) and nothing else
is made the default, the glyphs are cut to Latin, Greek and signs, and the family is renamed as the licence asks of
derived works. Run: python tools/fonts.py /usr/share/fonts/opentype/inter
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Nappage Sans"
WEIGHTS = ("Regular", "Medium", "SemiBold")
KEPT = (
    *range(0x20, 0x250),
    *range(0x370, 0x400),
    *range(0x2000, 0x2070),
    *range(0x2190, 0x2270),
    *range(0x25A0, 0x2600),
    0x20AC,
)


def tabular(source: Path, target: Path, weight: str) -> None:
    """Writes one weight with tabular figures."""
    font = TTFont(source)
    table = font["GSUB"].table
    indexes = {
        i
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "tnum"
        for i in record.Feature.LookupListIndex
    }
    swap: dict[str, str] = {}
    for index in indexes:
        for sub in table.LookupList.Lookup[index].SubTable:
            swap.update(getattr(sub, "mapping", None) or sub.ExtSubTable.mapping)
    for cmap in font["cmap"].tables:
        for code in range(ord("0"), ord("9") + 1):
            if code in cmap.cmap:
                cmap.cmap[code] = swap.get(cmap.cmap[code], cmap.cmap[code])
    for record in font["name"].names:
        if record.nameID in (1, 3, 4, 6, 16):
            text = (
                f"{FAMILY} {weight}"
                if record.nameID in (3, 4)
                else FAMILY
                if record.nameID in (1, 16)
                else f"NappageSans-{weight}"
            )
            font["name"].setName(text, record.nameID, record.platformID, record.platEncID, record.langID)
    subsetter = Subsetter(
        Options(layout_features=["kern", "ccmp", "mark", "mkmk"], name_IDs=["*"], notdef_outline=True)
    )
    subsetter.populate(unicodes=KEPT)
    subsetter.subset(font)
    font.save(target)


if __name__ == "__main__":
    for name in WEIGHTS:
        tabular(Path(sys.argv[1]) / f"Inter-{name}.otf", Path("assets/fonts") / f"NappageSans-{name}.otf", name)
