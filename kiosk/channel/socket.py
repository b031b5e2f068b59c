"""The one Unix SEQPACKET socket: `ChannelServer` at control's end, `ChannelClient` at a client's."""

from __future__ import annotations

from kiosk.channel.client import ChannelClient, Drained
from kiosk.channel.server import ChannelServer, ClientId, Peer, refusal

__all__ = ["ChannelClient", "ChannelServer", "ClientId", "Drained", "Peer", "refusal"]
