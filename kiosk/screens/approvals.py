"""Which treatments are approved; for administrators."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.approvals import Approvals


class ApprovalsScreen(Page):
    """See `kiosk.view.approvals.Approvals` for what it shows."""

    data = ObjectProperty(Approvals(), rebind=True)
