"""Tests of the control process as a process, and of the command line."""
