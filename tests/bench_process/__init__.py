"""Tests of the simulated device's wire, panel and process."""
