"""The one Unix SEQPACKET socket between control and its clients: `ChannelServer` at one end, `ChannelClient` at the other."""

from __future__ import annotations

from kiosk.channel.client import ChannelClient, Drained
from kiosk.channel.server import ChannelServer, ClientId, Peer, refusal

__all__ = ["ChannelClient", "ChannelServer", "ClientId", "Drained", "Peer", "refusal"]
