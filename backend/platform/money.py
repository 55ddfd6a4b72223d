"""Money as integer minor units with its currency."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel.numbers import format_currency, format_decimal

from backend.platform.errors import UnprocessableError

_TYPED: Final = re.compile(r"(\d{1,12})(?:\.(\d{1,2}))?")


class CurrencyMismatchError(UnprocessableError):
    """Two amounts of different currencies met."""

    code = "money.currency_mismatch"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (cents, paise) of one currency."""

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency."""
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Take off an amount of the same currency."""
        return Money(self.minor - self._same(other).minor, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            message = f"can't mix {self.currency} and {other.currency}"
            raise CurrencyMismatchError(message)
        return other

    @property
    def major(self) -> Decimal:
        """The amount in whole units, exact to two decimals."""
        return Decimal(self.minor).scaleb(-2)

    def format(self, locale: str = "en") -> str:
        """Write the amount as a shop would: `KSh 420`, `₹1,250.50`."""
        return _written(self.minor, self.currency, locale)


@lru_cache(maxsize=8192)  # Shops' amounts come again and again, and writing one takes long.
def _written(minor: int, currency: str, locale: str) -> str:
    major, decimals = Money(minor, currency).major, ".00" if minor % 100 else ""
    if currency == "KES":
        return "KSh " + format_decimal(major, f"#,##0{decimals}", locale="en")
    return format_currency(major, currency, f"¤#,##,##0{decimals}", locale=locale, currency_digits=False)


class AmountUnreadableError(UnprocessableError):
    """What was typed is no amount of money."""

    code = "money.amount_unreadable"
    title = "Write amounts as numbers, such as 350 or 99.50"


def minor_of(typed: str) -> int:
    """Return a typed amount of whole units in minor units.

    Raises:
        AmountUnreadableError: It is no amount, or has more than two decimals.
    """
    found = _TYPED.fullmatch(typed.replace(",", "").strip())
    if found is None:
        raise AmountUnreadableError(typed=typed[:20])
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
