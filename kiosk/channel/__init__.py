"""What passes between control and its clients: typed commands in, snapshots and replies out, one Unix socket.

`commands` is what a client may ask, `snapshot` is what control shows, `socket` carries both. Nothing here decides.
"""

VERSION = 1
"""Version of the channel; a client with another one is refused at its `Hello`."""
