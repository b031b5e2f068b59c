"""WHO MAY: roles, PIN rules, lockout and locking, as pure rules; nothing here reads a clock or a database."""
