"""WHAT IS BEING DONE: a pure engine that steps in given time, and the loop that performs its effects."""
