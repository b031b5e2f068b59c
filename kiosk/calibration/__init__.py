"""HOW TRUE: what a measurement says about the device, in figures with their n and their uncertainty."""
