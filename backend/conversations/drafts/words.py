"""The few words that are put into a response by the backend, in each language."""

from collections.abc import Sequence
from typing import Final

PAYMENTS: Final[dict[str, dict[str, str]]] = {
    "mpesa": {"en": "M-Pesa"},
    "upi": {"en": "UPI"},
    "cod": {
        "en": "cash on delivery",
        "sw": "taslimu mzigo ukifika",
        "sheng": "cash mzigo ikifika",
        "hi": "डिलीवरी पर नकद",
        "hi-Latn": "cash on delivery",
        "mr": "आल्यावर रोख",
        "mr-Latn": "cash on delivery",
    },
}
PAYMENT_BUTTONS: Final[dict[str, dict[str, str]]] = {
    **PAYMENTS,
    "cod": {"en": "Cash", "sw": "Taslimu", "hi": "नकद", "mr": "रोख"},
}
LEAVE_OUT: Final = {
    "en": "Leave it out",
    "sw": "Niache",
    "sheng": "Wacha tu",
    "hi": "रहने दें",
    "hi-Latn": "Rehne do",
    "mr": "राहू द्या",
    "mr-Latn": "Rahu dya",
}
OR: Final = {"en": "or", "sw": "au", "sheng": "ama", "hi": "या", "hi-Latn": "ya", "mr": "किंवा", "mr-Latn": "kinva"}


def in_language(row: dict[str, str], language: str) -> str:
    """The row's word in this language, or in English where it is the same."""
    return row.get(language, row["en"])


def one_of(words: Sequence[str], language: str) -> str:
    """Write `a, b or c`."""
    if len(words) < 2:  # noqa: PLR2004 - one word needs no joining
        return "".join(words)
    return f"{', '.join(words[:-1])} {in_language(OR, language)} {words[-1]}"
