"""Tests of the hardware layer over real pseudo-terminals."""
