"""The channel between kiosk and control, with somebody listening to what the kiosk asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk.channel import commands as c
from kiosk.channel.server import Request
from kiosk.channel.snapshot import Catalogue, Reply, Snapshot


class Ear:
    """The channel's server as the cycle's seat, with the monkey listening."""

    def __init__(self, server: Any, heard: Callable[[c.AnyCommand], None]) -> None:
        self._server = server
        self._heard = heard

    @property
    def seat(self) -> Any:
        return self._server.seat

    def poll(self) -> list[tuple[Any, Request]]:
        came = list(self._server.poll())
        for _, request in came:
            self._heard(request.command)
        return came

    def publish(self, snapshot: Snapshot) -> None:
        self._server.publish(snapshot)

    def reply(self, client: Any, reply: Reply) -> None:
        self._server.reply(client, reply)

    def send_catalogue(self, catalogue: Catalogue) -> None:
        self._server.send_catalogue(catalogue)
