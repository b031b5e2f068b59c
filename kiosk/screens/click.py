"""The click of each shot, where there is a sound card. It tells a rhythm; every alarm is the buzzer's (ALM-3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

SOUND = Path(__file__).resolve().parents[2] / "assets/sounds/click.wav"
CARDS = Path("/dev/snd")


def has_card(folder: Path = CARDS) -> bool:
    """Whether this machine can play: the kernel lists a card's playback end as ``pcmC0D0p``."""
    return any(folder.glob("pcmC*D*p"))


def find(folder: Path = CARDS) -> Callable[[], None] | None:
    """What plays one click; None without a sound card, or with one that does not take the sound."""
    if not has_card(folder):
        return None
    from kivy.core.audio import SoundLoader

    sound: Any = SoundLoader.load(str(SOUND))
    if sound is None or sound.length <= 0:
        return None

    def click() -> None:
        sound.play()

    return click
