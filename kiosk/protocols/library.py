"""The door of the profiles: what the rest of the product calls to load, check and describe them."""

from __future__ import annotations

from kiosk.protocols.report import Report, check_file, json_schemas
from kiosk.protocols.shelf import SHIPPED, Library, fingerprint, load

__all__ = ["SHIPPED", "Library", "Report", "check_file", "fingerprint", "json_schemas", "load"]
