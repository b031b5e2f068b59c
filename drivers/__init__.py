"""The hardware abstraction layer: what talks to the injector controller, the pins and the balance."""
