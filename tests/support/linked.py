"""Words that are resolved in a shop."""

from fractions import Fraction

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Resolution, Status, resolve
from backend.catalog.linking.terms import terms_of


def resolved(shop: Catalogue, words: str, wanted: Wanted | None = None) -> Resolution:
    """What words come to in a shop."""
    return resolve(shop, terms_of(words), wanted or Wanted())


def lines(shop: Catalogue, words: str, wanted: Wanted | None = None) -> dict[str, Fraction]:
    """The rows that words come to for certain, with how many of each."""
    found = resolved(shop, words, wanted)
    assert found.status is Status.SURE, found
    return dict(found.lines)
