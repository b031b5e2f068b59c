"""What the pages of certificates show: all of them, one with its figures and files, and how the device drifted."""

from __future__ import annotations

from datetime import date

import msgspec

from kiosk.channel.certificates import (
    CertificateLine,
    CertificatePage,
    DriftPart,
    DriftSeries,
    ExportCertificate,
    ListCertificates,
    ProvedLine,
    ReadCertificate,
    ReadDrift,
)
from kiosk.channel.commands import AnyCommand
from kiosk.view.actions import Go, Pick, Send
from kiosk.view.after import Bounds, Curve
from kiosk.view.calibrating import percent
from kiosk.view.instruments import TITLES
from kiosk.view.instruments import opened as instrument_opened
from kiosk.view.language import decimal, mark, say
from kiosk.view.local import Local
from kiosk.view.numbers import ul, with_unit
from kiosk.view.touch import NOTHING, Line, Tone, Touch

ENCODER_ONLY = mark(
    "+/-: 95 % interval; U: expanded uncertainty. A shot is checked at the encoder, not in the fluid: what leaves "
    "the needle was measured by weighing only."
)
PASSES: dict[bool | None, tuple[str, Tone]] = {
    True: ("check-circle", "good"),
    False: ("close-circle", "danger"),
    None: ("information", "plain"),
}
EDGE = 0.04
"""The first and the last proof stand so far inside the plot."""
DOSES = {"smallest": mark("Smallest dose"), "middle": mark("Middle dose"), "largest": mark("Largest dose")}


def go_to(local: Local, name: str, number: str) -> tuple[Local, tuple[AnyCommand, ...]] | None:
    """Opens a page of this kind and asks control for what it shows; None where the place is another's."""
    replace = msgspec.structs.replace
    if name == "instrument":
        return instrument_opened(local, number), ()
    if name == "certificates":
        return replace(local, certificates=None), (ListCertificates(before=int(number or 0)),)
    if name == "certificate":
        return replace(local, certificate=None, exported=""), (ReadCertificate(number=int(number)),)
    if name == "drift":
        return replace(local, drift=None), (ReadDrift(),)
    return None


def part_words(part: str) -> str:
    """A part of the device: the needle's depth, or the dose of a barrel."""
    return say("Depth") if part == "depth" else say("{volume} mL syringe", volume=part)


class Certificates(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    empty: str = ""
    hint: str = ""
    more: Touch = NOTHING


def certificates(local: Local) -> Certificates:
    """All certificates, the newest first."""
    page = local.certificates
    if page is None:
        return Certificates(empty=say("Reading the certificates"))
    older = NOTHING
    if page.more:
        older = Touch("older", say("Older"), Go(f"certificates:{page.lines[-1].number}"), icon="chevron-right")
    if not page.lines:
        return Certificates(
            empty=say("No certificate yet"),
            hint=say(
                "A measurement whose figures all pass is certified on its last page, and stands here from then on."
            ),
        )
    return Certificates(tuple(map(_row, page.lines)), more=older)


def _row(line: CertificateLine) -> Touch:
    parts = ", ".join(map(part_words, line.parts))
    return Touch(
        f"certificate:{line.number}", _title(line), Go(f"certificate:{line.number}"),
        f"{line.made} · {parts} · {line.technician}{say(' · SIMULATED') if line.simulated else ''}",
        say("due {date}", date=line.expires) if line.in_force else say("earlier"),
        "check-circle" if line.in_force else "history",
    )  # fmt: skip


def _title(line: CertificateLine) -> str:
    return say("Certificate {number}", number=line.number)


class Certificate(msgspec.Struct, frozen=True):
    heading: str = ""
    state: str = ""
    exported: str = ""
    encoder: str = ""
    lines: tuple[Line, ...] = ()
    """Every figure against its limit, then the injector, the instruments and the hash."""
    exports: tuple[Touch, ...] = ()


def certificate(local: Local) -> Certificate:
    """One certificate: its verdict, every figure against its limit, and where the files are."""
    page = local.certificate
    if page is None:
        return Certificate(heading=say("Reading the certificate"))
    line = page.line
    due = say("due again on {date}", date=line.expires) if line.in_force else say("a later one is in force")
    simulated = say(", SIMULATED") if line.simulated else ""
    return Certificate(
        heading=_title(line) + simulated,
        state=say("Passes; made on {date}, {due}", date=line.made, due=due),
        exported=local.exported,
        encoder=say(ENCODER_ONLY),
        lines=(*(_figure(at, figure) for at, figure in enumerate(page.figures)), *_facts(page)),
        exports=(
            Touch("export:pdf", say("PDF"), Send(ExportCertificate(line.number, "pdf")), icon="file-pdf",
                  tone="primary"),
            Touch("export:json", say("JSON"), Send(ExportCertificate(line.number, "json")), icon="file-document"),
        ),
    )  # fmt: skip


def _figure(at: int, figure: ProvedLine) -> Line:
    icon, tone = PASSES[figure.passes]
    return Line(f"figure{at}", figure.title, figure.found, "", icon, tone)


def _facts(page: CertificatePage) -> tuple[Line, ...]:
    line = page.line
    absent = ", ".join(map(part_words, page.not_proved))
    return (
        Line("device", say("Injector"), say("{device}, No. {serial}", device=page.device, serial=line.serial)),
        Line("caps", say("Injector's caps"), _caps(page)),
        Line("number", say("In force"), say("Calibration {number}", number=line.calibration)),
        Line("technician", say("Technician"), line.technician),
        *(
            Line(
                f"instrument:{each.kind}", say(TITLES[each.kind]),
                say("{model}, No. {serial}, certificate {number}, due {date}", model=each.model, serial=each.serial,
                    number=each.certificate, date=each.due),
            )
            for each in page.instruments
        ),
        *((Line("absent", say("Not measured"), absent, "", "", "warn"),) if absent else ()),
        Line("hash", "SHA-256", f"{page.sha256[:16]} ..."),
    )  # fmt: skip


def _caps(page: CertificatePage) -> str:
    """What the injector gives at most, as it said when it was certified."""
    if page.caps is None:
        return say("not on this certificate")
    depth, dose, rate = page.caps
    return ", ".join((with_unit("depth", depth), with_unit("dose", dose), with_unit("rate", rate)))


# -- history --------------------------------------------------------------------------------------------------------
class Drift(msgspec.Struct, frozen=True):
    rows: tuple[Touch, ...] = ()
    curves: tuple[Curve, ...] = ()
    note: str = ""
    empty: str = ""
    hint: str = ""


def drift(local: Local) -> Drift:
    """How one part drifted from proof to proof: as found, as left, and what is allowed."""
    page = local.drift
    if page is None:
        return Drift(empty=say("Reading the history"))
    if not page.parts:
        return Drift(
            empty=say("Nothing was proved yet."),
            hint=say("Each certificate adds a point to the plots here: how far off the device was found, and left."),
        )
    several = len({part.serial for part in page.parts}) > 1
    shown = next((part for part in page.parts if _key(part) == local.picks.get("drift")), page.parts[0])
    return Drift(
        rows=tuple(_part(part, part is shown, several=several) for part in page.parts),
        curves=tuple(map(_curve, shown.series)),
        note=say("Dots: as found. Line: as left, after a correction. Red: what is allowed."),
    )


def _key(part: DriftPart) -> str:
    return f"{part.serial}:{part.part}"


def _part(part: DriftPart, shown: bool, *, several: bool) -> Touch:
    points = part.series[0].points
    detail = points[-1].made
    injector = say("No. {serial}", serial=part.serial) if several else ""
    return Touch(
        f"part:{_key(part)}", part_words(part.part), Pick("drift", _key(part)), detail, injector,
        "target" if part.part == "depth" else "water", selected=shown,
    )  # fmt: skip


def _curve(series: DriftSeries) -> Curve:
    found = [point.found for point in series.points]
    left = [point.left for point in series.points]
    reach = 1.1 * max(1.25 * series.allowed, *map(abs, found), *map(abs, left))

    def height(value: int) -> float:
        return (value + reach) / (2 * reach)

    return Curve(
        title=_name(series),
        words=say("found {found}, left {left}", found=_off(series, found[-1]), left=_off(series, left[-1])),
        ticks=tuple((height(value), _mark(series, value)) for value in (-series.allowed, 0, series.allowed)),
        measured=tuple(map(height, found)),
        asked=tuple(map(height, left)),
        odd=tuple(at for at, value in enumerate(found) if abs(value) > series.allowed),
        bounds=(Bounds(0.0, 1.0, height(-series.allowed), height(series.allowed)),),
        places=_places([point.made for point in series.points]),
        first=series.points[0].made,
        last=series.points[-1].made if len(series.points) > 1 else "",
    )


def _name(series: DriftSeries) -> str:
    if series.key == "zero":
        return say("Zero, um")
    if series.key == "scale":
        return say("Scale, um")
    return say("{dose}, %", dose=ul(series.dose_nl))


def _off(series: DriftSeries, value: int) -> str:
    return f"{value:+d} um" if series.unit == "um" else percent(value, sign=True)


def _mark(series: DriftSeries, value: int) -> str:
    shown = value if series.unit == "um" else value / 10_000
    return decimal(f"{shown:+g}") if value else "0"


def _places(days: list[str]) -> tuple[float, ...]:
    """Where each day stands across, the first and the last near the edges; evenly where all are one day."""
    numbers = [date.fromisoformat(day).toordinal() for day in days]
    span = numbers[-1] - numbers[0]
    if len(days) == 1:
        return (0.5,)
    if not span:
        return tuple(EDGE + (1 - 2 * EDGE) * at / (len(days) - 1) for at in range(len(days)))
    return tuple(EDGE + (1 - 2 * EDGE) * (number - numbers[0]) / span for number in numbers)
