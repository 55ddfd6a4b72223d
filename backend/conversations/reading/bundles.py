"""Bundles that are asked for by what they are alone: "one combo", in a shop that has several."""

from typing import Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.resolve import Resolution, Status
from backend.conversations.reading.segment import Segment

_BUNDLES: Final = frozenset({"combo", "set"})
BUNDLE: Final = "bundle"


def as_bundle(segment: Segment, catalogue: Catalogue) -> Segment:
    """A segment that names no good but says "combo" as any of the rows that are called and sold so, or as it is."""
    if segment.named or len(segment.keys) != 1:
        return segment
    kind = lexicon().containers.get(segment.keys[0])
    if kind not in _BUNDLES:
        return segment
    rows = tuple(row.sku for row in catalogue.items if row.container == kind == row.terms.container)
    return segment._replace(resolution=Resolution(Status.OPEN, alternatives=rows, rule=BUNDLE)) if rows else segment
