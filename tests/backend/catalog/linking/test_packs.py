"""The fewest packs that make an amount exactly, or none at all."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog.linking.packs import Pack, as_fraction, by_money, fewest


@pytest.mark.parametrize(
    ("sizes", "amount", "counts"),
    [
        ((500, 1000, 2000), 3000, {1000: 1, 2000: 1}),
        ((500, 1000, 2000), 500, {500: 1}),
        ((250, 1000), 1250, {250: 1, 1000: 1}),
        ((400, 700), 1200, {400: 3}),
        ((1, 30), 45, {1: 15, 30: 1}),
        ((250,), 100, None),
        ((), 100, None),
        ((500,), 0, None),
    ],
)
def test_an_amount_is_made_of_the_fewest_packs(
    sizes: tuple[int, ...], amount: int, counts: dict[int, int] | None
) -> None:
    assert fewest([Pack(size, Fraction(size)) for size in sizes], Fraction(amount)) == counts


def test_far_more_than_any_pack_comes_in_the_largest_that_divides_it() -> None:
    packs = [Pack(0, Fraction(1)), Pack(1, Fraction(1000))]
    assert fewest(packs, Fraction(10_000_000)) == {1: 10_000}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=4, unique=True), st.integers(1, 200))
def test_packs_always_sum_to_the_amount(sizes: list[int], amount: int) -> None:
    counts = fewest([Pack(size, Fraction(size)) for size in sizes], Fraction(amount))
    if counts is None:
        assert 1 not in sizes
    else:
        assert sum(size * count for size, count in counts.items()) == amount


@pytest.mark.parametrize(
    ("price", "money", "weighed", "bought"),
    [
        (2000, 10_000, False, Fraction(5)),
        (2000, 5000, False, None),
        (8000, 20_000, True, Fraction(5, 2)),
        (17_500, 5000, True, None),
        (0, 5000, True, None),
    ],
)
def test_money_buys_whole_packs_or_hundredths_of_a_kilo(
    price: int, money: int, *, weighed: bool, bought: Fraction | None
) -> None:
    assert by_money(price, Fraction(money), weighed=weighed) == bought


def test_a_spoken_third_is_exact() -> None:
    assert as_fraction(0.3333) == Fraction(1, 3)
