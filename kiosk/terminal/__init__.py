"""The seat at the device held by a shell: a calibration, step by step, with the commands and checks of the screen."""
