"""Tests of what a measurement says about the device."""
