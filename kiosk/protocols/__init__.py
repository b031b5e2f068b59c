"""What may be done: TOML profiles become checked structs, and these an Envelope whose every limit has an origin."""
