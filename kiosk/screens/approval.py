"""One treatment with all that changed since it was approved; for administrators."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.approvals import Approving


class ApprovalScreen(Page):
    """See `kiosk.view.approvals.Approving` for what it shows."""

    data = ObjectProperty(Approving(), rebind=True)
