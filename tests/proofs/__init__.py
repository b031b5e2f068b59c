"""The long proofs, each with its short form among the tests."""
