"""Writes one invented message in one language: goods, amounts, places, ways of paying, as labelled pieces."""

import random
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex

from bot.nlu.grammar.numbers import SHENG_MONEY
from bot.nlu.numbers import say
from bot.training.goods import Good, address, country_of, load, shops
from bot.training.pieces import Piece, marked

if TYPE_CHECKING:
    from collections.abc import Callable

_SLOT = regex.compile(r"\{(\w+)\}")
_MIXES = (
    ("en", "sw"),
    ("sheng", "en"),
    ("en", "hi-Latn"),
    ("hi-Latn", "mr-Latn"),
    ("hi", "en"),
    ("mr", "en"),
    ("mr-Latn", "en"),
    ("hi-Latn", "sw"),
    ("mr", "hi-Latn"),
)


@lru_cache(maxsize=8)
def phrases(lang: str) -> dict[str, Any]:
    """Return a language's phrases."""
    found: dict[str, Any] = load(f"phrases/{lang}.yml")
    return found


@lru_cache(maxsize=1)
def words() -> dict[str, Any]:
    """Return options, units and the like."""
    found: dict[str, Any] = load("words.yml")
    return found


class Writer:
    """One speaker at one shop: keeps the language, the trade and the country through a message."""

    def __init__(self, rng: random.Random, lang: str) -> None:
        self.rng = rng
        self.lang = lang
        self._mix = rng.choice(_MIXES) if lang == "mixed" else (lang, lang)
        self.country = country_of(self._mix[0], rng)
        self._goods = rng.choice(list(shops().values()))
        self._digits = rng.random() < (0.75 if lang == "en" else 0.5)
        self._held: str | None = None
        self._slots: dict[str, Callable[[], list[Piece]]] = {
            "i": lambda: [Piece(self.item(), "item")],
            "i2": lambda: [Piece(self.item(), "item")],
            "o": lambda: [Piece(self.option(), "option")],
            "o2": lambda: [Piece(self.option(), "option")],
            "n": lambda: [Piece(self.number(), "quantity")],
            "n2": lambda: [Piece(self.number(), "quantity")],
            "d": lambda: [Piece(str(self.count()), "quantity")],
            "w": lambda: [Piece(self.spoken(self.count()), "quantity")],
            "h": lambda: [Piece(self.rng.choice(self._say("half")), "quantity")],
            "u": lambda: [Piece(self.unit(), "unit")],
            "qu": self.amount,
            "q1": lambda: [Piece("1", "quantity"), Piece(" "), Piece(self.unit(), "unit")],
            "a": self.article,
            "m": self.money,
            "m2": lambda: [Piece(str(self.spend()), "quantity")],
            "mw": lambda: [Piece(self.spoken(self.spend()), "quantity")],
            "s": lambda: [Piece(self.rng.choice(list(SHENG_MONEY)), "quantity")],
            "L": self.lines,
            "A": lambda: [Piece(address(self.country, self.rng), "address")],
            "P": lambda: [Piece(self.phone(), "phone")],
            "R": lambda: [Piece(self.receipt(), "receipt")],
            "U": lambda: [Piece(str(self.rng.randint(10**11, 10**12 - 1)), "receipt")],
            "RB": lambda: [Piece(self.readback())],
            "N": lambda: [Piece(str(self.rng.randint(1000, 9999)))],
            "name": lambda: [Piece(self.rng.choice(words()["people"]))],
        }

    # --- phrases

    def speaks(self) -> str:
        """Choose the language of the next phrase; only a mixed message ever changes it."""
        return self.rng.choice(self._mix)

    def _say(self, key: str) -> list[str]:
        found: list[str] = phrases(self.speaks())[key]
        return found

    def phrase(self, *keys: str) -> list[Piece]:
        """Fill a phrase chosen under one key, or under a key and a sub-key."""
        lang = self.speaks()
        found = phrases(lang)[keys[0]]
        for key in keys[1:]:
            found = found[key]
        return self.fill(str(self.rng.choice(found)), lang)

    def fill(self, template: str, lang: str | None = None) -> list[Piece]:
        """Put pieces into a template's slots; `[...]` marks words of removal."""
        held, self._held = self._held, lang
        out: list[Piece] = []
        at = 0
        for found in _SLOT.finditer(template):
            out += marked(template[at : found.start()], "remove")
            out += self._slots[found[1]]()
            at = found.end()
        self._held = held
        return [*out, *marked(template[at:], "remove")]

    # --- goods and amounts

    def good(self) -> Good:
        """Choose a good of this shop."""
        return self.rng.choice(self._goods)

    def item(self) -> str:
        """Name a good; now and then under a brand nobody has heard of, so that place and grammar must tell."""
        roll = self.rng.random()
        if roll < 0.16:  # noqa: PLR2004
            return self._brand()
        name = self.good().name(self._tongue(), self.rng)
        if roll < 0.26:  # noqa: PLR2004
            name = f"{self._brand()} {name}"
        return name.capitalize() if self.rng.random() < 0.15 else name  # noqa: PLR2004

    def _tongue(self) -> str:
        return self._held or self.speaks()

    def _brand(self) -> str:
        syllables = words()["syllables"]
        made = "".join(self.rng.choice(syllables) for _ in range(self.rng.choice((2, 2, 3))))
        return made.capitalize() if self.rng.random() < 0.4 else made  # noqa: PLR2004

    def option(self) -> str:
        """Name a size, colour or kind."""
        return str(self.rng.choice(words()["options"].get(self._tongue()) or words()["options"]["en"]))

    def count(self) -> int:
        """Choose how many, mostly few."""
        return self.rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5, 6, 8, 10, 12, 15, 20, self.rng.randint(1, 100)))

    def number(self) -> str:
        """Write how many, in digits or words."""
        count = self.count()
        if self._digits or self.rng.random() < 0.2:  # noqa: PLR2004
            return self._native(str(count))
        return self.spoken(count)

    def _native(self, digits: str) -> str:
        if self.lang in {"hi", "mr"} and self.rng.random() < 0.25:  # noqa: PLR2004
            return digits.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
        return digits

    def spoken(self, count: int) -> str:
        """Say a number; Swahili small numbers agree with their noun at times."""
        lang = self._tongue()
        if lang == "sw" and count in {1, 2, 3, 4, 5} and self.rng.random() < 0.35:  # noqa: PLR2004
            agreed = {
                1: "mmoja",
                2: "mawili miwili viwili",
                3: "matatu mitatu vitatu",
                4: "manne minne vinne",
                5: "matano mitano vitano",
            }
            return self.rng.choice(agreed[count].split())
        return say(count, lang)

    def spend(self) -> int:
        """Choose a sum to spend."""
        return self.rng.choice((10, 20, 30, 50, 50, 60, 80, 100, 100, 150, 200, 300, 500, 1000))

    def money(self) -> list[Piece]:
        """Write a sum, in the country's ways."""
        sum_ = self.spend()
        forms = (
            ("{}", "{}", "ksh {}", "{} bob", "{}/-", "{}/=", "sh {}")
            if self.country == "KE"
            else ("{}", "{}", "₹{}", "rs {}", "{} rs", "{}/-")
        )
        return [Piece(self.rng.choice(forms).format(sum_), "quantity")]

    def unit(self) -> str:
        """Choose a unit word."""
        kind = self.rng.choice((self.good().sale, "w", "w", "c"))
        lang = self._tongue()
        return str(self.rng.choice(words()["units"][kind].get(lang) or words()["units"][kind]["en"]))

    def amount(self) -> list[Piece]:
        """Write a number with its unit, touching or apart."""
        unit = self.unit()
        number = (
            self.rng.choice(("100", "200", "250", "500", "750"))
            if unit.startswith(("g", "ml", "ग्र", "ग्रॅ")) and len(unit) > 1
            else self.number()
        )
        gap = "" if number.isdigit() and unit.isascii() and self.rng.random() < 0.5 else " "  # noqa: PLR2004
        return [Piece(number, "quantity"), Piece(gap), Piece(unit, "unit")]

    def article(self) -> list[Piece]:
        """Write "a" or "one"."""
        return [Piece(self.rng.choice(words()["articles"]["en"][:3]), "quantity")]

    def line(self) -> list[Piece]:
        """Write one order line."""
        roll = self.rng.random()
        key = "line" if roll < 0.78 else "measured" if roll < 0.9 else "money_line" if roll < 0.97 else "vague_line"  # noqa: PLR2004
        return self.phrase(key)

    def lines(self, most: int = 2) -> list[Piece]:
        """Write a few order lines, joined."""
        out = self.line()
        for _ in range(self.rng.choice((0, 0, 0, 1, 1, 2)[: most + 3]) if most else 0):
            out += [Piece(self.rng.choice(self._say("joins"))), *self.line()]
        return out

    def readback(self) -> str:
        """Write what a bot would read back: goods, numbers and a total."""
        goods = [
            f"{self.rng.randint(1, 6)} x {self.item()}"
            if self.rng.random() < 0.5  # noqa: PLR2004
            else f"{self.item()} {self.rng.randint(1, 6)}"
            for _ in range(self.rng.choice((1, 1, 2, 3)))
        ]
        total = self.rng.randint(40, 3000)
        return ", ".join(goods) + (f" = KES {total}" if self.country == "KE" else f" = ₹{total}")

    # --- slots

    def phone(self) -> str:
        """Write a phone number the way people of the country do; the numbers are nobody's."""
        rng = self.rng
        if self.country == "KE":
            body = rng.choice(("7", "1")) + "".join(rng.choice("0123456789") for _ in range(8))
            lead = rng.choice(("0", "0", "0", "+254", "254", "+254 "))
            gaps = rng.choice(("", "", " 3 6", " 2 5"))
        else:
            body = rng.choice("6789") + "".join(rng.choice("0123456789") for _ in range(9))
            lead = rng.choice(("", "", "", "+91", "+91 ", "91", "0"))
            gaps = rng.choice(("", "", " 5", " 3 6", "-5"))
        return lead + _spread(self._native(body), gaps)

    def receipt(self) -> str:
        """Write a code shaped like an M-Pesa receipt."""
        rng = self.rng
        return rng.choice("RSTUV") + "".join(
            rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") if rng.random() < 0.55 else rng.choice("0123456789")  # noqa: PLR2004
            for _ in range(9)
        )

    def payment(self) -> list[Piece]:
        """Name a way of paying."""
        local = "mpesa" if self.country == "KE" else "upi"
        kind = self.rng.choice((local, local, local, "cod", "cod", "cod", "card", "other"))
        return marked(self.rng.choice(phrases(self.speaks())["pay"][kind]), "payment")

    def note(self) -> list[Piece]:
        """Give an instruction to cook or rider."""
        return [Piece(self.rng.choice(self._say("note")), "note")]


def _spread(digits: str, gaps: str) -> str:
    if not gaps:
        return digits
    cuts = [int(cut) for cut in gaps.replace("-", " ").split()]
    mark = "-" if "-" in gaps else " "
    return mark.join(digits[a:b] for a, b in zip([0, *cuts], [*cuts, len(digits)], strict=True))
