"""The controller's rules, stated against any port: the model in process, the bench on a serial line, a real board."""
