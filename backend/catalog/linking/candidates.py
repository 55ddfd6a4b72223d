"""Finds the rows that a mention's goods words fit, each with how well and how exactly."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.index import Index, Phrase
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.terms import Term, Terms, merged

ENOUGH: Final = 0.72
_MOST_ROWS: Final = 400
_MOST_KEPT: Final = 4096
_FEW: Final = 20
_FAR_BEHIND: Final = 0.12
_CLEARLY_BEHIND: Final = 0.06
_COMBO: Final = "combo"  # A bundle is meant only where it is asked for as one.


class Exact(NamedTuple):
    """A phrase of a row that the mention says in full; `whole` where it says nothing else."""

    phrase: Phrase
    score: float
    whole: bool = True


class Candidate(NamedTuple):
    """A row that holds every goods word of a mention; `exact` are its phrases that hold nothing else."""

    row: int
    score: float
    exact: tuple[Exact, ...] = ()


def find(catalogue: Catalogue, terms: Terms) -> Sequence[Candidate]:
    """Rows that fit a mention, best first; each reading of the words (as said, merged, run together) is tried.

    Args:
        catalogue: The merchant's rows.
        terms: The mention; weak terms may stay unmatched.

    Returns:
        Candidates with scores in (0, 1]; those that only share a modifier with the mention are left out. A few are
        kept, since the same goods come in other numbers.
    """
    known, key = catalogue.found, (terms.goods, terms.container == _COMBO)
    kept: Sequence[Candidate] | None = known.get(key)
    if kept is not None:
        return kept
    found = _found(catalogue, terms)
    if len(found) <= _FEW:
        if len(known) >= _MOST_KEPT:
            known.clear()
        known[key] = found
    return found


def _found(catalogue: Catalogue, terms: Terms) -> list[Candidate]:
    best: dict[int, Candidate] = {}
    for shape in _shapes(catalogue.index, terms.goods):
        for candidate in _fitting(catalogue.index, shape):
            known = best.get(candidate.row)
            if known is None or _rank(candidate) > _rank(known):
                best[candidate.row] = candidate
    likely = _likely(catalogue, list(best.values()), terms.goods)
    bundle = terms.container == _COMBO or any(lexicon().containers.get(one.key) == _COMBO for one in terms.goods)
    likely = [one for one in likely if _is_bundle(catalogue, one.row) == bundle or _is_called_alone(catalogue, one)]
    top = max((one.score for one in likely), default=0.0)
    near = [_without_guesses(one, top) for one in likely if one.score >= top - _FAR_BEHIND]
    return sorted(near, key=lambda one: (*_rank(one), -one.row), reverse=True)[:_MOST_ROWS]


def _is_bundle(catalogue: Catalogue, row: int) -> bool:
    return catalogue.items[row].container == _COMBO


def _is_called_alone(catalogue: Catalogue, one: Candidate) -> bool:
    """Whether a bundle is called in full by a name without "combo" and with a word of no single good ("cake kit").

    That a word is a part of a single good's name ("meat feast") does not make it one ("family feast").
    """
    index = catalogue.index
    said = (exact.phrase.terms for exact in one.exact if exact.whole) if _is_bundle(catalogue, one.row) else ()
    words = (word.key for terms in said if terms.container != _COMBO for word in terms.goods)
    held = ((key, index.rows[index.by_key[key]]) for key in words if key in index.by_key)
    return any(not any(_is_single(catalogue, row, key) for row in rows) for key, rows in held)


def _is_single(catalogue: Catalogue, row: int, key: str) -> bool:
    """Whether a single good is called by a word alone."""
    names = (catalogue.index.phrases[number].goods for number in catalogue.index.by_row[row])
    return not _is_bundle(catalogue, row) and any([one.key for one in name] == [key] for name in names)


def _without_guesses(one: Candidate, top: float) -> Candidate:
    """A whole name in another spelling is no whole name while the words as they stand fit another row."""
    near = tuple([exact for exact in one.exact if exact.score >= top - _CLEARLY_BEHIND])
    return one if len(near) == len(one.exact) else one._replace(exact=near)


def _rank(candidate: Candidate) -> tuple[float, float]:
    return (max((one.score for one in candidate.exact), default=0.0), candidate.score)


def _shapes(index: Index, goods: tuple[Term, ...]) -> list[tuple[Term, ...]]:
    together = merged(goods)
    if any(_is_its_own(one) and index.best(one) < ENOUGH for one in together):
        return [together]
    shapes = [goods, together, *_joined_pairs(index, goods)]
    if len(goods) == 3:  # noqa: PLR2004 - "sukuma wiki bunch" may be one word of the catalogue
        shapes.append((Term("".join(one.key for one in goods)),))
    if any(one.weak for one in goods):
        known = tuple(one for one in goods if not one.weak or index.best(one) >= ENOUGH)
        shapes += [known, merged(known)]
    distinct = {tuple(one.key for one in shape): shape for shape in shapes if shape}
    return list(distinct.values())


def _is_its_own(word: Term) -> bool:
    """Whether a word that may be left out elsewhere makes another good here: cold coffee is no coffee."""
    return " " in word.key and not lexicon().optional.isdisjoint(word.key.split(" "))


def _joined_pairs(index: Index, goods: tuple[Term, ...]) -> Iterable[tuple[Term, ...]]:
    for place in range(len(goods) - 1):
        pair = Term(goods[place].key + goods[place + 1].key)
        if pair.key in index.by_key or pair.key in index.by_stem:
            yield (*goods[:place], pair, *goods[place + 2 :])


def _fitting(index: Index, goods: tuple[Term, ...]) -> list[Candidate]:
    likely = [index.similar(word) for word in goods]
    rows = _rows(index, goods, likely)
    return [Candidate(row, score, _exact(index, row, likely)) for row, score in rows.items()]


def _rows(index: Index, goods: tuple[Term, ...], likely: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """Rows that hold every strong word somewhere in their names, with the mean likeness over all words.

    The rarest word comes first, so that the frequent ones are looked up among few rows.
    """
    alive: frozenset[int] | None = None
    total: dict[int, float] = {}
    order = sorted(range(len(goods)), key=lambda n: (goods[n].weak, index.spread(likely[n])))
    for number in order:
        best = _row_likeness(index, likely[number], alive)
        if best or not goods[number].weak:
            alive = frozenset(best)
        for row, likeness in best.items():
            total[row] = total.get(row, 0.0) + likeness
    strong = sum(not word.weak for word in goods) or 1
    return {row: min(total[row] / strong, 1.0) for row in alive or ()}


def _row_likeness(index: Index, likely: Mapping[int, float], among: frozenset[int] | None) -> dict[int, float]:
    """Rows that hold a word, each with its best likeness; the likeliest spelling is looked up first."""
    found: dict[int, float] = {}
    for place, likeness in sorted(likely.items(), key=lambda pair: -pair[1]):
        if likeness >= ENOUGH:
            rows = index.rows[place] if among is None else index.rows[place] & among
            for row in rows:
                found.setdefault(row, likeness)
    return found


def _exact(index: Index, row: int, likely: Sequence[Mapping[int, float]]) -> tuple[Exact, ...]:
    """Phrases of a row that are wholly said; whatever else is said is known of the row ("kcc" in "kcc milk")."""
    found = []
    for number in index.by_row[row]:
        places = index.places[number]
        if places and len(places) <= len(likely):
            score = _said(places, likely)
            if score:
                found.append(Exact(index.phrases[number], score, len(places) == len(likely)))
    return tuple(found)


def _said(places: tuple[int, ...], likely: Sequence[Mapping[int, float]]) -> float:
    """The mean likeness of the words that say a phrase, or 0 where a word of it is not said by one of its own."""
    left = list(places)
    total, said = 0.0, 0
    for word in likely:
        best = max(left, key=lambda place: word.get(place, 0.0), default=None)
        likeness = word.get(best, 0.0) if best is not None else 0.0
        if best is not None and likeness >= ENOUGH:
            left.remove(best)
            total, said = total + likeness, said + 1
    return 0.0 if left else total / said


def _likely(catalogue: Catalogue, found: Sequence[Candidate], goods: tuple[Term, ...]) -> Sequence[Candidate]:
    """Candidates without those that are about another good; other sorts of a row that stays, stay with it."""
    about = [one for one in found if one.exact or _about(catalogue.index, one.row, goods)]
    if about and not any(one.exact for one in about):  # "Paneer" alone may be any dish that is called so first.
        about += [one for one in found if one not in about and _begins(catalogue.index, one.row, goods)]
    if len(about) == len(found):
        return found
    kin = {catalogue.items[one.row].kin for one in about} - {frozenset()}
    named = {start for one in about for start in _starts_with(catalogue.index, one.row, goods)}
    return [
        one
        for one in found
        if one in about
        or catalogue.items[one.row].kin in kin
        or not named.isdisjoint(_starts_with(catalogue.index, one.row, goods))
    ]


def _starts_with(index: Index, row: int, goods: tuple[Term, ...]) -> list[tuple[str, ...]]:
    """How names of a row begin up to a mention's last word, that of a brand before it: "Lakeside Crisps | Chilli"."""
    last = goods[-1].key if goods else ""
    names = ([one.key for one in index.phrases[number].goods] for number in index.by_row[row])
    return [tuple(name[: name.index(last) + 1]) for name in names if last in name[1:]]


def _about(index: Index, row: int, goods: tuple[Term, ...]) -> bool:
    """Whether a partial match concerns what the row is, and not a part of it: "potato" is no "potato curry"."""
    senses = frozenset().union(*(one.senses for one in merged(goods))) - lexicon().properties
    heads = index.heads[row]
    return not senses or not heads or bool(senses & heads)


def _begins(index: Index, row: int, goods: tuple[Term, ...]) -> bool:
    """Whether a name or alias of a row begins with the words of a mention."""
    keys = [one.key for one in goods]
    names = ([one.key for one in index.phrases[number].goods] for number in index.by_row[row])
    return any(name[: len(keys)] == keys for name in names)


def as_said(catalogue: Catalogue, found: Sequence[Candidate], rows: tuple[int, ...], terms: Terms) -> tuple[int, ...]:
    """Of rows that are called by the same words, the one that has them in the order said ("pav bhaji", "bhaji pav").

    Args:
        catalogue: The merchant's rows.
        found: The candidates, with the phrases that are said in full.
        rows: The rows that are left.
        terms: The mention.

    Returns:
        That row alone, or the rows as they were where the order tells nothing.
    """
    likely = [catalogue.index.similar(word) for word in terms.goods]
    phrases = [(one.row, exact.phrase) for one in found if one.row in rows for exact in one.exact if exact.whole]
    whole = [(row, phrase) for row, phrase in phrases if len(phrase.goods) == len(likely) > 1]
    ordered = {row for row, phrase in whole if _in_order(catalogue.index, phrase, likely)}
    return tuple(ordered) if len(ordered) == 1 and {row for row, _ in whole} == {*rows} else rows


def _in_order(index: Index, phrase: Phrase, likely: Sequence[Mapping[int, float]]) -> bool:
    """Whether the words of a phrase are those said, one after the other."""
    places = (index.by_key[word.key] for word in phrase.goods)
    return all(word.get(place, 0.0) >= ENOUGH for place, word in zip(places, likely, strict=True))


def is_bundle(goods: tuple[Term, ...]) -> bool:
    """Whether a mention says "combo" and does not say which."""
    return bool(goods) and all(lexicon().containers.get(one.key) == _COMBO for one in goods)


def says_only_bundle(catalogue: Catalogue, found: Iterable[Candidate], goods: tuple[Term, ...]) -> bool:
    """Whether "combo" is all that is said where several are sold, and no row is called just that."""
    if not is_bundle(goods) or any(exact.whole for one in found for exact in one.exact):
        return False
    return len(of_kind(catalogue, goods)) > 1


def of_kind(catalogue: Catalogue, goods: tuple[Term, ...]) -> list[int]:
    """Rows of the kind of good that a mention names ("soda", or "combo"), where it names a kind and not a good."""
    if is_bundle(goods):
        return [row for row, item in enumerate(catalogue.items) if item.container == _COMBO]
    members = _members(lexicon().kinds, goods)
    if not members:
        return []
    phrases = catalogue.index.phrases
    return sorted({one.row for one in phrases if any(_names(one, member) for member in members)})


def _members(kinds: Mapping[str, frozenset[str]], goods: tuple[Term, ...]) -> frozenset[str]:
    keys = {" ".join(one.key for one in goods), *(sense for one in merged(goods) for sense in one.senses)}
    return frozenset().union(*(kinds.get(key, frozenset()) for key in keys))


def _names(phrase: Phrase, member: str) -> bool:
    wanted = member.split(" ")
    said = [one.key for one in phrase.goods]
    return phrase.own and said[: len(wanted)] == wanted
