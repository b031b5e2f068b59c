"""How a test waits for what control shows: by the channel's own descriptor, never by the clock alone."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from kiosk.channel.errors import NoControl
from kiosk.channel.snapshot import Snapshot
from kiosk.channel.socket import ChannelClient

PATIENCE_S = 60.0
LOOK_S = 0.2


def until(client: ChannelClient, condition: Callable[[Snapshot], bool]) -> Snapshot:
    """The first snapshot that meets `condition`."""
    by = time.monotonic() + PATIENCE_S
    newest: Snapshot | None = None
    while time.monotonic() < by:
        if not client.connected:
            try:
                client.connect()
            except NoControl:
                select.select([], [], [], LOOK_S)  # control is still starting: there is no descriptor to wait for
                continue
        newest = client.drain().snapshot or newest
        if newest is not None and condition(newest):
            return newest
        select.select([client.fileno()], [], [], LOOK_S)
    raise AssertionError(f"waited {PATIENCE_S:.0f} s in vain; last seen: {newest}")
