"""`make fuzz`: whatever arrives by wire, socket or file is answered, refused or named: no crash and no motion."""
