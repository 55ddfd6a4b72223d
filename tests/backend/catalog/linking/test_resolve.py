"""What a mention means in a catalogue: sure, open, odd or unknown, with the rule that says so."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem, catalogue_from_rows
from backend.catalog.linking.quantities import Wanted
from backend.catalog.linking.resolve import Status, resolve
from backend.catalog.linking.terms import measure_of, terms_of
from tests.support.linked import lines, resolved
from tests.support.shops import CORNER_SHOP, FURNISHER, KITCHEN

TWO = Fraction(2)
HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("words", "sku"),
    [
        ("sukari", "SUGAR-1"),
        ("sugar please", "SUGAR-1"),
        ("maziwa ya malisho", "MILK"),
        ("white bread", "BREAD"),
        ("mkate mkubwa", "BREAD-8"),
        ("mikate", "BREAD"),
        ("unga ya maisha", "FLOUR-2"),
        ("coke 500", "COKE"),
        ("coca cola", "COKE"),
        ("suger", "SUGAR-1"),
        ("gas ndogo", "GAS-6"),
        ("a tray", "EGG-T"),
        ("sukari nusu", "SUGAR-H"),
        ("eggs tray", "EGG-T"),
    ],
)
def test_a_word_that_one_row_has_means_that_row(words: str, sku: str) -> None:
    assert lines(CORNER_SHOP, words) == {sku: 1}


@pytest.mark.parametrize(
    ("words", "sku"),
    [
        ("पोहे", "POHA"),
        ("हाफ पोहे", "POHA-H"),
        ("वडापाव", "VADA-P"),
        ("वड़ा पाव", "VADA-P"),
        ("चहा", "TEA"),
        ("btr roti", "ROTI-B"),
    ],
)
def test_another_script_or_spelling_finds_the_same_row(words: str, sku: str) -> None:
    assert lines(KITCHEN, words) == {sku: 1}


@pytest.mark.parametrize("words", ["unga", "gas", "gesi", "gas refill"])
def test_a_word_that_several_rows_have_is_open(words: str) -> None:
    assert resolved(CORNER_SHOP, words).status is Status.OPEN


def test_a_size_that_two_brands_have_is_open() -> None:
    found = resolved(CORNER_SHOP, "maziwa", Wanted(measure=measure_of(1, "l")))
    assert (found.status, set(found.alternatives)) == (Status.OPEN, {"MILK-L", "MILK-P"})


@pytest.mark.parametrize("words", ["naan", "brown sugar", "tomatoes", "basmati rice", "butter naan"])
def test_what_the_shop_lacks_is_never_a_near_one(words: str) -> None:
    assert resolved(CORNER_SHOP, words).status is Status.UNKNOWN


def test_a_part_of_a_dish_is_not_the_dish() -> None:
    assert resolved(KITCHEN, "cheese").status is Status.UNKNOWN


def test_a_bundle_is_meant_only_where_it_is_asked_for() -> None:
    assert lines(KITCHEN, "poha") == {"POHA": 1}
    assert lines(KITCHEN, "combo 1") == {"COMBO": 1}


def test_a_bundle_called_by_what_no_single_good_is_called_needs_no_word_for_a_bundle() -> None:
    rows = [
        {"sku": "CAKE", "name": "Sponge Cake", "aliases": "cake", "unit": "piece"},
        {"sku": "TEA", "name": "Tea", "aliases": "chai", "unit": "cup"},
        {"sku": "KIT", "name": "Birthday Cake Kit (flour and icing)", "aliases": "cake kit", "unit": "combo"},
        {"sku": "BREAK", "name": "Combo: Tea and Cake", "aliases": "tea cake|nashta combo", "unit": "combo"},
    ]
    shop = catalogue_from_rows([{**row, "currency": "KES", "stock": "9"} for row in rows])
    assert lines(shop, "cake kit") == {"KIT": 1}
    assert lines(shop, "cake") == {"CAKE": 1}
    assert resolved(shop, "tea cake").sku != "BREAK"
    assert resolved(shop, "nashta").sku is None


def test_a_bundle_is_called_by_a_word_that_single_goods_have_beside_others() -> None:
    rows = [
        {"sku": "BOX", "name": "Party Treat: Cake and Cups", "aliases": "party treat|zawadi kubwa", "unit": "combo"},
        {"sku": "DOG", "name": "Dog Treat Small", "aliases": "dog treat small", "unit": "packet"},
        {"sku": "TOY", "name": "Zawadi ya Mtoto", "aliases": "zawadi mtoto", "unit": "piece"},
        {"sku": "CAKE", "name": "Cake", "aliases": "cake", "unit": "piece"},
    ]
    shop = catalogue_from_rows([{**row, "currency": "KES", "stock": "9"} for row in rows])
    assert (lines(shop, "party treat"), lines(shop, "zawadi kubwa")) == ({"BOX": 1}, {"BOX": 1})
    assert lines(shop, "cake") == {"CAKE": 1}


def test_a_count_of_pieces_comes_in_the_fewest_packs() -> None:
    sizes = (("RAW-6", "Raw Eggs (6 pack)", "raw eggs"), ("RAW-12", "Raw Eggs (12 pack)", "raw eggs dozen"))
    rows = [{"sku": sku, "name": name, "aliases": alias, "unit": "pack"} for sku, name, alias in sizes]
    shop = catalogue_from_rows([{**row, "currency": "INR", "stock": "9"} for row in rows])
    assert lines(shop, "raw eggs", Wanted(count=Fraction(18))) == {"RAW-6": 1, "RAW-12": 1}
    assert lines(shop, "raw eggs", Wanted(count=TWO)) == {"RAW-6": 2}


@pytest.mark.parametrize(
    ("words", "wanted", "expected"),
    [
        ("sukari", Wanted(measure=measure_of(3, "kg")), {"SUGAR-2": 1, "SUGAR-1": 1}),
        ("sukari", Wanted(measure=measure_of(500, "g")), {"SUGAR-H": 1}),
        ("maisha", Wanted(count=TWO, measure=measure_of(1, "kg")), {"FLOUR-1": 2}),
        ("onions", Wanted(measure=measure_of(0.25, "kg")), {"ONION": Fraction(1, 4)}),
        ("onions", Wanted(count=HALF), {"ONION": HALF}),
        ("onions", Wanted(money_minor=Fraction(5000)), {"ONION": HALF}),
        ("eggs", Wanted(count=Fraction(1), container="dozen"), {"EGG": 12}),
        ("eggs", Wanted(count=TWO, container="tray"), {"EGG-T": 2}),
        ("eggs", Wanted(count=HALF, container="tray"), {"EGG": 15}),
        ("eggs", Wanted(count=Fraction(3, 2), container="tray"), {"EGG-T": 1, "EGG": 15}),
        ("sugar", Wanted(count=TWO), {"SUGAR-1": 2}),
    ],
)
def test_amounts_become_packs(words: str, wanted: Wanted, expected: dict[str, Fraction]) -> None:
    assert lines(CORNER_SHOP, words, wanted) == expected


@pytest.mark.parametrize(
    ("words", "wanted", "expected"),
    [
        ("veg pulao", Wanted(count=HALF), {"PULAO-H": 1}),
        ("idli", Wanted(count=Fraction(4), container="piece"), {"IDLI": 2}),
        ("kaju barfi", Wanted(measure=measure_of(1.25, "kg")), {"BARFI-1": 1, "BARFI-H": 1}),
        ("kaju barfi", Wanted(money_minor=Fraction(20_000)), {"BARFI-H": 1}),
        ("vada pav", Wanted(count=TWO, money_minor=Fraction(4000)), {"VADA-PC": 2}),
    ],
)
def test_a_portion_a_weight_or_a_price_names_the_row(words: str, wanted: Wanted, expected: dict[str, Fraction]) -> None:
    assert lines(KITCHEN, words, wanted) == expected


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("sugar", Wanted(money_minor=Fraction(10_000))),
        ("onions", Wanted()),
        ("onions", Wanted(count=TWO)),
        ("sugar", Wanted(vague=True)),
        ("eggs", Wanted(count=Fraction(5, 2))),
        ("coke", Wanted(count=TWO, container="crate")),
        ("sugar", Wanted(measure=measure_of(300, "g"))),
    ],
)
def test_what_comes_out_uneven_is_asked(words: str, wanted: Wanted) -> None:
    found = resolved(CORNER_SHOP, words, wanted)
    assert (found.status, found.lines) == (Status.ODD, ())


def test_a_size_that_the_good_does_not_come_in_is_open() -> None:
    assert resolved(KITCHEN, "kaju barfi half").status is Status.OPEN


def test_a_row_that_is_ruled_out_is_not_found() -> None:
    found = resolve(CORNER_SHOP, terms_of("bread"), Wanted(), without=frozenset({"BREAD", "BREAD-8"}))
    assert found.sku == "BREAD-B"


def test_a_kind_of_goods_is_open_between_its_goods() -> None:
    found = resolved(CORNER_SHOP, "soda")
    assert (found.status, found.alternatives) == (Status.OPEN, ("COKE",))


@pytest.mark.parametrize(("count", "trays"), [(60, 2), (30, 1), (12, 12), (1, 1)])
def test_a_count_that_fills_whole_packs_counts_what_is_in_them(count: int, trays: int) -> None:
    """Sixty of a tray of thirty are two trays; a count that fills none is one of trays."""
    assert lines(CORNER_SHOP, "egg tray", Wanted(count=Fraction(count))) == {"EGG-T": trays}


def test_packs_that_are_named_are_counted_as_packs() -> None:
    """Thirty trays stay thirty trays."""
    wanted = Wanted(count=Fraction(30), container="tray")
    assert lines(CORNER_SHOP, "egg", wanted) == {"EGG-T": 30}


@pytest.mark.parametrize(("container", "sku"), [("bag", "MILK"), ("pouch", "MILK")])
def test_a_bag_of_milk_is_its_pouch(container: str, sku: str) -> None:
    """What people call the pouch or packet of milk makes no other row of it."""
    shop = Catalogue((CatalogueItem("MILK", "Cow Milk 500ml", ("milk",), "pouch", 2800, "INR", 50.0, {}),))
    assert lines(shop, "milk", Wanted(count=TWO, container=container)) == {sku: 2}


@pytest.mark.parametrize(("unit", "container"), [("bundle", "bale"), ("bale", "bundle")])
def test_a_bale_is_a_bundle(unit: str, container: str) -> None:
    shop = Catalogue((CatalogueItem("MAKUTI", "Palm Thatch", ("makuti",), unit, 9000, "KES", 50.0, {}),))
    assert lines(shop, "makuti", Wanted(count=TWO, container=container)) == {"MAKUTI": 2}


def test_a_bag_of_milk_is_its_packet_and_a_bag_of_flour_is_asked_about() -> None:
    """A liquid's packet is a bag to many; a bag of what is dry may be a sack."""
    shop = Catalogue(
        (
            CatalogueItem("MILK", "Cow Milk 500ml", ("milk",), "packet", 2800, "INR", 50.0, {}),
            CatalogueItem("BESAN", "Besan 500g", ("besan",), "packet", 5500, "INR", 50.0, {}),
        )
    )
    two = Wanted(count=Fraction(2), container="bag")
    assert resolve(shop, terms_of("milk"), two).lines == (("MILK", Fraction(2)),)
    assert resolve(shop, terms_of("besan"), two).status is Status.ODD


def test_a_declined_unit_names_the_size() -> None:
    """Marathi's "of ten kilos" tells which bag is meant, and a count beside it how many."""
    sizes = (("1", 6000), ("10", 54500))
    shop = Catalogue(
        tuple(CatalogueItem(f"A{kg}", f"Atta {kg}kg", (), "bag", cost, "INR", 9.0, {}) for kg, cost in sizes)
    )
    assert resolve(shop, terms_of("atta दहा किलोची"), Wanted(count=Fraction(2))).lines == (("A10", Fraction(2)),)


def test_noodles_are_no_plural_of_ghee() -> None:
    """The name "Maggi" without a Swahili plural's "ma" would leave the key of "ghee"."""
    shop = Catalogue((CatalogueItem("MAGGI", "Maggi Noodles", ("maggi",), "packet", 1400, "INR", 50.0, {}),))
    assert resolve(shop, terms_of("ghee"), Wanted()).status is Status.UNKNOWN


def test_an_alias_with_a_size_is_no_name_of_the_bare_word() -> None:
    """One alias says its size in digits, the others in words: all three are open."""
    found = resolved(FURNISHER, "lamp oil")
    assert (found.status, set(found.alternatives)) == (Status.OPEN, {"OIL-S", "OIL-M", "OIL-L"})


def test_sorts_of_one_good_stay_together() -> None:
    """One sort's own word names another good ("chicken"), which makes the other no likelier."""
    found = resolved(FURNISHER, "bar stool")
    assert (found.status, set(found.alternatives)) == (Status.OPEN, {"STOOL-P", "STOOL-C"})


def test_how_many_a_tray_holds_need_not_be_said() -> None:
    """The name of the tray says "(30)"; two trays of eggs are two of it, not of the eggs sold singly."""
    shop = Catalogue(
        (
            CatalogueItem("EGG", "Egg", ("eggs",), "piece", 1500, "KES", 90.0, {}),
            CatalogueItem("TRAY", "Eggs Tray (30)", ("tray",), "tray", 42000, "KES", 9.0, {}),
        )
    )
    assert lines(shop, "eggs", Wanted(count=TWO, container="tray")) == {"TRAY": 2}


def test_a_good_that_is_weighed_out_is_meant_before_a_packet_of_that_weight() -> None:
    """A kilo of millet is millet, though the packet of its flour holds a kilo."""
    shop = Catalogue(
        (
            CatalogueItem("MILLET", "Millet (loose)", ("wimbi",), "kg", 14000, "KES", 80.0, {}),
            CatalogueItem("FLOUR", "Wimbi Flour 1kg", ("unga wa wimbi",), "packet", 17000, "KES", 30.0, {}),
        )
    )
    kilo = Wanted(measure=measure_of(1.0, "kg"))
    assert (lines(shop, "wimbi", kilo), lines(shop, "unga wa wimbi", kilo)) == ({"MILLET": 1}, {"FLOUR": 1})


def test_two_dozen_of_what_comes_by_the_dozen_are_two_packs() -> None:
    shop = Catalogue((CatalogueItem("LAMP", "Clay Lamps (pack of 12)", ("diya",), "pack", 6000, "INR", 90.0, {}),))
    assert lines(shop, "diya", Wanted(count=TWO, container="dozen")) == {"LAMP": 2}


def test_a_dozen_of_one_size_are_twelve_of_it() -> None:
    shop = Catalogue((CatalogueItem("NAIL", "Nail 2 inch", ("2 inch nail",), "piece", 300, "KES", 900.0, {}),))
    assert lines(shop, "2 inch nail", Wanted(count=Fraction(1), container="dozen")) == {"NAIL": 12}


def test_a_weight_that_packs_of_another_good_make_as_well_is_open() -> None:
    """Half a kilo of sweets is one box of the one, or two of the other."""
    rows = (("RAVA", "Rava Ladoo 500g"), ("DINK", "Dink Ladoo 250g"))
    shop = Catalogue(tuple(CatalogueItem(sku, name, (), "box", 9000, "INR", 9.0, {}) for sku, name in rows))
    half = Wanted(measure=measure_of(500, "g"))
    assert resolve(shop, terms_of("ladoo"), half).status is Status.OPEN
    assert resolve(shop, terms_of("dink ladoo"), half).lines == (("DINK", Fraction(2)),)


def _named(*names: str) -> Catalogue:
    return Catalogue(tuple(CatalogueItem(name, name, (), "piece", 5000, "KES", 20) for name in names))


def test_what_several_dishes_are_called_by_first_is_open() -> None:
    """Two rows begin with "mushroom", or end with it: neither is meant more than the other."""
    found = resolved(_named("Mushroom Butter Masala", "Kadai Mushroom"), "mushroom")
    assert (found.status, set(found.alternatives)) == (Status.OPEN, {"Mushroom Butter Masala", "Kadai Mushroom"})


@pytest.mark.parametrize("words", ["machungwa", "orange", "santra"])
def test_a_flavour_of_a_brand_is_no_fruit(words: str) -> None:
    assert resolved(_named("Mirinda Orange 300ml", "Sweet Banana"), words).status is Status.UNKNOWN


def test_a_brand_of_what_is_asked_for_is_meant() -> None:
    assert lines(_named("Rina Cooking Oil 1L", "Sweet Banana"), "cooking oil") == {"Rina Cooking Oil 1L": 1}


@pytest.mark.parametrize(
    ("words", "sku"), [("bun patty", "BUN"), ("patty bun", "PATTY"), ("buns patties", "BUN"), ("patty  bun", "PATTY")]
)
def test_of_the_same_words_the_order_tells(words: str, sku: str) -> None:
    """A bun with a patty is another dish than a patty with a bun, as pav bhaji is no bhaji pav."""
    shop = Catalogue((CatalogueItem("BUN", "Bun Patty", ("bun patty",)), CatalogueItem("PATTY", "Patty Bun")))
    assert resolved(shop, words).sku == sku


@pytest.mark.parametrize("words", ["combo", "कॉम्बो", "combos"])
def test_a_bundle_without_a_name_is_open_between_all(words: str) -> None:
    """That one is called "combo" by a word of another script makes it no plainer than the others."""
    rows = (
        ("ONE", "Solo Combo (burger + chips)", "solo combo|सोलो कॉम्बो"),
        ("TWO", "Family Combo (4 burgers)", "family combo|फॅमिली कॉम्बो"),
    )
    shop = catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": aliases, "unit": "combo", "price": "9"} for sku, name, aliases in rows]
    )
    assert resolve(shop, terms_of(words), Wanted(count=Fraction(1))).status is Status.OPEN


@pytest.mark.parametrize("words", ["big crisps", "crisps kubwa"])
def test_a_size_is_looked_for_among_all_sorts_that_one_name_begins(words: str) -> None:
    """Crisps called "Lakeside Crisps Chilli Lemon" are crisps as well, though its name ends in a spice and a fruit."""
    rows = (
        ("SALT-S", "Lakeside Crisps Salted 30g", "salted ndogo"),
        ("SALT-L", "Lakeside Crisps Salted 200g", "salted kubwa"),
        ("CHILLI-S", "Lakeside Crisps Chilli Lemon 30g", "chilli ndogo"),
        ("CHILLI-L", "Lakeside Crisps Chilli Lemon 200g", "chilli kubwa"),
    )
    shop = catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": aliases, "price": "9"} for sku, name, aliases in rows]
    )
    found = resolve(shop, terms_of(words), Wanted(count=TWO))
    assert (found.status, {*found.alternatives}) == (Status.OPEN, {"SALT-L", "CHILLI-L"})


def test_pieces_of_what_is_called_by_its_container_are_so_many_of_it() -> None:
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": alias, "unit": unit, "price": "90", "stock": "40"}
            for sku, name, alias, unit in (
                ("HAMPER", "Fruit Hamper Basket", "hamper basket|hamper box", "box"),
                ("BUNS", "Bun Packet (6 pcs)", "bun packet", "packet"),
            )
        ]
    )
    four, twelve = (Wanted(count=Fraction(number), container="piece") for number in (4, 12))
    assert resolve(shop, terms_of("hamper box"), four).lines == (("HAMPER", Fraction(4)),)
    assert resolve(shop, terms_of("hamper box"), four).exact
    assert resolve(shop, terms_of("bun packet"), twelve).lines == (("BUNS", TWO),)


@pytest.mark.parametrize(
    ("rows", "count", "expected"),
    [
        ((("YAI", "Kienyeji Egg", "yai", "piece"),), HALF, {"YAI": 15}),
        ((("YAI", "Egg (one)", "yai", "piece"), ("TREI", "Eggs, tray of 30", "trei", "tray")), HALF, {"YAI": 15}),
        ((("YAI", "Egg (one)", "yai", "piece"), ("TREI", "Eggs, tray of 30", "trei", "tray")), TWO, {"TREI": 2}),
    ],
)
def test_half_a_tray_of_eggs_is_fifteen(
    rows: tuple[tuple[str, str, str, str], ...], count: Fraction, expected: dict[str, int]
) -> None:
    shop = catalogue_from_rows(
        [
            {"sku": sku, "name": name, "aliases": alias, "unit": unit, "price": "15", "stock": "90"}
            for sku, name, alias, unit in rows
        ]
    )
    found = resolve(shop, terms_of("eggs"), Wanted(count=count, container="tray"))
    assert (found.status, dict(found.lines)) == (Status.SURE, expected)
