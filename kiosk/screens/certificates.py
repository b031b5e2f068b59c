"""Every certificate of this device; for technicians."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.certificates import Certificates


class CertificatesScreen(Page):
    """See `kiosk.view.certificates.Certificates` for what it shows."""

    data = ObjectProperty(Certificates(), rebind=True)
