"""Ways of paying and places that only tell whose they are, as tables of what people write."""

import pytest

from bot.nlu.asked import context_of
from bot.nlu.features import prepare
from bot.nlu.payments import payment_of
from bot.nlu.slots import address_of
from bot.nlu.spans import Span


@pytest.mark.parametrize(
    "text",
    [
        "nalipa na T-Kash",
        "t kash iko?",
        "can I use a gift voucher",
        "nina vocha, niitumie",
        "coupon se de dunga",
        "कूपन चलेगा क्या",
        "naweza kulipa kwa hundi",
        "nitalipa kwa cheki",
        "can I pay by check",
        "check se de dunga",
        "पैसे चेकने देईन",
    ],
)
def test_a_way_that_no_shop_takes_is_asked_about(text: str) -> None:
    """It has a name, and none of ours."""
    found = payment_of(prepare(text, context_of({"region": "KE"})), [], None)
    assert found is not None
    assert (found["value"], found["supported"]) == (None, False)


def test_half_a_name_is_not_taken_for_the_whole() -> None:
    """The tagger sees "Kash" alone; the name that holds it stands."""
    message = prepare("nalipa na T-Kash", context_of({"region": "KE"}))
    found = payment_of(message, [Span("PAYMENT", len(message.tokens) - 1, len(message.tokens), 0.9)], None)
    assert found is not None
    assert (found["text"], found["value"]) == ("T-Kash", None)


@pytest.mark.parametrize(
    ("text", "way", "expected"),
    [
        ("cash bana, mpesa iko na shida", "cash", "cod"),
        ("mpesa iko na shida, taslimu basi", "mpesa", "cod"),
        ("gpay nahi chal raha, cash on delivery", "gpay", "cod"),
        ("nitalipa pesa taslimu", "pesa", "cod"),
        ("il pay wen it comes", "pay", "cod"),
        ("nimetuma kwenye till", "till", "mpesa"),
        ("scanner pe bhej diya", "scanner", "upi"),
        ("रोखच देईन", "रोखच", "cod"),
        ("cashach deto", "cashach", "cod"),
    ],
)
def test_the_way_that_works_is_the_one_chosen(text: str, way: str, expected: str) -> None:
    """A way that is said to fail is not chosen, and "pesa" before "taslimu" is money."""
    message = prepare(text, context_of({"region": "KE"}))
    at = message.words.index(way)
    found = payment_of(message, [Span("PAYMENT", at, at + 1, 0.9)], None)
    assert found is not None
    assert found["value"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "mere bhai ki dukan pe bhej do",
        "meri nayi dukaan pe bhej do",
        "नई दुकान पर भेज दो",
        "navin dukanat pathva",
        "maitrinichya ghari pathva",
        "मित्राच्या दुकानात पाठवा",
        "बहन की दुकान पर भेजना",
        "my cousin's place pe bhejna",
        "leta kwa duka ya shemeji yangu",
        "drop it where my brother stays",
        "peleka pale dadangu anafanya kazi",
        "leta anapoishi mama",
        "zipelekwe kwa fundi wangu",
        "bring it to the guy I share a desk with",
        "mere mistri ke ghar bhej do",
        "jahan mera bhai rehta hai wahan bhejo",
        "जहाँ मेरी बहन रहती है वहाँ भेजो",
    ],
)
def test_a_place_that_only_tells_whose_it_is_is_vague(text: str) -> None:
    """Who does not know them cannot go there."""
    found = address_of(prepare(text, context_of({"region": "KE"})), [], "place_order")
    assert found is not None
    assert found["vague"]


@pytest.mark.parametrize(
    "text",
    [
        "bhai ki dukan ke saamne wali gali",
        "bhava 2 samosa pathva",
        "rafiki yangu anataka mbili",
        "dada anafanya kazi vizuri",
    ],
)
def test_a_way_past_a_place_and_kin_alone_are_no_vague_place(text: str) -> None:
    """What it stands before is a landmark; people without a place are who eats."""
    assert address_of(prepare(text, context_of({"region": "KE"})), [], "place_order") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Karen stage, kiosk ya simu", "Karen stage, kiosk ya simu"),
        ("Karen stage 4, tel", "Karen stage 4"),
        ("Aundh, bank ke bagal me", "Aundh, bank ke bagal me"),
        ("औंध, बँकेच्या बाजूला, शाळा के बगल में", "औंध, बँकेच्या बाजूला, शाळा के बगल में"),
        ("Aundh chowk me", "Aundh chowk"),
        ("Its Karen stage, house 4", "Karen stage, house 4"),
        (". We are at Karen mall, first floor", "Karen mall, first floor"),
    ],
)
def test_what_a_place_is_called_by_stays(text: str, expected: str) -> None:
    """A phone shop is a place; a phone number that follows a place is none of it."""
    message = prepare(text, context_of({"region": "KE"}))
    found = address_of(message, [Span("ADDRESS", 0, len(message.tokens), 0.99)], "place_order")
    assert found is not None
    assert found["text"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nitalipa na till", "mpesa"),
        ("tutalipia na kadi", "card"),
        ("will pay by card.", "card"),
        ("paise ghar pe dunga", "cod"),
        ("ghari paise deto", "cod"),
        ("पैसे घर पर दूंगा", "cod"),
        ("घरी पैसे देईन", "cod"),
    ],
)
def test_what_somebody_pays_with_needs_no_tag(text: str, expected: str) -> None:
    found = payment_of(prepare(text, context_of({"region": "KE"})), [], None)
    assert found is not None
    assert found["value"] == expected


@pytest.mark.parametrize("text", ["kisi se phone pe baat ho sakti hai", "phone pe call karo", "phone pe bata dena"])
def test_talk_on_the_phone_pays_nothing(text: str) -> None:
    assert payment_of(prepare(text, context_of({"region": "IN"})), [], None) is None


def test_the_wallet_of_that_name_does() -> None:
    found = payment_of(prepare("phone pe se dunga", context_of({"region": "IN"})), [], None)
    assert found is not None
    assert found["value"] == "upi"


@pytest.mark.parametrize(
    "text",
    [
        "nipe sabuni mbili na credit, nitalipa end month",
        "2 litre doodh, credit pe, mahine ke end me dunga, salary ke baad",
        "credit please, I'll pay end month",
    ],
)
def test_credit_that_is_paid_later_is_no_card(text: str) -> None:
    message = prepare(text, context_of({"region": "KE"}))
    at = next(at for at, token in enumerate(message.tokens) if token.norm == "credit")
    assert payment_of(message, [Span("PAYMENT", at, at + 1, 0.9)], None) is None


@pytest.mark.parametrize(
    "text",
    ["aadha paytm aadha cash chalega kya", "half mpesa half cash", "nusu mpesa, nusu cash", "आधे यूपीआई आधे कैश"],
)
def test_two_ways_that_share_the_sum_leave_it_open(text: str) -> None:
    message = prepare(text, context_of({"region": "IN"}))
    spans = [Span("PAYMENT", at, at + 1, 0.9) for at, token in enumerate(message.tokens) if token.norm in _CASH]
    found = payment_of(message, spans, None)
    assert found is not None
    assert (found["value"], found["supported"]) == (None, False)


_CASH = {"cash", "कैश"}


@pytest.mark.parametrize("text", ["stk imekataa na doh imeenda", "mpesa haifanyi", "stk imegoma mara mbili"])
def test_the_way_of_a_payment_that_failed_is_named_by_who_tells_of_it(text: str) -> None:
    message = prepare(text, context_of({"region": "KE"}))
    told = payment_of(message, [], None, "payment_problem")
    assert payment_of(message, [], None) is None
    assert told is not None
    assert told["value"] == "mpesa"
