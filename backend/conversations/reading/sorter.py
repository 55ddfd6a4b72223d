"""Tells goods from the other words of a message by the bot's tags, the word lists and the shop's own words."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, stems
from backend.catalog.linking.index import EQUAL, SAME_GOOD
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.catalog.linking.terms import as_ware, is_joint_ware, is_unit, spoken_number, term
from backend.conversations.reading.pieces import (
    ASKS_ME,
    CUTS,
    FOR_WHOM,
    UNREAD,
    Kind,
    Piece,
    cues,
    no_goods_words,
)
from backend.conversations.reading.slips import number_of_word, number_words
from backend.conversations.reading.verbs import asks_to_treat

_COMBO: Final = "combo"
_ANDS: Final = frozenset({"nd", "n"})  # each an "and" that the bot may take for a part of a name
_GOODS_TAGS: Final = frozenset({"ITEM", "OPTION", "REMOVE"})
_KNOWN: Final = 0.72
_CERTAIN: Final = 0.9
_LIKELY: Final = 0.5
_DOUBTED: Final = 0.975
_HALF_DOUBTED: Final = 0.93
_NEVER_MET: Final = 0.92
_LIKELY_NOT: Final = 0.6
_HEARD: Final = 0.85
_KEPT: Final = 20_000


class _Said(NamedTuple):
    """What a word says by itself in a shop, whatever the bot takes it for.

    `likeness` is that of the nearest word of the shop, from 0 to 1.
    """

    joins: bool
    adds: bool
    steers: bool
    refuses: bool
    sizes: bool
    joint: bool
    likeness: float
    may_be_good: bool


def _said_by(word: str, key: str, catalogue: Catalogue) -> _Said:
    lex, known, typed = lexicon(), cues(), word.lower()
    likeness = catalogue.index.best(term(key))
    held = key in lex.containers and key not in catalogue.vessels and not _counts_only(word, key)
    counts = not stems(key).isdisjoint(catalogue.units) and key not in catalogue.index.by_key
    # "Free" sounds like the brand Fri; a word that is never a good is one only where the shop spells it so. But
    # गुड़ is jaggery, though it sounds like "good".
    written = typed in catalogue.written
    spelt = written or typed not in known.never_written
    addresses = typed in known.address_words and not written
    return _Said(
        joins=key in known.joins and typed not in number_words(),  # "सात", seven, is no "साथ".
        adds=key in lex.sizes and typed in known.helped,  # "Badha", to add, sounds as "bada", big, does.
        steers=key in _steering(),
        refuses=key in known.refusals_after and key not in catalogue.index.by_key,
        sizes=key in lex.sizes or held,
        joint=key in lex.filler or lex.is_joint(key) or counts,
        likeness=likeness,
        may_be_good=not addresses and (key not in known.never_goods or (likeness >= EQUAL and spelt)),
    )


def _told_of(token: Mapping[str, Any]) -> tuple[str, float]:
    p = float(token.get("p", 1.0))
    return token.get("tag", "O"), p if token.get("met", True) else min(p, _NEVER_MET)


class Sorter:
    """Sorts the words of one message."""

    def __init__(
        self, reading: Mapping[str, Any], catalogue: Catalogue, *, trusted: bool, standing: frozenset[str]
    ) -> None:
        self._standing = standing
        self._tokens = [(t["start"], t["end"], *_told_of(t)) for t in reading.get("tokens") or ()]
        self._opening = {start: (tag, p) for start, _, tag, p in self._tokens}
        mentions = [*enumerate(reading.get("mentions") or ())]
        options = [(one, number) for number, mention in mentions for one in mention.get("options") or ()]
        self._mentions = [
            *((mention["start"], mention["end"], number) for number, mention in mentions),
            *((option["start"], option["end"], number) for option, number in options),
        ]
        self._catalogue = catalogue
        self._orders = (reading.get("intent") or {}).get("name") == "place_order"
        self._trusted = trusted

    def sort(self, start: int, end: int, word: str, *, named: bool = False, together: bool = False) -> Piece:
        """Classify one word.

        Args:
            start: Where it starts.
            end: Where it ends.
            word: It as it was typed.
            named: Whether it and the word beside it stand together in a row's name.
            together: Whether it and the words beside it name one good or sort.
        """
        number = word.lower() in number_words()  # "Teen", three, is no tin where tins are sold.
        key = fold(word) if number else self._as_ware(word, fold(word))
        mention = self.mention(start)
        tag, p = self._tag(start)
        kind, weak = self._kind(word, key, mention, tag, p)
        if kind in UNREAD and self._may_be_loan(key, mention, tag, p):
            key = self._catalogue.heard(word) or key
            kind, weak = self._kind(word, key, mention, tag, p)
        if (named and kind in CUTS) or (kind is Kind.BREAK and self._is_spelt(word)):
            kind, weak = Kind.GOODS, False  # "Clinic Plus", "wet fry": a part of the name, whatever it says.
        if named and kind is Kind.SIZE and lexicon().containers.get(key) == _COMBO:
            kind, weak = Kind.GOODS, False  # "Family combo" has no other word for what it is.
        if kind is Kind.GOODS and not named and self._only_counts(word, key):
            kind, weak = Kind.OTHER, False
        if together and kind in UNREAD:
            kind = Kind.RECOVERED if mention is None else Kind.GOODS
        recovered = kind is Kind.RECOVERED
        kind = Kind.GOODS if recovered else kind
        return Piece(kind, start, end, word, key, mention=mention, weak=weak, recovered=recovered)

    def _as_ware(self, word: str, key: str) -> str:
        """The key of a word, marked where it is a good here; what sounds like filler is one as the shop spells it."""
        spelt = key not in lexicon().filler or lexicon().is_joint(key) or word.lower() in self._catalogue.written
        return as_ware(key, self._catalogue.wares) if spelt else key

    def _is_spelt(self, word: str) -> bool:
        """Whether a name is spelt so, and what steers a message only sounds like it: कार, a car, is no कर, do."""
        return not word.isascii() and word in self._catalogue.written

    @staticmethod
    def _may_be_loan(key: str, mention: int | None, tag: str, p: float) -> bool:
        """Whether a word that nothing explains may be an English one in other letters: the bot must half think so."""
        steering = cues()
        known = key in steering.never_goods or key in steering.more or key in steering.asks
        tagged = mention is not None or tag in _GOODS_TAGS
        return not known and (tagged or p < _DOUBTED) and spoken_number(key) is None

    def _only_counts(self, word: str, key: str) -> bool:
        """Whether a word for a number stands apart from the name of several words that it is a part of ("ek reghi")."""
        number = word.lower() in number_words() and not key.isdigit()
        return number and key not in self._catalogue.bare_names

    def mention(self, start: int) -> int | None:
        """The number of the bot's mention around a place, or None."""
        return next((n for first, last, n in self._mentions if first <= start < last), None)

    def _tag(self, start: int) -> tuple[str, float]:
        """The bot's tag for a word; how sure it says to be of one that it has never met means little."""
        inside = ((tag, p) for first, last, tag, p in self._tokens if first <= start < last)
        return self._opening.get(start) or next(inside, ("O", 0.5))

    def _sold(self, key: str) -> bool:
        """Whether a word is all that a row is called ("switch"), in a message that orders anew and changes nothing."""
        return self._orders and key in self._catalogue.bare_names

    def _kind(self, word: str, key: str, mention: int | None, tag: str, p: float) -> tuple[Kind, bool]:
        said = self._said(word, key)
        if said.joins and (mention is None or key in _ANDS):
            return Kind.JOIN, False
        if said.adds or (said.steers and (mention is None or said.refuses)):
            return (Kind.GOODS if self._sold(key) else Kind.BREAK), False
        if said.sizes:
            return Kind.SIZE, False
        likeness = said.likeness
        tagged = mention is not None or (tag in _GOODS_TAGS and p >= _LIKELY) or self._trusted
        doubted = _DOUBTED if likeness >= EQUAL else _HALF_DOUBTED if likeness >= SAME_GOOD else _LIKELY_NOT
        # A word tagged as an amount reaches this place only if it is a good of this shop ("pav").
        unsure = p < doubted or tag == "AMOUNT"
        unsure = unsure or is_joint_ware(key)  # The bot has met it as a joint alone.
        meant = tagged or key in self._standing or (likeness >= _HEARD and unsure)
        if said.joint:
            return (Kind.GOODS, True) if tagged and likeness >= _CERTAIN and not self._trusted else (Kind.JOINT, False)
        if said.may_be_good and likeness >= (_KNOWN if tagged else _HEARD if meant else _CERTAIN):
            return (Kind.GOODS if tagged or not meant else Kind.RECOVERED), not meant
        return (Kind.FOREIGN if tagged and self._foreign(word, key) else Kind.OTHER), False

    def _said(self, word: str, key: str) -> "_Said":
        known: dict[tuple[str, str], _Said] = self._catalogue.said
        found = known.get((word, key))
        if found is None:
            if len(known) > _KEPT:
                known.clear()
            found = known[word, key] = _said_by(word, key, self._catalogue)
        return found

    def _foreign(self, word: str, key: str) -> bool:
        """Whether a word that the catalogue lacks may be a good that the shop does not hold, and no choice or cue."""
        known = cues()
        listed = key in known.never_goods and word.lower() in known.never_written  # "Fry" only sounds like "free".
        if listed or word.lower() in known.address_words:
            return False
        number = number_of_word(word.lower()) or spoken_number(key) or 0
        if number >= 1 or ASKS_ME.fullmatch(word.lower()) or FOR_WHOM.fullmatch(word.lower()) or asks_to_treat(word):
            return False
        if self._trusted or key in no_goods_words() or is_unit(key) or key[:1].isdigit():
            return False
        return key not in self._catalogue.choices and sense_of(key).isdisjoint(self._catalogue.choice_senses)


@lru_cache(maxsize=1)
def _steering() -> frozenset[str]:
    """Words that say what happens to the goods beside them, and so stand between two of them."""
    known, lex = cues(), lexicon()
    said = known.corrections.union(known.set, known.off_before, known.off_after, known.negations, known.puts)
    return frozenset(key for key in said if not lex.is_joint(key) and key not in lex.sizes)


def _counts_only(word: str, key: str) -> bool:
    """Whether a word is a number in Devanagari, whose sound in Latin letters is that of a container (तीन, a tin)."""
    return not word.isascii() and spoken_number(key) is not None
