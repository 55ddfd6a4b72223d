"""Packs of a good that comes in several sizes."""

from tests.support.marked_reading import lines, read
from tests.support.shops import shop_of


def test_a_pack_of_another_size_is_no_pack_of_this_one() -> None:
    chemist = shop_of(
        ("NAPPY-M", "Dodo Nappies Medium (5 pc)", "nappies medium", "size=M"),
        ("NAPPY-L", "Dodo Nappies Large (5 pc)", "nappies large", "size=L"),
    )
    assert lines(read(chemist, "{5} <nappies large>")) == {"NAPPY-L": 1}
    assert lines(read(chemist, "<nappies large> {10}")) == {"NAPPY-L": 2}
