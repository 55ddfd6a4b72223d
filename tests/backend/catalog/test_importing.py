"""Reading a merchant's file, row by row."""

from decimal import Decimal

import pytest

from backend.catalog.errors import ImportFormatError
from backend.catalog.importing import read_rows
from backend.catalog.ports import ItemRow

HEADER = "sku,name,aliases,unit,price,currency,stock,options\n"


def test_a_whole_row() -> None:
    text = "\ufeff" + HEADER + 'TEE-M,"Tee, black",tee | t-shirt|,piece,"1,250.50",KES,12.5,"size=S,M;colour=black"\n'
    [parsed] = read_rows(text, "KES")
    assert parsed.row == ItemRow(
        sku="TEE-M",
        name="Tee, black",
        aliases=("tee", "t-shirt"),
        unit="piece",
        price_minor=125050,
        currency="KES",
        stock=Decimal("12.5"),
        options={"size": ("S", "M"), "colour": ("black",)},
        position=0,
    )


def test_columns_may_be_few_in_any_order_and_semicolons_separate() -> None:
    [parsed] = read_rows("Price;SKU;Name\r\n20;CHAI;Chai\r\n\r\n", "INR")
    assert parsed.row is not None
    assert (parsed.row.price_minor, parsed.row.unit, parsed.row.stock) == (2000, "piece", Decimal(0))


@pytest.mark.parametrize(
    ("row", "errors"),
    [
        (",Chai,,cup,20,KES,5,", ("sku is empty; give each row a short code of its own",)),
        ("CHAI,,,cup,20,KES,5,", ("name is empty; write what customers know it as",)),
        ("CHAI,Chai,,cup,,KES,5,", ("price is empty; write a number",)),
        ("CHAI,Chai,,cup,cheap,KES,5,", ("price is not a number: 'cheap'",)),
        ("CHAI,Chai,,cup,-1,KES,5,", ("price must be zero or more: -1",)),
        ("CHAI,Chai,,cup,1.005,KES,5,", ("price has more than 2 decimals: 1.005",)),
        ("CHAI,Chai,,cup,NaN,KES,5,", ("price must be zero or more: NaN",)),
        ("CHAI,Chai,,cup,20,INR,5,", ("currency is INR; this shop sells in KES",)),
        ("CHAI,Chai,,cup,20,KES,some,", ("stock is not a number: 'some'",)),
        ("CHAI,Chai,,cup,1,250,KES,5,", ("stock is not a number: 'KES'", "currency is 250; this shop sells in KES")),
        (
            "CHAI,Chai,,cup,20,KES,5,,oops",
            ("more cells than the first line has columns ('oops'); quote texts with commas",),
        ),
        (
            'CHAI,Chai,,cup,"1,50",KES,5,',
            ("price has a comma where none divides thousands: 1,50; write decimals behind a point",),
        ),
        ("CHAI,Cha\0i,,cup,20,KES,5,", ("name holds a character that is no text",)),
        ("SODA,Soda again,,cup,20,KES,5,", ("sku SODA stands in line 2 already; keep one of the two",)),
    ],
)
def test_a_faulty_row_says_how_to_mend_it(row: str, errors: tuple[str, ...]) -> None:
    good, bad = read_rows(f"{HEADER}SODA,Soda,,bottle,60,KES,9,\n{row}\n", "KES")
    assert good.row is not None
    assert (bad.row, bad.line, bad.errors) == (None, 3, errors)


def test_a_price_in_two_cells_is_not_taken_for_its_first() -> None:
    """Without its quotes "1,250" is a price of 1 and a cell too many."""
    [parsed] = read_rows("sku,name,price\nTV,Television,1,250\n", "KES")
    assert parsed.row is None
    assert parsed.errors == ("more cells than the first line has columns ('250'); quote texts with commas",)


@pytest.mark.parametrize(("words", "price_minor"), [("1,250", 125_000), ("1,00,000.50", 10_000_050), ("999", 99_900)])
def test_thousands_may_be_divided_as_kenya_and_india_do(words: str, price_minor: int) -> None:
    [parsed] = read_rows(f'sku,name,price\nTV,Television,"{words}"\n', "INR")
    assert parsed.row is not None
    assert parsed.row.price_minor == price_minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name,price\nChai,20\n",
        "<html>",
        "sku,name,price,Price\nCHAI,Chai,20,30\n",
        'sku,name,price\nCHAI,"Chai,20\n' + "SODA,Soda,60\n" * 20_000,
    ],
    ids=["nothing", "no sku", "a page", "two prices", "an open quote"],
)
def test_what_is_no_catalogue_is_refused(text: str) -> None:
    with pytest.raises(ImportFormatError):
        read_rows(text, "KES")
