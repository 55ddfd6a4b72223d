"""Decides which row a mention means, and how many of it: sure, open between several, unknown, or of an odd amount."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from backend.catalog.linking import candidates, quantities
from backend.catalog.linking.candidates import Candidate, Exact
from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.spec import Spec, count_of, spec_of
from backend.catalog.linking.terms import Measure, Terms, bare_measure
from backend.catalog.linking.translated import also_named

ANOTHER: Final = "another"  # the rule of a mention that names a size or model which its row is not
_PIECE: Final = "piece"
_PARTIAL: Final = 0.9
_DOUBTFUL: Final = 0.82
_SUBPHRASE: Final = 0.97


class Status(StrEnum):
    """How a mention came out."""

    SURE = "sure"
    OPEN = "open"
    ODD = "odd"
    UNKNOWN = "unknown"


class Resolution(NamedTuple):
    """What a mention means in the catalogue.

    `lines` are (sku, quantity) where it is sure; `alternatives` the SKUs it may mean otherwise, best first;
    `score` in [0, 1] how well the words fit; `margin` how far the runner-up is behind; `rule` the reason in a word.
    """

    status: Status
    lines: tuple[tuple[str, Fraction], ...] = ()
    alternatives: tuple[str, ...] = ()
    score: float = 0.0
    margin: float = 0.0
    rule: str = ""
    exact: bool = False
    sku: str | None = None


class _Choice(NamedTuple):
    rows: tuple[int, ...]
    rule: str
    exact: bool = False
    score: float = 1.0
    labelled: bool = False


_MOST_KEPT: Final = 4096


def resolve(catalogue: Catalogue, terms: Terms, wanted: Wanted, without: frozenset[str] = frozenset()) -> Resolution:
    """Resolve one mention.

    Args:
        catalogue: The merchant's rows.
        terms: The goods words with size and container, as said.
        wanted: The amounts that belong to it.
        without: SKUs that the customer has ruled out ("not the brown one").

    One message asks for the same many times, and people of one shop for the same goods, so that answers are kept.
    """
    known, key = catalogue.resolved, (terms, wanted, without)
    kept: Resolution | None = known.get(key)
    if kept is not None:
        return kept
    found = _resolve(catalogue, terms, wanted, without)
    if len(known) >= _MOST_KEPT:
        known.clear()
    known[key] = found
    return found


def _resolve(catalogue: Catalogue, terms: Terms, wanted: Wanted, without: frozenset[str]) -> Resolution:
    found = [one for one in candidates.find(catalogue, terms) if catalogue.items[one.row].sku not in without]
    if not found or candidates.says_only_bundle(catalogue, found, terms.goods):
        return _by_kind(catalogue, terms)
    spec = spec_of(terms, wanted)
    choice = _choose(catalogue, found, spec, wanted)
    choice = choice._replace(rows=candidates.as_said(catalogue, found, choice.rows, terms)) if choice.exact else choice
    if len(choice.rows) == 1 and choice.exact and spec.silent and not wanted.measured:
        choice = choice._replace(rows=also_named(catalogue, found, choice.rows[0], choice.score, spec, terms))
    if len(choice.rows) == 1:
        return _settled(catalogue, found, choice, wanted, spec)
    return _opened(catalogue, choice, wanted, spec)


def _by_kind(catalogue: Catalogue, terms: Terms) -> Resolution:
    rows = candidates.of_kind(catalogue, terms.goods)
    skus = tuple(catalogue.items[row].sku for row in rows)
    return Resolution(Status.OPEN if rows else Status.UNKNOWN, alternatives=skus, rule="kind" if rows else "unknown")


def _choose(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice:
    """Apply the rules in their order; each that leaves several rows narrows what the next ones see."""
    left: _Choice | None = None
    for rule in _RULES:
        choice = rule(catalogue, found, spec, wanted)
        if choice is None or not choice.rows:
            continue
        if len(choice.rows) == 1:
            return choice
        left = choice
        found = [one for one in found if one.row in choice.rows] or found
    return left or _Choice(tuple(one.row for one in found), "several", score=found[0].score * _PARTIAL)


def _matching(
    found: Iterable[Candidate], fits: Callable[[Candidate, Exact], bool], rule: str, *, labelled: bool = False
) -> _Choice | None:
    """Rows with a fitting phrase; whole phrases come before parts, and likeness that is clearly behind is dropped."""
    scored: dict[int, float] = {}
    for candidate in found:
        for exact in candidate.exact:
            if fits(candidate, exact):
                score = exact.score * (1.0 if exact.whole else _SUBPHRASE)
                scored[candidate.row] = max(scored.get(candidate.row, 0.0), score)
    if not scored:
        return None
    top = max(scored.values())
    rows = tuple(row for row, score in scored.items() if score >= top - _CLEARLY_BEHIND)
    return _Choice(rows, rule, exact=True, score=top, labelled=labelled)


_CLEARLY_BEHIND: Final = 0.015


def _as_written(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """A name or alias that says just this, size and container included."""
    del wanted

    def fits(candidate: Candidate, exact: Exact) -> bool:
        said = exact.phrase.terms
        same = said.label == spec.label and _same_size(said, spec, catalogue.items[candidate.row])
        return same and said.container == spec.container

    return _matching(found, fits, "alias", labelled=spec.label is not None)


def _same_size(said: Terms, spec: Spec, row: CatalogueItem) -> bool:
    """Whether a phrase says the size that is asked for; how many pieces a pack holds need not be said."""
    numbers = spec.numbers
    own = said.numbers - {f"{row.pieces}"} if not numbers else said.numbers
    # "Cashew 240, half a kilo": what is weighed is asked for in kilos, and the number or the size names it.
    weighed = bool(numbers or spec.label) and said.measure is None and _sold_by(row, spec.measure)
    if (said.measure == spec.measure or weighed) and own == numbers:
        return True
    loose = [value for value in map(bare_measure, said.numbers | numbers) if value]
    measure = said.measure or spec.measure
    one_sided = (said.measure is None) != (spec.measure is None)
    return one_sided and measure is not None and measure.base in loose and len(said.numbers | numbers) == 1


def _sold_by(row: CatalogueItem, measure: Measure | None) -> bool:
    """Whether a row is sold by the weight or length that is asked for."""
    return measure is not None and row.unit_measure is not None and row.unit_measure.dimension == measure.dimension


def _in_its_container(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """A row whose phrase leaves the container out, and that is sold in just that container."""
    del wanted
    if spec.container is None:
        return None

    def fits(candidate: Candidate, exact: Exact) -> bool:
        said = exact.phrase.terms
        row = catalogue.items[candidate.row]
        return said.label == spec.label and _same_size(said, spec, row) and row.container == spec.container

    return _matching(found, fits, "container", labelled=spec.label is not None)


def _by_price(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """With a count beside it, money names the row by its price ("four of the 20 one")."""
    del spec
    if wanted.money_minor is None or wanted.count is None:
        return None
    rows = [one.row for one in found if catalogue.items[one.row].price_minor == wanted.money_minor]
    return _Choice(tuple(rows), "price", exact=True, score=0.97)


def _by_size(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """A size picks among all rows that fit; the merchant's own default comes first where it has that size itself."""
    del wanted
    if spec.silent:
        return None
    default = _default(found)
    if default is not None and len(default.rows) == 1 and spec.is_part and catalogue.items[default.rows[0]].weighed:
        return default
    best = max(found, key=lambda one: one.score)
    if default is not None and len(default.rows) == 1 and _comes_in(catalogue, default.rows, spec):
        return default._replace(rule="size", labelled=spec.label is not None)
    rows = _sized(catalogue, _scope(found), spec) or _sized(catalogue, [one.row for one in found], spec)
    if default is not None and len(rows) == 1:
        rows = _sized(catalogue, [one.row for one in found], spec) or rows
    if default is None and len(rows) == 1 and spec.measure is not None:
        rows = [*rows, *_made_up_of(catalogue, found, rows[0], spec.measure)]
    labelled = spec.label is not None
    return _Choice(tuple(rows), "size", bool(best.exact), best.score, labelled) if rows else None


def _made_up_of(catalogue: Catalogue, found: list[Candidate], row: int, measure: Measure) -> list[int]:
    """Rows of other goods that fit as well, and that packs make the same amount of ("half a kilo of sweets")."""
    own = catalogue.items[row].family
    best = max(one.score for one in found)
    others = [one.row for one in found if one.score == best and catalogue.items[one.row].family != own]
    return [other for other in others if quantities.lines_for(catalogue, other, Wanted(measure=measure)) is not None]


def _comes_in(catalogue: Catalogue, rows: Sequence[int], spec: Spec) -> bool:
    """Whether a row has the size that is asked for, or is sold by it."""
    row = catalogue.items[rows[0]]
    sold = _sold_by(row, spec.measure) and not (spec.label and _conflicts(row, spec.label))
    return sold or bool(_sized(catalogue, rows, spec))


def _scope(found: list[Candidate]) -> list[int]:
    exact = [one.row for one in found if any(said.whole for said in one.exact)]
    return exact or [one.row for one in found]


def _open_scope(found: list[Candidate], spec: Spec) -> list[int]:
    """The rows of whole phrases; a size that nobody asked for ("pads XL") makes a phrase no name of the bare word."""
    named = [one.row for one in found if any(said.whole and not said.phrase.terms.label for said in one.exact)]
    return named or (_scope(found) if spec.label else [one.row for one in found])


def _default(found: list[Candidate]) -> _Choice | None:
    """The row that a bare word means: the one that has it, without a size, as its name or alias."""
    return _matching(found, lambda _, one: not one.phrase.terms.sized and one.phrase.terms.container is None, "bare")


def _sized(catalogue: Catalogue, rows: Sequence[int], spec: Spec) -> list[int]:
    items = {row: catalogue.items[row] for row in rows}
    if spec.measure is not None:
        measured = [row for row, item in items.items() if item.measure == spec.measure]
        loose = {row: item for row, item in items.items() if spec.label and _sold_by(item, spec.measure)}
        return measured or labelled(loose, spec.label or "")
    if spec.label is not None:
        return labelled(items, spec.label)
    named = [row for row, item in items.items() if spec.numbers & item.size_numbers]
    return named or [row for row, item in items.items() if _measures(item, spec.numbers)]


def _measures(item: CatalogueItem, numbers: frozenset[str]) -> bool:
    """Whether a loose number is the row's measure in its small or large unit, or the pieces that it holds."""
    values = {float(number) for number in numbers if number.replace(".", "", 1).isdigit()}
    measure = item.measure.base if item.measure else None
    return any(measure in {value, value * 1000} or item.pieces == value for value in values)


def labelled(items: Mapping[int, CatalogueItem], label: str) -> list[int]:
    """The rows of a size in a word: by their own label, else by their place among the sizes of their family."""
    for meaning in (label, *lexicon().size_means.get(label, ())):
        rows = [row for row, item in items.items() if item.label == meaning]
        if rows:
            return rows
    ends = {"small": 0, "mini": 0, "large": -1, "medium": 1}
    if label not in ends:
        return []
    ladders = _ladders(items)
    return [ladder[ends[label]] for ladder in ladders if len(ladder) > (2 if label == "medium" else 1)]


def _ladders(items: Mapping[int, CatalogueItem]) -> list[list[int]]:
    """Rows of one family and dimension, from small to large."""
    ladders: dict[tuple[frozenset[str], str], list[int]] = {}
    for row, item in items.items():
        if item.measure:
            ladders.setdefault((item.family, item.measure.dimension), []).append(row)
    return [sorted(rows, key=lambda row: (items[row].measure or Measure("", 0)).base) for rows in ladders.values()]


def _by_container(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """Among the rows that fit and those of the default's family, the ones sold in the container that is asked for."""
    del wanted
    if spec.container is None:
        return None
    default = _default(found)
    only = default.rows[0] if default is not None and len(default.rows) == 1 else None
    scope = _open_scope(found, spec) if only is None else list(catalogue.siblings(only))
    if default is not None and any(catalogue.items[row].container == spec.container for row in default.rows):
        return default
    rows = [row for row in scope if catalogue.items[row].container == spec.container]
    best = max(found, key=lambda one: one.score)
    return _Choice(tuple(rows), "container", exact=bool(best.exact), score=best.score) if rows else None


def _bare(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """The merchant's own default, unless a size was asked for that its family has in another row."""
    del catalogue, spec, wanted
    return _default(found)


def _only_exact(catalogue: Catalogue, found: list[Candidate], spec: Spec, wanted: Wanted) -> _Choice | None:
    """Rows that have the words as a name with a size: one alone is meant, several are open.

    A size in a word ("kc ndogo") is no name of the bare word, but leaves the row among those that it can mean.
    """
    del catalogue, wanted

    def fits(_: Candidate, exact: Exact) -> bool:
        said = exact.phrase.terms
        return said.label is None and said.container in {None, spec.container, _PIECE}  # "(25 pc)" is what it holds.

    choice = _matching(found, fits, "name")
    if choice is None or len(choice.rows) > 1 or not spec.silent:
        return choice
    if len(found) > 1 and not _named_so(found, choice.rows[0]):
        return None
    return _matching(found, lambda _, exact: exact.phrase.terms.container in {None, spec.container}, "name")


def _named_so(found: Sequence[Candidate], row: int) -> bool:
    """Whether a row is itself called by the words: that it is "the 26 inch wig", or "Egg 65", names no other less."""
    phrases = [exact.phrase for one in found if one.row == row for exact in one.exact]
    return any(not phrase.terms.sized or (phrase.own and not phrase.terms.numbers) for phrase in phrases)


_RULES: Final = (_by_price, _as_written, _in_its_container, _by_size, _by_container, _bare, _only_exact)


def _settled(catalogue: Catalogue, found: list[Candidate], choice: _Choice, wanted: Wanted, spec: Spec) -> Resolution:
    row, item = choice.rows[0], catalogue.items[choice.rows[0]]
    if not choice.exact and choice.score < _DOUBTFUL:
        return Resolution(Status.OPEN, (), (item.sku,), choice.score, 0.0, choice.rule, choice.exact)
    if _is_another(item, spec.numbers):
        skus = tuple(catalogue.items[one.row].sku for one in found)
        return Resolution(Status.OPEN, (), skus, choice.score, 0.0, ANOTHER, choice.exact)
    if spec.label and not choice.labelled and _conflicts(item, spec.label):
        return Resolution(Status.OPEN, (), (item.sku,), choice.score, 0.0, "size", choice.exact)
    count = count_of(spec, wanted, labelled=choice.labelled, weighed=item.weighed)
    container = _container_of(item, choice, wanted, spec)
    amount = replace(wanted, count=count, measure=_amount_of(wanted, spec), container=container)
    lines = quantities.lines_for(catalogue, row, amount)
    others = [one for one in found if one.row != row]
    runner_up = max((one.score * (1.0 if one.exact else _PARTIAL) for one in others), default=0.0)
    status = Status.SURE if lines is not None else Status.ODD
    ends = tuple(catalogue.items[one.row].sku for one in others[:5])
    margin = max(choice.score - runner_up, 0.0)
    return Resolution(status, lines or (), ends, choice.score, margin, choice.rule, choice.exact, item.sku)


def _container_of(item: CatalogueItem, choice: _Choice, wanted: Wanted, spec: Spec) -> str | None:
    """What is counted; an alias may have a container of its own ("crate of eggs" for a tray), which counts rows."""
    if item.pieces and f"{item.pieces}" in spec.numbers:
        return item.container  # "Tissue 4 pack nne" says what a pack holds, and then how many.
    if choice.rule != "alias":
        return wanted.container or spec.container
    return wanted.container if wanted.container and quantities.alike(wanted.container, item.container) else None


def _is_another(item: CatalogueItem, numbers: frozenset[str]) -> bool:
    """Whether a size in two numbers ("3x6") or a model's number ("6302") is said that a row has in another form."""
    own = item.size_numbers | item.terms.numbers
    models = {one for one in numbers if len(one) >= _MODEL and any(len(other) == len(one) for other in own)}
    return not models | {one for one in numbers if "x" in one} <= own


_MODEL: Final = 4


def _packed(catalogue: Catalogue, rows: Sequence[int], amount: Wanted) -> bool:
    """Whether an amount is one that packs of these rows have to make up."""
    if amount.money_minor is not None:
        return True
    measures = [catalogue.items[row].measure for row in rows]
    return amount.measure is not None and any(one and one.dimension == amount.measure.dimension for one in measures)


def _amount_of(wanted: Wanted, spec: Spec) -> Measure | None:
    """The measure that is an amount; a size beside it only names the row."""
    return wanted.measure if wanted.size is not None or wanted.measure is not None else spec.measure


def _conflicts(item: CatalogueItem, label: str) -> bool:
    """Whether a row has a size of its own that is not the one asked for."""
    return item.label is not None and item.label != label and item.label not in lexicon().size_means.get(label, ())


def _opened(catalogue: Catalogue, choice: _Choice, wanted: Wanted, spec: Spec) -> Resolution:
    """Several rows fit: an amount that only one family can make up settles it, else it stays open."""
    amount = replace(wanted, measure=_amount_of(wanted, spec), container=spec.container)
    made = quantities.made_up(catalogue, choice.rows, amount)
    skus = tuple(catalogue.items[row].sku for row in choice.rows)
    if made is not None:
        return Resolution(Status.SURE, made, skus[:5], choice.score, 0.0, "packs", choice.exact, made[0][0])
    if (amount.vague or _packed(catalogue, choice.rows, amount)) and quantities.one_family(catalogue, choice.rows):
        return Resolution(Status.ODD, (), skus, choice.score, 0.0, "uneven", choice.exact)
    return Resolution(Status.OPEN, (), skus, choice.score, 0.0, choice.rule, choice.exact)
