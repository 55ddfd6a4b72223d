"""What a report is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Which orders are counted.

    Attributes:
        days: Those of the last so many days, by the database's time.
        cities: Only of these; all where None. Lower case.
        merchant_id: Only of this merchant; of all where None.
    """

    days: int
    cities: tuple[str, ...] | None
    merchant_id: str | None
