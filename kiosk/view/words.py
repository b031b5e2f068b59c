"""Only this file says in words what control calls by a key: roles, and the totals that have limits."""

from __future__ import annotations

from kiosk.view.language import mark

ROLES = {
    "practitioner": mark("practitioner"),
    "technician": mark("technician"),
    "administrator": mark("administrator"),
}
TOTALS = {
    "point": mark("Point"),
    "zone": mark("Zone"),
    "zone shots": mark("Zone shots"),
    "session": mark("Session"),
    "session shots": mark("Session shots"),
    "product": mark("Product"),
    "syringe": mark("Syringe"),
    "needle": mark("Needle"),
    "course": mark("Course"),
    "course sessions": mark("Course sessions"),
}
"""The word for a total where there is no room for its title."""
FIGURES = {
    "depth": mark("depth"),
    "dose": mark("dose"),
    "spacing": mark("spacing"),
    "angle": mark("angle"),
    "technique": mark("technique"),
    "rate": mark("rate"),
    "sessions": mark("sessions"),
    "interval": mark("interval"),
}
"""The figures of a profile that a clinic may have to give."""
