"""The other end of every wire: a simulated injector that answers on a real serial line. Imports drivers.registers only."""
