"""Files of settings; for administrators."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.backup import Backup


class BackupScreen(Page):
    """See `kiosk.view.backup.Backup` for what it shows."""

    data = ObjectProperty(Backup(), rebind=True)
