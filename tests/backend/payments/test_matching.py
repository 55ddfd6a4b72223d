"""The matcher as a pure table: what a feed tells, which orders there are, what becomes of the money."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.payments.policies import is_slip, reference_key, reference_keys, reference_slips
from backend.payments.ports import Evidence, Feed
from backend.payments.service.matching import Candidate, Reason, Verdict, decide, payer_likeness, score

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PHONE = "+254711000221"
MASKED = "2547 ***** 221"
HASHED = hashlib.sha256(b"254711000221").hexdigest()
A = Candidate("ORD7K2M9QX", 35200, 35200, False, NOON, ((35200, NOON),), frozenset({PHONE}))
B = Candidate("ORDH4WN3TC", 80000, 80000, False, NOON, ((80000, NOON),), frozenset({"+254711000222"}))
TWIN = replace(A, order_id="ORDTWN9TWN")
OLD = replace(A, order_id="ORDPASTPAS", due_minor=0, placed_at=NOON - timedelta(days=2), asked=())


def told(**parts: Any) -> Evidence:
    """A confirmation of 352 shillings, five minutes after the orders were placed."""
    values: dict[str, Any] = {
        "feed": Feed.CONFIRMATION,
        "rail": "mpesa",
        "code": "UKM4X9Q2RT",
        "amount_minor": 35200,
        "currency": "KES",
        "paid_at": NOON + timedelta(minutes=5),
    }
    return Evidence(**{**values, **parts})


DECISIONS: dict[str, tuple[dict[str, Any], list[Candidate], Verdict, str | None]] = {
    "exact reference and amount": ({"reference": "ord7k2m9qx"}, [A, B], Verdict.AUTOMATIC, A.order_id),
    "exact reference, another's phone": (
        {"reference": "ORD7K2M9QX", "payer": "254799000111"},
        [A, B],
        Verdict.AUTOMATIC,
        A.order_id,
    ),
    "part of it, by reference": ({"reference": A.order_id, "amount_minor": 10000}, [A], Verdict.AUTOMATIC, A.order_id),
    "too much, by reference and payer": (
        {"reference": A.order_id, "amount_minor": 40000, "payer": MASKED},
        [A],
        Verdict.AUTOMATIC,
        A.order_id,
    ),
    "another order's reference: amount and payer speak against it": (
        {"reference": B.order_id, "payer": MASKED},
        [A, B],
        Verdict.SUGGESTED,
        B.order_id,
    ),
    "the reference of an order that was paid long ago": (
        {"reference": OLD.order_id, "payer": "254711000221"},
        [OLD, A],
        Verdict.SUGGESTED,
        None,
    ),
    "a slip with amount and payer": (
        {"reference": "ORD7K2M9Q", "payer": MASKED},
        [A, B],
        Verdict.AUTOMATIC,
        A.order_id,
    ),
    "a slip alone is never applied": ({"reference": "ORD7K2M9Q"}, [A, B], Verdict.SUGGESTED, A.order_id),
    "payer and amount": ({"payer": "254711000221"}, [A, B], Verdict.AUTOMATIC, A.order_id),
    "hashed payer and amount": ({"payer": HASHED}, [A, B], Verdict.AUTOMATIC, A.order_id),
    "masked payer and amount": ({"payer": MASKED}, [A, B], Verdict.SUGGESTED, A.order_id),
    "two orders alike": ({"payer": "254711000221"}, [A, TWIN], Verdict.SUGGESTED, A.order_id),
    "amount alone": ({}, [A, B], Verdict.SUGGESTED, A.order_id),
    "nothing in common": ({"amount_minor": 777, "payer": "254799000111"}, [A, B], Verdict.ORPHAN, None),
    "nobody to ask": ({"reference": "lunch"}, [], Verdict.ORPHAN, None),
    "our prompt": (
        {"feed": Feed.PROMPT, "order_id": A.order_id, "expected_minor": 35200},
        [A],
        Verdict.AUTOMATIC,
        A.order_id,
    ),
    "our prompt, another amount": (
        {"feed": Feed.PROMPT, "order_id": A.order_id, "expected_minor": 35200, "amount_minor": 100, "payer": PHONE},
        [A],
        Verdict.SUGGESTED,
        A.order_id,
    ),
    "a pasted code of the amount": ({"feed": Feed.PASTE, "order_id": A.order_id}, [A], Verdict.AUTOMATIC, A.order_id),
    "a pasted code of last week": (
        {"feed": Feed.PASTE, "order_id": A.order_id, "paid_at": NOON - timedelta(days=7)},
        [A],
        Verdict.SUGGESTED,
        A.order_id,
    ),
    "the reference of a cancelled order, while another waits for the same": (
        {"reference": A.order_id, "payer": "254711000221"},
        [replace(A, closed=True), TWIN],
        Verdict.SUGGESTED,
        A.order_id,
    ),
    "for a cancelled order, by reference and payer": (
        {"reference": A.order_id, "payer": MASKED},
        [replace(A, closed=True)],
        Verdict.AUTOMATIC,
        A.order_id,
    ),
    "paid a second time, by reference": (
        {"reference": A.order_id, "payer": MASKED},
        [replace(A, due_minor=0)],
        Verdict.AUTOMATIC,
        A.order_id,
    ),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_what_becomes_of_money(name: str) -> None:
    parts, candidates, verdict, best = DECISIONS[name]
    decision = decide(told(**parts), candidates)
    assert decision.verdict is verdict
    if best is not None:
        assert decision.best is not None
        assert decision.best.order_id == best


def test_the_order_of_the_candidates_says_nothing() -> None:
    for parts, candidates, verdict, _ in DECISIONS.values():
        assert decide(told(**parts), candidates[::-1]).verdict is verdict


def test_reasons_are_named() -> None:
    scored = score(told(reference="ORD 7K2M 9QX", payer=MASKED), A)
    assert scored.reasons == (Reason.REFERENCE, Reason.AMOUNT_DUE, Reason.PAYER_LIKE, Reason.TIME_PROMPT)
    assert scored.points == 135


@pytest.mark.parametrize(
    ("given_payer", "phone", "likeness"),
    [
        ("254711000221", PHONE, Reason.PAYER_SAME),
        ("0711000221", PHONE, Reason.PAYER_SAME),
        ("+254 711 000 221", PHONE, Reason.PAYER_SAME),
        (HASHED.upper(), PHONE, Reason.PAYER_SAME),
        (MASKED, PHONE, Reason.PAYER_LIKE),
        ("0****221", PHONE, Reason.PAYER_LIKE),
        ("2547*****222", PHONE, None),
        ("2541*****221", PHONE, None),
        ("254711000222", PHONE, None),
        ("221", PHONE, None),
        ("*", PHONE, None),
        ("WANJIRU", PHONE, None),
    ],
)
def test_payers_in_all_their_forms(given_payer: str, phone: str, likeness: Reason | None) -> None:
    assert payer_likeness(given_payer, phone) is likeness


@pytest.mark.parametrize(
    "typed", ["ORD7K2M9QX", "ord 7k2m-9qx", "7K2M9QX", "order ORD7K2M9QX thanks", "0RD7K2M9QX", "Ord7k2m9qx."]
)
def test_a_reference_is_found_in_what_was_typed(typed: str) -> None:
    assert reference_key(A.order_id) in reference_keys(typed)


@pytest.mark.parametrize("typed", ["ORD7K2M9Q", "ORD7KM29QX", "ORD7K2M99QX", "ORD7K2N9QX", "7K2M9Q", "OD7K2M9QX"])
def test_one_slip_of_the_finger_is_near(typed: str) -> None:
    key = reference_key(A.order_id)
    assert is_slip(typed, key)
    assert key in reference_slips(typed)


@pytest.mark.parametrize("typed", ["", "lunch", "ORD7K2M", "ORD7K2NNQX", "254711000221", "ORD7K2M9QX"])
def test_what_is_no_slip(typed: str) -> None:
    assert not is_slip(typed, reference_key(A.order_id))
    assert reference_key(A.order_id) not in reference_slips(typed)


SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@given(st.text(SIGNS, min_size=7, max_size=7), st.integers(0, 6), st.sampled_from(SIGNS))
def test_the_search_for_slips_finds_what_the_comparison_calls_one(body: str, at: int, sign: str) -> None:
    """Both halves agree: every wrong sign in an id is looked up, and scored, as a slip."""
    key, typed = reference_key(f"ORD{body}"), f"ORD{body[:at]}{sign}{body[at + 1 :]}"
    assert (key in reference_slips(typed)) == is_slip(typed, key)


@given(
    st.integers(1, 10**9),
    st.sampled_from(["", A.order_id, "ORD7K2M9Q", "lunch"]),
    st.sampled_from(["", PHONE, MASKED, HASHED, "254799000111"]),
    st.lists(st.sampled_from([A, B, TWIN, OLD]), max_size=4, unique_by=lambda one: one.order_id),
)
def test_money_moves_by_itself_only_where_it_is_ahead(
    amount: int, reference: str, payer: str, candidates: list[Candidate]
) -> None:
    decision = decide(told(amount_minor=amount, reference=reference, payer=payer), candidates)
    if decision.verdict is Verdict.AUTOMATIC:
        first, *rest = decision.candidates
        assert first.points >= 80
        assert first.anchored
        assert all(first.points - other.points >= 25 for other in rest)
    assert (decision.verdict is Verdict.ORPHAN) == (not decision.candidates)
