"""The simulated injector: its physics, its memory and the controller's rules, in virtual time."""
