"""Finds amounts in a message: how many, how much, for how much money, in which unit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.nlu import numbers, street
from bot.nlu.grammar import numbers as rows
from bot.nlu.grammar import units
from bot.nlu.normalise import fold
from bot.nlu.tokens import Token

SMALLEST_SPEND = 10
_LONGEST_DIGITS = 5
# "Pav" is a quarter before a unit, and bread elsewhere.
_QUARTER_OR_BREAD = frozenset({"pav", "पाव"})
_SHORTEST_SCALE = 2  # "k" and "so" after digits are other words as often


@dataclass(frozen=True)
class Amount:
    """An amount over tokens `first` to `last` (exclusive); `sure` says that it needs no context to be one."""

    first: int
    last: int
    value: float | None
    kind: str
    unit: str | None = None
    high: float | None = None
    currency: str | None = None
    repeat: bool = False
    sure: bool = False


@dataclass(frozen=True)
class _Number:
    value: float
    last: int
    digits: bool
    money: bool = False
    fraction: bool = False


@lru_cache(maxsize=1)
def _unit_rows() -> dict[str, tuple[str, str]]:
    measures = {fold(word): (unit, "measure") for unit, words in units.MEASURES.items() for word in words.split()}
    packs = {fold(word): (unit, "pack") for unit, words in units.PACKS.items() for word in words.split()}
    return {**packs, **measures}


@lru_cache(maxsize=1)
def _currency_rows() -> dict[str, str]:
    return {fold(word): code for code, words in units.CURRENCIES.items() for word in words.split()}


@lru_cache(maxsize=1)
def _fractions() -> dict[str, float]:
    return {fold(word): value for word, value in rows.FRACTIONS.items()}


@lru_cache(maxsize=1)
def _shifts() -> dict[str, float]:
    return {fold(word): value for word, value in rows.SHIFTS.items()}


@lru_cache(maxsize=1)
def _vague() -> dict[str, float | None]:
    return {fold(word): value for word, value in rows.VAGUE.items()}


@lru_cache(maxsize=1)
def _scales() -> dict[str, int]:
    tables = ((1000, rows.THOUSANDS), (100, rows.HUNDREDS))
    words = ((fold(word), scale) for scale, table in tables for names in table.values() for word in names.split("|"))
    return {word: scale for word, scale in words if len(word) > _SHORTEST_SCALE}


def unit_of(word: str) -> tuple[str, str] | None:
    """Give the unit and its kind for a folded word, or None."""
    return _unit_rows().get(word)


@lru_cache(maxsize=8192)
def word_kind(word: str) -> str:
    """Classify a folded word for the tagger: number, fraction, unit, currency, money slang, vague or nothing."""
    tables = (
        ("shift", _shifts()), ("fraction", _fractions()), ("currency", _currency_rows()),
        ("slang", rows.SHENG_MONEY), ("vague", _vague()),
    )  # fmt: skip
    unit = unit_of(word)
    if unit:
        return unit[1] + ("_weak" if word in units.WEAK else "")
    for name, table in tables:
        if word in table:
            return name
    if word[:1].isdigit():
        return "digits" if word.isdigit() and len(word) <= _LONGEST_DIGITS else "long_digits"
    return "number" if numbers.read((word,)) else ""


@lru_cache(maxsize=16384)
def may_begin(word: str) -> bool:
    """Tell whether an amount, or an hour of the day, can begin with a folded word; most can't."""
    leads = units.HOUR_BEFORE | units.WORTH_BEFORE | units.TIMES | rows.ARTICLES
    return word in leads or word_kind(word) != ""


_HOURS = 24


class AmountFinder:
    """Reads the amounts of one message, left to right, longest first."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._words = [token.norm for token in tokens]
        self._numbers: dict[int, _Number | None] = {}  # By where they begin: each shape of an amount asks anew.
        self._wholes: dict[int, _Number | None] = {}

    def find(self) -> list[Amount]:
        """Return the amounts in order; none overlaps another."""
        out: list[Amount] = []
        at = 0
        while at < len(self._words):
            begins = may_begin(self._words[at])
            at = self._behind_clock(at) if begins else at
            amount = self._at(at) if begins else None
            out += [amount] if amount else []
            at = amount.last if amount else at + 1
        return out

    def _behind_clock(self, at: int) -> int:
        """Step over an hour of the day ("saa tatu", "2pm", "paanch baje"), which counts nothing."""
        named = self._word(at) in units.HOUR_BEFORE
        number = self._whole(at + named)
        if number is None or number.value > _HOURS or self._tokens[at].is_break:
            return at
        if self._word(number.last) in units.HOUR_AFTER:
            return number.last + 1
        return number.last if named else at

    def _numbers_a_line(self, at: int) -> bool:
        """Tell the number of a list's line ("2. rice") from an amount."""
        opens = at == 0 or self._tokens[at - 1].is_break
        closes = self._word(at + 1) in {".", ")"} and self._tight(at + 1) and not self._tight(at + 2)
        return opens and closes and self._tokens[at].is_number and bool(self._word(at + 2).strip())

    def _at(self, at: int) -> Amount | None:
        if self._numbers_a_line(at):
            return None
        for reader in (
            self._money,
            self._unit_first,
            self._vague,
            self._times_first,
            self._number_first,
            self._lone_unit,
        ):
            amount = reader(at)
            if amount:
                return self._spread(amount)
        return None

    def _word(self, at: int) -> str:
        return self._words[at] if 0 <= at < len(self._words) else ""

    # numbers with their halves and quarters

    def _number(self, at: int) -> _Number | None:
        if at not in self._numbers:
            self._numbers[at] = self._read_number(at)
        return self._numbers[at]

    def _read_number(self, at: int) -> _Number | None:
        word = self._word(at)
        if word in _shifts():
            return self._shifted(at)
        if word in _fractions():
            return self._fraction(at)
        if street.starts(word):
            value, last = street.read(self._words, at, lambda other: unit_of(other) is not None)
            return _Number(value, last, digits=False, money=True)
        whole = self._whole(at)
        return self._with_half(whole) if whole else None

    def _whole(self, at: int) -> _Number | None:
        if at not in self._wholes:
            self._wholes[at] = self._read_whole(at)
        return self._wholes[at]

    def _read_whole(self, at: int) -> _Number | None:
        word = self._word(at)
        if word[:1].isdigit():
            return self._digits(at)
        hit = numbers.read(self._words, at)
        return _Number(float(hit[0]), hit[1], digits=False) if hit else None

    def _digits(self, at: int) -> _Number | None:
        text = self._word(at).replace(",", "") if self._grouped(self._word(at)) else self._word(at).replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
        if (
            self._word(at + 1) == "/"
            and self._word(at + 2).isdigit()
            and self._tight(at + 1)
            and int(self._word(at + 2))
        ):
            return _Number(value / int(self._word(at + 2)), at + 3, digits=True, fraction=True)
        scale = self._scale(at + 1)
        return _Number(value * scale, at + 1 + (scale > 1), digits=True)

    def _scale(self, at: int) -> int:
        """Read the multiplier after digits: "2 hazaar", "5 thousand"."""
        return _scales().get(self._word(at), 1)

    @staticmethod
    def _grouped(word: str) -> bool:
        head, *groups = word.split(",")
        return bool(groups) and all(len(group) == 3 for group in groups) and head != "0"  # noqa: PLR2004 - 1,200

    def _with_half(self, whole: _Number) -> _Number:
        at = whole.last
        joined = self._word(at) in {"and", "na", "n", "&"}
        article = joined and self._word(at + 1) in rows.ARTICLES
        part = _fractions().get(self._word(at + joined + article))
        small = part is not None and part < 1
        if small and (joined or self._word(at) in "½¼¾⅓⅔⅛") and self._word(at) != "":
            return replace(whole, value=whole.value + (part or 0), last=at + joined + article + 1, fraction=True)
        if whole.digits and whole.value < 100 and self._word(at).isdigit() and self._word(at + 1) == "/":  # noqa: PLR2004
            tail = self._digits(at)
            if tail and tail.fraction and tail.value < 1:
                return replace(whole, value=whole.value + tail.value, last=tail.last, fraction=True)
        return whole

    def _fraction(self, at: int) -> _Number:
        value, last = _fractions()[self._word(at)], at + 1
        if self._word(at) == "robo" and self._word(last) == "tatu":
            return _Number(0.75, last + 1, digits=False, fraction=True)
        if value > 1 and self._word(last) in numbers.numerals("hi").hundred | numbers.numerals("hi-Latn").hundred | {
            "शे",
            "she",
        }:
            return _Number(value * 100, last + 1, digits=False)
        thousand = numbers.numerals("hi").thousand | numbers.numerals("hi-Latn").thousand
        if value > 1 and self._word(last) in thousand:
            return _Number(value * 1000, last + 1, digits=False)
        return _Number(value, last, digits=False, fraction=True)

    def _shifted(self, at: int) -> _Number | None:
        """Read "sava do" (2.25), "sadhe teen sau" (350), "sava kilo" (1.25)."""
        shift = _shifts()[self._word(at)]
        hundreds = numbers.numerals("hi").hundred | numbers.numerals("hi-Latn").hundred
        base = numbers.read(self._words[: at + 2], at + 1) if self._word(at + 1) else None
        value, last = (float(base[0]), base[1]) if base and base[0] < 100 else (1.0, at + 1)  # noqa: PLR2004
        if self._word(last) in hundreds:
            return _Number((value + shift) * 100, last + 1, digits=False)
        if not base and not unit_of(self._word(last)):
            return None
        return _Number(value + shift, last, digits=False, fraction=True)

    # the shapes of an amount

    def _money(self, at: int) -> Amount | None:
        before = self._word(at) in units.WORTH_BEFORE and not self._tokens[at].is_break
        start = at + 1 if before else at
        code = self._currency(start)
        number = self._number(start + 1 if code else start)
        if number is None or (not code and self._slashed(number, start)):
            return None
        last = number.last
        after = None if code else self._currency(last)
        last += bool(after)
        if self._word(last) == "/" and self._word(last + 1) in {"-", "="}:
            code, last = code or after or "", last + 2
        worth = self._word(last) in units.WORTH_AFTER
        large = number.value >= SMALLEST_SPEND and not number.fraction
        led = before and (self._word(at) != "wa" or self._word(start) == "mia") and not unit_of(self._word(last))
        if not (code is not None or after or number.money or (large and (worth or led))):
            return None
        sure = bool(code or after or number.money)
        return Amount(at, last + worth, number.value, "money", currency=code or after or None, sure=sure)

    def _slashed(self, number: _Number, start: int) -> bool:
        return number.fraction and start > 0 and self._word(start - 1) == "/"

    def _currency(self, at: int) -> str | None:
        code = _currency_rows().get(self._word(at))
        return code or None

    def _vague(self, at: int) -> Amount | None:
        word = self._word(at)
        start = at + 1 if word in rows.ARTICLES and self._word(at + 1) in _vague() else at
        if self._word(start) not in _vague():
            return None
        value = _vague()[self._word(start)]
        return Amount(at, start + 1, value, "vague", sure=False)

    def _times_first(self, at: int) -> Amount | None:
        if self._word(at) not in units.TIMES:
            return None
        number = self._number(at + 1)
        return Amount(at, number.last, number.value, "count", sure=number.digits) if number else None

    def _number_first(self, at: int) -> Amount | None:
        number = self._number(at)
        if number is None or (number.digits and len(self._word(at).partition(".")[0]) > _LONGEST_DIGITS):
            return None
        if self._word(at) in _QUARTER_OR_BREAD and not unit_of(self._word(number.last)):
            return None
        high = self._high(number)
        last = high.last if high else number.last
        times = self._word(last) in units.TIMES and self._word(last) not in {"mara", "times"}
        last += times
        article = self._word(last) in rows.ARTICLES and number.fraction
        unit = unit_of(self._word(last + article))
        if unit:
            last += article + 1
        return self._built(at, last, number, high, unit, sure=number.digits or bool(unit))

    def _built(
        self, at: int, last: int, number: _Number, high: _Number | None, unit: tuple[str, str] | None, *, sure: bool
    ) -> Amount:
        value = number.value
        last, value = self._and_half_after(last, value, unit)
        kind = unit[1] if unit else "count"
        return Amount(at, last, value, kind, unit[0] if unit else None, high.value if high else None, sure=sure)

    def _and_half_after(self, last: int, value: float, unit: tuple[str, str] | None) -> tuple[int, float]:
        """Read the half in "kilo mbili na nusu" or "2 kilo and a half"."""
        if unit and self._word(last) in {"na", "and"}:
            article = self._word(last + 1) in rows.ARTICLES
            part = _fractions().get(self._word(last + 1 + article), 0.0)
            if 0 < part < 1 and not unit_of(self._word(last + 2 + article)):
                return last + 2 + article, value + part
        return last, value

    def _high(self, number: _Number) -> _Number | None:
        """Read the upper end of "2-3", "do teen" or "mbili au tatu"."""
        at = number.last
        joined = self._word(at) in units.RANGE_JOINERS
        upper = self._number(at + 1) if joined else self._whole(at) if not number.digits else None
        if upper is None or number.money or upper.money:
            return None
        near = number.value < upper.value <= number.value * 3
        plain = joined or (upper.value == number.value + 1 and not upper.digits and number.value < 10)  # noqa: PLR2004
        return upper if near and plain and not number.fraction else None

    def _unit_first(self, at: int) -> Amount | None:
        """Read Swahili's order, unit then number: "kilo mbili na nusu", "pakiti tatu", "kilo nusu"."""
        unit = unit_of(self._word(at))
        if unit is None or self._word(at) in units.WEAK:
            return None
        joined = self._word(at + 1) == "na" and self._word(at + 2) in _fractions()
        number = self._number(at + 1 + joined)
        if number is None or number.money or self._tight_number(at, number):
            return None
        value = number.value + 1 if joined else number.value
        last, value = self._and_half_after(number.last, value, unit)
        return Amount(at, last, value, unit[1], unit[0], sure=not number.digits)

    def _tight_number(self, at: int, number: _Number) -> bool:
        """Tell "kilo 2 kg" and "packet 500g" (a size follows) from "kilo 2"."""
        follow = unit_of(self._word(number.last))
        return number.digits and (follow is not None or (at > 0 and self._tokens[at - 1].is_number))

    def _lone_unit(self, at: int) -> Amount | None:
        word = self._word(at)
        article = word in rows.ARTICLES
        unit = unit_of(self._word(at + article))
        if unit is None or (not article and self._word(at) in units.WEAK):
            return None
        half = self._word(at + article + 1) in _fractions()
        last = at + article + 1
        value = 1.0
        if half and _fractions()[self._word(last)] < 1:
            value, last = _fractions()[self._word(last)], last + 1
        return Amount(at, last, value, unit[1], unit[0], sure=article)

    def _spread(self, amount: Amount) -> Amount:
        """Mark doubling ("mbili mbili", "2-2") and "each"."""
        if amount.kind == "count":
            at = amount.last + (self._word(amount.last) in {"-", ","} and self._tight(amount.last))
            again = self._whole(at)
            if again and again.value == amount.value and not unit_of(self._word(again.last)):
                return replace(amount, last=again.last, repeat=True)
        if self._word(amount.last) in {"each", "apiece"}:
            return replace(amount, last=amount.last + 1, repeat=True)
        if self._word(amount.first - 1) in units.EACH - {"each"}:
            return replace(amount, repeat=True)
        return amount

    def _tight(self, at: int) -> bool:
        return 0 < at < len(self._tokens) and self._tokens[at].start == self._tokens[at - 1].end


def find_amounts(tokens: Sequence[Token]) -> list[Amount]:
    """Return the amounts of a message, in order."""
    return AmountFinder(tokens).find()
