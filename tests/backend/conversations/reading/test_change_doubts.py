"""Changes that may be meant otherwise than they were read."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.types import Decision, Turn
from tests.support.marked_reading import READ_BACK, lines, read
from tests.support.shops import CORNER_SHOP, shop_of

TAILOR = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "90", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("NEEDLE-14", "Sewing Needle 14", "needle 14|sindano 14|सुई 14", "gauge=14"),
            ("NEEDLE-16", "Sewing Needle 16", "needle 16|sindano 16|सुई 16", "gauge=16"),
            ("GLUE-A-1", "Bondit Fabric Glue 1L", "bondit", "brand=Bondit;size=1L"),
            ("GLUE-A-4", "Bondit Fabric Glue 4L", "bondit 4l", "brand=Bondit;size=4L"),
            ("GLUE-B-4", "Fixall Fabric Glue 4L", "fixall 4l", "brand=Fixall;size=4L"),
            ("ZIP-M", "Metal Zip", "metal zip|zipu ya chuma", "kind=metal"),
            ("ZIP-N", "Nylon Zip", "nylon zip|zipu ya nailoni", "kind=nylon"),
        )
    ]
)


def _after(order: str) -> tuple[Turn, ...]:
    return (Turn("customer", "nataka hizi"), Turn("bot", f"{order}. Shall I book it?"))


@pytest.mark.parametrize(
    ("order", "text"),
    [
        ("2 x Sewing Needle 16 = KES 180", "{one|1} should be {14}"),
        ("2 x Sewing Needle 16 = KES 180", "{moja|1} iwe {14}"),
        ("2 x Sewing Needle 16 = KES 180", "{ek|1} {14} karo"),
        ("2 x Sewing Needle 16 = KES 180", "badilisha iwe {14}"),
        ("1 x Sewing Needle 16 = KES 90", "{16} nahi {14} karo aur {ek|1} <metal zip> bhi"),
        ("1 x Sewing Needle 16 = KES 90", "{16} नको {14} करा आणि {एक|1} <nylon zip>"),
        ("2 x Sewing Needle 16 = KES 180", "{14} कर दो"),
        ("1 x Fixall Fabric Glue 4L = KES 90", "make the glue <bondit>"),
        ("4 x Metal Zip = KES 360", "{2} of the zips <nylon>"),
        ("3 x Sewing Needle 16 = KES 270", "do ko 14 inch kar do"),
        ("4 x Metal Zip = KES 360", "kati ya hizo zipu {mbili|2} ni za <nailoni>"),
    ],
)
def test_a_change_that_may_be_meant_otherwise_is_asked_about(order: str, text: str) -> None:
    """A number that is another row's size, a size that got lost, some of what is ordered."""
    assert read(TAILOR, text, intent="modify_order", history=_after(order)).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("2 x Sewing Needle 16 = KES 180", "make it {5}", {"NEEDLE-16": 5}),
        ("1 x Fixall Fabric Glue 4L = KES 90", "make the glue <bondit 4l>", {"GLUE-A-4": 1}),
        ("4 x Metal Zip = KES 360", "add {2} <nylon zip>", {"ZIP-N": 2}),
        ("5 x Sewing Needle 14 = KES 450", "{ek|1} kam kar do", {"NEEDLE-14": 4}),
        ("5 x Sewing Needle 14 = KES 450", "{एक|1} बढ़ा दो", {"NEEDLE-14": 1}),
    ],
)
def test_a_change_that_says_what_it_means_is_made(order: str, text: str, expected: dict[str, int]) -> None:
    result = read(TAILOR, text, intent="modify_order", history=_after(order))
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["<zipu ya chuma> {5} badala ya <zipu ya nailoni>", "{5} <metal zip> instead of <nylon zip>"]
)
def test_what_comes_instead_of_what_was_never_ordered_is_asked_about(text: str) -> None:
    assert read(TAILOR, text, intent="modify_order").decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["double the <milk>", "<maziwa> mara mbili", "<milk> dugna karo"])
def test_what_is_named_is_doubled_alone(text: str) -> None:
    flags = {"everything": True}
    result = read(CORNER_SHOP, text, intent="modify_order", history=READ_BACK, flags=flags)
    assert (lines(result), result.decision) == ({"MILK": 6}, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["I want to add {one|1} more thing to it", "{ek|1} aur cheez add karni thi", "nilitaka kuongeza kitu"]
)
def test_something_more_that_is_not_named_is_asked_about(text: str) -> None:
    history = _after("1 x Metal Zip = KES 90")
    assert read(TAILOR, text, intent="modify_order", history=history).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    "text", ["{2} nahi {3 litre|3l} aur <metal zip> bhi {ek|1}", "{2} no, {3 litre|3l} and <metal zip> too"]
)
def test_an_amount_from_before_an_and_is_asked_about(text: str) -> None:
    history = _after("2 x Sewing Needle 16 = KES 180")
    assert read(TAILOR, text, intent="modify_order", history=history).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["{ek|1} aur <metal zip>", "aur <metal zip> bhi {ek|1}"])
def test_one_more_of_another_good_is_added(text: str) -> None:
    history = _after("2 x Sewing Needle 16 = KES 180")
    assert lines(read(TAILOR, text, intent="modify_order", history=history)) == {"ZIP-M": 1}


@pytest.mark.parametrize(
    "text",
    ["swap the 14 for a 16 and add <nylon zip> {x3|3}", "badilisha 14 iwe 16 na uongeze <zipu ya nailoni> {tatu|3}"],
)
def test_an_exchange_by_which_nothing_goes_is_asked_about(text: str) -> None:
    history = _after("1 x Sewing Needle 14, 1 x Metal Zip = KES 180")
    assert read(TAILOR, text, intent="modify_order", history=history).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    "text", ["sona ki jagah <-metal zip> de do", "badala ya ile <-zipu ya chuma>", "सोने की जगह <-metal zip> दे दो"]
)
def test_an_exchange_by_which_nothing_comes_is_asked_about(text: str) -> None:
    """What is on the order already comes in nothing's place."""
    history = _after("1 x Metal Zip = KES 90")
    assert read(TAILOR, text, intent="modify_order", history=history).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["ongeza kitu kidogo cha watoto hapo", "add something small for the kids"])
def test_something_small_makes_nothing_smaller(text: str) -> None:
    history = _after("1 x Bondit Fabric Glue 4L = KES 90")
    assert read(TAILOR, text, intent="modify_order", history=history).decision is Decision.CLARIFY


KIOSK = shop_of(
    ("BOOST", "Boost Energy Drink 250ml", "boost"),
    ("SQUASH", "Mango Squash 500ml", "squash"),
    unit="bottle",
)


@pytest.mark.parametrize(
    "text", ["remove {one|1} of the <-drinks>", "<-drinks> me se {ek|1} hata do", "toa <-drinks> {moja|1}"]
)
def test_a_word_for_many_a_good_may_take_off_another(text: str) -> None:
    """Both are drinks, though one alone is called so; where nothing else is on the order it is the one."""
    both, one = (_after(f"2 x Boost Energy Drink 250ml{more} = KES 60") for more in (", 2 x Mango Squash 500ml", ""))
    assert read(KIOSK, text, intent="modify_order", history=both).decision is Decision.CLARIFY
    assert lines(read(KIOSK, text, intent="modify_order", history=one)) == {"BOOST": 1}
