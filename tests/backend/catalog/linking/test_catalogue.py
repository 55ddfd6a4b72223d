"""Rows are read off a merchant's own file, whatever it leaves out."""

from pathlib import Path

from backend.catalog.linking.catalogue import CatalogueItem, load_catalogue, parse_options
from backend.catalog.linking.terms import Measure
from tests.support.shops import CORNER_SHOP


def test_a_file_with_a_byte_order_mark_and_gaps_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.csv"
    path.write_text(
        "sku,name,aliases,unit,price,currency,stock,options\n"
        'RICE-2KG,Kolam Rice 2kg,rice|chawal,packet,140.5,INR,12,"size=2kg;grade=fine,broken"\n'
        "BARE,Pen,,,,,,\n"
        ",no sku,,,,,,\n",
        encoding="utf-8-sig",
    )
    rice, pen = load_catalogue(path).items
    assert (rice.price_minor, rice.currency, rice.stock) == (14050, "INR", 12.0)
    assert rice.options == {"size": ("2kg",), "grade": ("fine", "broken")}
    assert rice.measure == Measure("mass", 2000.0)
    assert (pen.aliases, pen.unit, pen.price_minor) == ((), "piece", 0)


def test_a_part_of_a_catalogue_keeps_the_rows_in_their_order() -> None:
    skus = [item.sku for item in CORNER_SHOP.items][2:5]
    assert [item.sku for item in CORNER_SHOP.part([*reversed(skus), "NONE-SUCH"]).items] == skus


def test_sizes_of_one_good_are_one_family() -> None:
    row = next(number for number, item in enumerate(CORNER_SHOP.items) if item.sku == "SUGAR-1")
    assert {CORNER_SHOP.items[other].sku for other in CORNER_SHOP.siblings(row)} == {"SUGAR-H", "SUGAR-1", "SUGAR-2"}


def test_choices_without_a_row_are_no_goods() -> None:
    assert "moto" in CORNER_SHOP.choices
    assert "6kg" not in CORNER_SHOP.choices


def test_pieces_in_a_pack_are_read_off_its_name() -> None:
    assert CORNER_SHOP.by_sku["EGG-T"].pieces == 30
    assert CatalogueItem("T", "Tissue 10 pack").pieces == 10
    assert CatalogueItem("C", "Chalk").pieces is None


def test_an_option_without_a_value_is_left_out() -> None:
    assert parse_options("size=;colour") == {"size": ()}
