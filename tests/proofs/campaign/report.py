"""What a campaign came to, as a person reads it and as a file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.proofs.campaign.fan import Sum
from tests.proofs.campaign.invariants import REQUIREMENTS
from tests.proofs.campaign.mischief import NAMED, PAIRS, SETS


def lines(found: Sum, again: str) -> list[str]:
    """The figures, and for every violation how to see it again."""
    cpu = max(found.cpu_s, 1e-9)
    singles = sum(number < len(NAMED) for number in found.sets)
    out = [
        f"{found.sessions:,} sessions, {found.treatments:,} armings, {found.virtual_s / 3600:,.1f} virtual hours",
        f"{found.shots:,} shots, {found.cycles:,} cycles of 25 ms, {found.events:,} instants looked at",
        f"{found.commits:,} commits with synchronous=FULL",
        f"{found.made:,} faults of {len(found.faults)} kinds",
        f"named faults alone: {singles} of {len(NAMED)}, in pairs: {len(found.sets) - singles} of {len(PAIRS)}",
        f"{found.integrated} sessions also stepped at 0.1 ms",
        f"{len(REQUIREMENTS)} invariants, {len(found.violations)} violations",
        f"{found.wall_s:.1f} s on {found.workers} workers, {found.shots / max(found.wall_s, 1e-9):.0f} shots/s",
        f"{found.cpu_s:.1f} s of CPU, {found.shots / cpu:.0f} shots for each",
        f"hash {found.digest}",
    ]
    for number, sentence in found.violations:
        out += [f"VIOLATION in session {number}: {sentence}", f"  again: {again.format(number=number)}"]
    return out


def untried(found: Sum) -> str:
    """Which named faults and pairs never came, as a sentence; "" when all did."""
    never = [" with ".join(SETS[number]) for number in range(len(SETS)) if number not in found.sets]
    return f"{len(never)} named faults or pairs of them never came: {', '.join(never[:5])}" if never else ""


def table(found: Sum) -> list[str]:
    """Faults by kind, most first."""
    return [f"| {kind} | {times:,} |" for kind, times in sorted(found.faults.items(), key=lambda item: -item[1])]


def write(found: Sum, folder: Path, again: str) -> Path:
    """Report for people (Markdown) and for machines (JSON) in a folder; the path of the first."""
    folder.mkdir(parents=True, exist_ok=True)
    text = [
        "# Campaign",
        "",
        f"seed {found.seed}",
        *lines(found, again),
        "",
        "| fault | times |",
        "| --- | ---: |",
        *table(found),
        "",
    ]
    path = folder / "campaign.md"
    path.write_text("\n".join(text))
    (folder / "campaign.json").write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2))
    return path
