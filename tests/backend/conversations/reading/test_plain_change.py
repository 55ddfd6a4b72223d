"""Changes in so many words: names in full, numbers and verbs, with nothing left over."""

from fractions import Fraction

import pytest

from backend.catalog.linking.catalogue import Catalogue, catalogue_from_rows
from backend.conversations.reading.plain_change import plain_change
from backend.conversations.reading.types import Decision, Slot, Turn
from tests.support.marked_reading import lines, read


def _shop(*rows: tuple[str, str, str], currency: str = "KES") -> Catalogue:
    common = {"unit": "piece", "price": "20", "stock": "60", "currency": currency}
    return catalogue_from_rows(
        [{"sku": sku, "name": name, "aliases": aliases, **common} for sku, name, aliases in rows]
    )


GYM = _shop(
    ("BELL-5", "Dumbbell 5kg", "dumbbell kilo tano|uzito wa kilo tano"),
    ("BELL-2", "Dumbbell 2kg", "dumbbell kilo mbili"),
    ("ROPE", "Skipping Rope", "kamba|skipping rope"),
    ("MAT", "Yoga Mat", "mkeka|yoga mat"),
    ("VEST-S", "Training Vest Small", "vest ndogo|small vest"),
    ("VEST-L", "Training Vest Large", "vest kubwa|large vest"),
    ("PINS-3", "Corner Pins (set of 3)", "corner pins|pini za kona"),
)
SWEETS = _shop(
    ("PEDHA", "Kandi Pedha 250g", "kandi pedhe pav kilo|कंदी पेढे पाव किलो"),
    ("KATLI", "Kaju Katli 250g", "kaju katli|काजू कतली"),
    ("UPMA", "Upma", "upma|उपमा"),
    ("SODA", "Double Soda", "double soda|डबल सोडा"),
    ("LADDU", "Besan Laddu", "besan laddu|बेसन लाडू"),
    currency="INR",
)
GYM_ORDER = (Turn("customer", "dumbbell na kamba"), Turn("bot", "2 Dumbbell 5kg, 4 Skipping Rope = KES 900. Confirm?"))
SWEETS_ORDER = (
    Turn("customer", "pedhe ani soda"),
    Turn("bot", "3 Kandi Pedha 250g, 5 Double Soda, 2 Upma = ₹900. Confirm?"),
)


@pytest.mark.parametrize("intent", ["cancel_order", "affirm", "special_instruction", "modify_order"])
@pytest.mark.parametrize(
    "text",
    [
        *(
            "kamba achana nayo",
            "forget the skipping rope",
            "sitaki kamba",
            "sitaki kamba tena",
            "kamba wacha",
            "toa kamba kwa hio order",
        ),
        *("cancel the skipping rope please", "usilete kamba"),
    ],
)
def test_a_cancel_that_names_a_good_takes_that_good_off(text: str, intent: str) -> None:
    result = read(GYM, text, intent=intent, history=GYM_ORDER)
    assert (result.intent, result.removed, lines(result)) == ("modify_order", ("ROPE",), {})
    assert result.decision is Decision.ACCEPT


@pytest.mark.parametrize(
    "text", ["upma rehne do, nahi chahiye", "upma cancel karo", "उपमा नको", "upma nako", "उपमा हटा दो"]
)
def test_a_refused_good_goes_from_an_order_in_hindi_and_marathi(text: str) -> None:
    result = read(SWEETS, text, intent="cancel_order", history=SWEETS_ORDER)
    assert (result.intent, result.removed, result.decision) == ("modify_order", ("UPMA",), Decision.ACCEPT)


@pytest.mark.parametrize("text", ["cancel the order", "cancel everything", "achana na hiyo order"])
def test_an_order_is_still_cancelled_as_a_whole(text: str) -> None:
    assert read(GYM, text, intent="cancel_order", history=GYM_ORDER).intent == "cancel_order"


def test_the_only_good_of_an_order_is_not_taken_off_by_itself() -> None:
    alone = (Turn("customer", "kamba"), Turn("bot", "4 Skipping Rope = KES 80. Confirm?"))
    assert read(GYM, "cancel the skipping rope", intent="cancel_order", history=alone).intent == "cancel_order"


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("ondoa dumbbell kilo tano", {"BELL-5"}, {}),
        ("toa dumbbell kilo tano na uongeze mkeka mbili", {"BELL-5"}, {"MAT": 2}),
        ("add 3 yoga mat and remove skipping rope", {"ROPE"}, {"MAT": 3}),
        ("no skipping rope, add 2 small vest", {"ROPE"}, {"VEST-S": 2}),
        ("swap the skipping rope for 6 yoga mat", {"ROPE"}, {"MAT": 6}),
        ("replace dumbbell kilo tano with 1 dumbbell kilo mbili", {"BELL-5"}, {"BELL-2": 1}),
        ("badala ya kamba leta vest ndogo sita", {"ROPE"}, {"VEST-S": 6}),
        ("kamba badilisha na mkeka sita", {"ROPE"}, {"MAT": 6}),
        ("weka kamba sita badala ya nne", {"ROPE"}, {"ROPE": 6}),
        ("kamba tano sio nne", {"ROPE"}, {"ROPE": 5}),
        ("kamba weka sita badala ya nne", {"ROPE"}, {"ROPE": 6}),
        ("badala ya nne weka kamba sita", {"ROPE"}, {"ROPE": 6}),
        ("change the skipping rope from 4 to 6", {"ROPE"}, {"ROPE": 6}),
        ("iondoe dumbbell kilo tano", {"BELL-5"}, {}),
        ("kamba hapana, leta vest kubwa moja", {"ROPE"}, {"VEST-L": 1}),
        ("sitaki tena kamba, nipe mkeka sita", {"ROPE"}, {"MAT": 6}),
        ("cancel dumbbell kilo tano but add 6 yoga mat", {"BELL-5"}, {"MAT": 6}),
        ("ongezea dumbbell kilo mbili sita hapo", set(), {"BELL-2": 6}),
        ("let the skipping rope be 6", {"ROPE"}, {"ROPE": 6}),
        ("6 skipping rope not 4", {"ROPE"}, {"ROPE": 6}),
        ("dumbbell kilo tano ziwe tano", {"BELL-5"}, {"BELL-5": 5}),
    ],
)
def test_every_word_of_a_swahili_or_english_change_has_its_place(
    text: str, removed: set[str], added: dict[str, int]
) -> None:
    result = read(GYM, text, intent="modify_order", history=GYM_ORDER)
    assert (set(result.removed), lines(result), result.decision) == (removed, added, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "removed", "added"),
    [
        ("kandi pedhe pav kilo hatao chhe besan laddu daalo", {"PEDHA"}, {"LADDU": 6}),
        ("double soda nako ani saha besan laddu taka", {"SODA"}, {"LADDU": 6}),
        ("teen besan laddu add karo aur kandi pedhe pav kilo hata do", {"PEDHA"}, {"LADDU": 3}),
        ("double soda ki jagah chhe besan laddu do", {"SODA"}, {"LADDU": 6}),
        ("double soda paanch nahi char kar do", {"SODA"}, {"SODA": 4}),
        ("डबल सोडा पाच ऐवजी सहा करा", {"SODA"}, {"SODA": 6}),
        ("5 nahi 6 karo double soda", {"SODA"}, {"SODA": 6}),
        ("5 ki jagah 6 double soda", {"SODA"}, {"SODA": 6}),
        ("डबल सोडा पाचच्या ऐवजी सहा करा", {"SODA"}, {"SODA": 6}),
        ("double soda hata ke chhe besan laddu kar do", {"SODA"}, {"LADDU": 6}),
        ("double soda chhe hi rakho", {"SODA"}, {"SODA": 6}),
        ("ek kaam karo chhe besan laddu bhi add kar do", set(), {"LADDU": 6}),
        ("डबल सोडा हटाकर दो बेसन लाडू दे दो", {"SODA"}, {"LADDU": 2}),
        ("double soda 5 se 6 kar do", {"SODA"}, {"SODA": 6}),
        ("कंदी पेढे पाव किलो नको, दोन बेसन लाडू द्या", {"PEDHA"}, {"LADDU": 2}),
    ],
)
def test_every_word_of_a_hindi_or_marathi_change_has_its_place(
    text: str, removed: set[str], added: dict[str, int]
) -> None:
    result = read(SWEETS, text, intent="modify_order", history=SWEETS_ORDER)
    assert (set(result.removed), lines(result), result.decision) == (removed, added, Decision.ACCEPT)


def test_what_comes_in_a_number_that_no_packs_make_up_is_asked_about() -> None:
    result = read(GYM, "toa kamba weka pini za kona nne", intent="modify_order", history=GYM_ORDER)
    assert (result.decision, result.ask) == (Decision.CLARIFY, Slot.QTY)


@pytest.mark.parametrize(
    "text",
    [
        "toa kamba?",  # a question
        "toa vest ndogo",  # nothing of the order
        "toa kamba ya bluu",  # a word without a place
        "kamba tano sio sita",  # an old number that the order does not have
        "weka kamba sita",  # six more, or six
        "add 2 skipping rope",  # more of what is there
        "kamba",
        "weka dumbbell kilo mbili moja",  # beside another of its sort, or in its place
        "1 dumbbell kilo mbili kar do",
    ],
)
def test_what_has_no_place_or_two_meanings_is_left_to_the_other_rules(text: str) -> None:
    assert plain_change(text, {"BELL-5": Fraction(2), "ROPE": Fraction(4)}, GYM) is None
