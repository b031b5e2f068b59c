"""The seed that this run draws for its random tests; every worker and every process below it has the same one."""

from __future__ import annotations

import os
import secrets

_DRAWN = "NAPPAGE_RUN_SEED"


def of_this_run() -> int:
    """Drawn at the first call, handed down through the environment."""
    return int(os.environ.setdefault(_DRAWN, str(secrets.randbits(32))))


def fixed_and_fresh(*fixed: int) -> list[int]:
    """These seeds and this run's own; only NAPPAGE_SEED when somebody plays one again."""
    return [int(os.environ["NAPPAGE_SEED"])] if "NAPPAGE_SEED" in os.environ else [*fixed, of_this_run()]
