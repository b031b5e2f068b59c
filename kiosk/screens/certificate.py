"""One certificate: verdict, every figure against its limit, instruments, files."""

from __future__ import annotations

from kivy.properties import ObjectProperty

from kiosk.screens.page import Page
from kiosk.view.certificates import Certificate


class CertificateScreen(Page):
    """See `kiosk.view.certificates.Certificate` for what it shows."""

    data = ObjectProperty(Certificate(), rebind=True)
