"""How large a test of many is: small in each run, as large as the reliability notes ask by `make nightly-money`."""

import os
from typing import Final

FULL: Final = os.environ.get("DUKA_FULL_SIZES") == "1"  # noqa: TID251 - the nightly run's way to say it


def sized(small: int, full: int) -> int:
    """Return how many of something a test makes."""
    return full if FULL else small
