"""The campaign: random sessions with random faults in virtual time, and what must hold at every instant of them."""
