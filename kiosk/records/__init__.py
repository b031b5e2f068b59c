"""WHAT WAS DONE: the ledger, its hash chain, migrations, reconciliation, reports and exports."""
