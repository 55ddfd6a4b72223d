"""Cases are read with their history and never with their labels."""

import json
from pathlib import Path

from backend.conversations.reading.cases import Case, context_of, load_cases, region_of, requests_of
from tests.support.shops import CORNER_SHOP


def test_labels_are_left_where_they_are(tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    rows = [
        {
            "id": "1",
            "merchant": "shop",
            "text": "2 milk",
            "lines": [{"sku": "MILK", "qty": 2}],
            "intent": "place_order",
        },
        {"id": "2", "merchant": "other", "text": "hi", "history": [{"from": "bot", "text": "hello"}]},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert load_cases(path, "shop") == [Case("1", "2 milk", (), "shop")]
    assert load_cases(path)[1].history == (("bot", "hello"),)


def test_the_customers_earlier_words_are_read_too() -> None:
    case = Case("7", "two", (("customer", "milk please"), ("bot", "How many?")))
    requests = list(requests_of([case], "KE"))
    assert [(one.id, one.text) for one in requests] == [("7#0", "milk please"), ("7", "two")]
    assert requests[1].metadata["history"][-1] == {"from": "bot", "text": "How many?"}
    context = context_of(case, {"7#0": {"version": 1}}, None)
    assert [turn.reading for turn in context.history] == [{"version": 1}, None]


def test_the_region_is_the_currencys() -> None:
    assert region_of(CORNER_SHOP) == "KE"
