"""The other end of every wire: a simulated injector that answers on a real serial line.

Of the product it imports `drivers.registers` only.
"""
