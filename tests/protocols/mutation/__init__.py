"""`make mutate`: every limit check is broken in turn, in memory, and the tests of this room must notice each time."""
