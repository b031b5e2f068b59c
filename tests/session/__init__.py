"""The engine against the simulated injector in virtual time, with a real ledger on disk."""
