"""Phone numbers of both countries, whole and broken, as people type them."""

import pytest

from bot.nlu.phones import find_phones


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("call 0700000123", "KE", "+254700000123"),
        ("0700 000 123", "KE", "+254700000123"),
        ("0700-000-123 asap", "KE", "+254700000123"),
        ("+254 711 000 201", None, "+254711000201"),
        ("254711000201", None, "+254711000201"),
        ("(0110 000 123)", "KE", "+254110000123"),
        ("flat 7. 0700000123", "KE", "+254700000123"),
        ("call me when downstairs 9900000012", "IN", "+919900000012"),
        ("mob 9900000012", "IN", "+919900000012"),
        ("+91 99000 00012", None, "+919900000012"),
        ("09900000012", "IN", "+919900000012"),
        ("मो. ९९००००००१२", "IN", "+919900000012"),
        ("99000 00012 पर कॉल", "IN", "+919900000012"),
    ],
)
def test_a_number_is_read(text: str, region: str | None, e164: str) -> None:
    (phone,) = find_phones(text, region)
    assert phone.e164 == e164
    assert text[phone.start : phone.end] == phone.text


@pytest.mark.parametrize(
    ("text", "region"), [("my no is 0700 000 12", "KE"), ("98600 1234", "IN"), ("+254 700 000 12", "KE")]
)
def test_a_number_with_a_digit_missing_is_found_and_invalid(text: str, region: str) -> None:
    (phone,) = find_phones(text, region)
    assert phone.e164 is None


@pytest.mark.parametrize(
    "text",
    [
        "2kg sugar 1kg rice",
        "order 4471",
        "UTR 632671450098",
        "flat 302, 411038",
        "ksh 1,200",
        "10 20 30",
        "account number 4234567",
        "flat number 1203",
        "account number likho 4234 5678",
    ],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert find_phones(text, "IN") == []


@pytest.mark.parametrize(
    "text",
    [
        "chaha don, mera number 90000 123",
        "माझा नवीन नंबर 90000 123",
        "my new number is 0700 123 12",
        "nambari 70012312",
        "rider ko ye number dena 90000 123",
        "नया नंबर लिखो 90000 123",
        "ha number ghya: 90000 123",
        "WhatsApp no: 9000012",
        "no yangu mpya ni 07000444",
    ],
)
def test_too_short_a_number_is_broken_where_a_word_leads_to_it(text: str) -> None:
    (phone,) = find_phones(text, None)
    assert phone.e164 is None
