"""What may be done: TOML profiles become checked structs, and these become an Envelope whose every limit has an origin."""
