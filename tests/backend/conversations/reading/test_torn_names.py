"""Names of goods that an address was cut from keep their words, their choice and their count."""

from typing import Any

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from tests.support.marked_reading import lines, read

GALLERY = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "90", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("FRAME", "Photo Frame", "photo frame|fremu ya picha|फोटो फ्रेम", "colour=black,golden"),
            ("KIT", "Studio Kit", "studio kit|kiti ya studio", ""),
            ("GLUE", "Glue Stick", "glue stick", ""),
        )
    ]
)


def _address(text: str, begins: str) -> dict[str, Any]:
    start = text.index(begins)
    return {"text": text[start:], "start": start, "end": len(text), "confidence": 0.9, "vague": False}


@pytest.mark.parametrize(
    ("text", "begins", "expected", "address"),
    [
        ("photo frame golden 2, Baner road, flat 5", "golden", {"FRAME": 2}, "Baner road, flat 5"),
        ("glue stick 1, fremu ya picha black 3, Kilimani, Mtini house", "black", {"GLUE": 1, "FRAME": 3}, None),
        ("studio kit 4", "kit", {"KIT": 4}, ""),
        ("2 photo frame ghar no 12, gali number 4", "frame", {"FRAME": 2}, "ghar no 12, gali number 4"),
        ("2 photo frame, Golden Studio lane 4", "Golden", {"FRAME": 2}, "Golden Studio lane 4"),
    ],
)
def test_the_rest_of_a_name_is_no_place(text: str, begins: str, expected: dict[str, int], address: str | None) -> None:
    marks = {"2 photo": "{2} <photo>", "stick 1": "stick {1}", "photo frame golden": "<photo frame> golden"}
    marked = text
    for plain, mark in marks.items():
        marked = marked.replace(plain, mark)
    result = read(GALLERY, marked, slots={"address": _address(text, begins)})
    assert lines(result) == expected
    assert address is None or (result.address or "") == address
