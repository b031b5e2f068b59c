"""Scripted sessions, played over the real wire or by real touches."""
