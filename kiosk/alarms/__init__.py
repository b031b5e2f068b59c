"""Alarms: conditions, occurrences, signals and suppression, each apart from the others (ALM-1); time is given."""
