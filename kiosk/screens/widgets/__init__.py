"""The parts that screens are built of. A screen's kv file uses them by name."""
