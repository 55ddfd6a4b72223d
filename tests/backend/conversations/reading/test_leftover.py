"""Words of a good that no item took, and counts between two goods."""

import pytest

from backend.catalog.linking.catalogue import catalogue_from_rows
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import Decision, ReadingContext
from tests.support.marked_reading import EVERYTHING, lines, read
from tests.support.shops import marked

SNACKS = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "price": "60", "stock": "90", "options": options}
        for sku, name, aliases, options in (
            ("PUFF-B", "Beef Puff", "puff|pafu|पफ", "filling=beef"),
            ("ROLL-S", "Spinach Roll", "spinach roll|palak roll|पालक रोल", "filling=spinach"),
            ("JAM-P", "Plum Jam", "plum jam|jam ya plum", "flavour=plum"),
            ("JAM-G", "Guava Jam", "guava jam|jam ya mapera", "flavour=guava"),
            ("COCOA", "Cocoa Mug", "cocoa|kakao|कोको", ""),
        )
    ]
)

FUSES = catalogue_from_rows(
    [
        {"sku": f"FUSE-{amps}", "name": f"Fuse {amps}A", "aliases": f"fuse {amps}|fyuzi {amps}", "stock": "200",
         "price": "20", "options": f"rating={amps}A"}
        for amps in (10, 15)
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "<puff> ya <spinach> {mbili|2}",
        "<puff> ka <palak> {2}",
        "<plum jam> {2}, guava",
        "<jam ya plum> {2}, mapera",
        "<puff> {2} <cocoa>",
        "<पफ> {दो|2} <कोको>",
    ],
)
def test_what_may_belong_otherwise_is_asked_about(text: str) -> None:
    """A genitive between two goods, a word of another row in no item, a number between two goods."""
    assert read(SNACKS, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<puff> {2} na <cocoa>", {"PUFF-B": 2, "COCOA": 1}),
        ("<puff> {1} <cocoa>", {"PUFF-B": 1, "COCOA": 1}),
        ("<puff>, {2} <cocoa>", {"PUFF-B": 1, "COCOA": 2}),
        ("<plum jam> {2}, not guava", {"JAM-P": 2}),
        ("<jam ya plum> {2} bila mapera", {"JAM-P": 2}),
    ],
)
def test_what_belongs_to_one_good_is_booked(text: str, expected: dict[str, int]) -> None:
    result = read(SNACKS, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    ("text", "word"), [("<pafu> ya samaki {2}", "samaki"), ("<cocoa> ya hazelnut {2}", "hazelnut")]
)
@pytest.mark.parametrize(("p", "expected"), [(0.6, Decision.CLARIFY), (0.99, Decision.ACCEPT)])
def test_a_word_behind_a_genitive_is_asked_about_where_the_bot_was_unsure(
    text: str, word: str, p: float, expected: Decision
) -> None:
    plain, reading = marked(text)
    tokens = [{**one, "p": p if one["text"] == word else 0.99} for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, SNACKS, ReadingContext(plain, thresholds=EVERYTHING))
    assert result.decision is expected


@pytest.mark.parametrize(
    "text", ["<cocoa> {2} na {250|250} {3|3}", "<puff> {1} aur {500} {2}", "<कोको> {दो|2}, {250} {3}"]
)
def test_two_numbers_that_no_good_took_are_asked_about(text: str) -> None:
    """They are a size that the shop lacks, and how many of it."""
    assert read(SNACKS, text).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["<cocoa> {glasi 1|1} au {2}", "<puff> {1} or {2}", "<पफ> {1} या {2}"])
def test_a_range_beside_a_good_is_asked_about(text: str) -> None:
    assert read(SNACKS, text).decision is Decision.CLARIFY


@pytest.mark.parametrize(
    ("text", "word"),
    [("<cocoa> {3} mug {moja|1}", "moja"), ("<puff> {4} beef {one|1}", "one"), ("<पफ> {4} beef {एक|1}", "एक")],
)
def test_a_second_count_behind_a_good_is_asked_about(text: str, word: str) -> None:
    """One of them is no count, though the bot was not sure of it."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.8 if one["text"] == word else 0.97} for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, SNACKS, ReadingContext(plain, thresholds=EVERYTHING))
    assert result.decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["kila kitu isipokuwa <cocoa>", "vyote kasoro <kakao>", "everything except <cocoa>"])
def test_what_is_left_out_of_everything_is_not_ordered(text: str) -> None:
    assert (lines(read(SNACKS, text)), read(SNACKS, text).decision) == ({}, Decision.CLARIFY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<fuse> {15 15|15each}", {"FUSE-15": 15}),
        ("<fyuzi> {10 10|10each}", {"FUSE-10": 10}),
        ("<fuse> {15} {4}", {"FUSE-15": 4}),
    ],
)
def test_a_number_said_twice_is_the_name_and_the_count(text: str, expected: dict[str, int]) -> None:
    result = read(FUSES, text)
    assert (lines(result), result.decision) == (expected, Decision.ACCEPT)


@pytest.mark.parametrize(
    "text", ["<cocoa> {mbili|2} kwa <puff>", "{2} <cocoa> za <spinach roll>", "<कोको> {दो|2} की <puff>"]
)
def test_what_an_uncounted_good_is_of_or_for_is_asked_about(text: str) -> None:
    """It may say what the other is, or is for, and be no order of its own."""
    assert read(SNACKS, text).decision is Decision.CLARIFY


def test_a_counted_good_behind_for_is_ordered() -> None:
    assert lines(read(SNACKS, "<cocoa> {mbili|2} kwa <puff> {mbili|2}")) == {"COCOA": 2, "PUFF-B": 2}


LIME = catalogue_from_rows(
    [
        {"sku": f"LIME-{kilos}", "name": f"Wall Lime {kilos}kg", "aliases": f"chuna {kilos} kilo|chokaa kilo {kilos}",
         "price": "9", "stock": "90", "unit": "bag", "options": f"size={kilos}kg"}
        for kilos in (1, 5)
    ]
)  # fmt: skip


@pytest.mark.parametrize("text", ["<chuna> {5kg} wala nahi, {1kg} wala {2}", "<chuna> {5kg} वाला नहीं, {1kg} वाला {2}"])
def test_a_count_that_tells_of_what_wala_names_is_asked_about(text: str) -> None:
    """However unsure the bot was of it."""
    plain, reading = marked(text)
    tokens = [{**one, "p": 0.8 if one["text"] == "2" else one["p"]} for one in reading["tokens"]]
    context = ReadingContext(plain, thresholds=EVERYTHING)
    assert read_message({**reading, "tokens": tokens}, LIME, context).decision is Decision.CLARIFY


@pytest.mark.parametrize("text", ["{1} <laptop> bag and {2} <cocoa>", "{2} <kakao> na {moja|1} <jerrycan> bag"])
def test_a_counted_good_that_no_row_has_is_asked_about_though_a_container_ends_it(text: str) -> None:
    plain, reading = marked(text, "place_order")
    doubted = {"1", "moja", "laptop", "jerrycan"}
    tokens = [{**one, "p": 0.5} if plain[one["start"] : one["end"]] in doubted else one for one in reading["tokens"]]
    result = read_message({**reading, "tokens": tokens}, SNACKS, ReadingContext(plain, thresholds=EVERYTHING))
    assert (lines(result), result.decision) == ({"COCOA": 2}, Decision.CLARIFY)


@pytest.mark.parametrize(
    ("text", "note", "expected"),
    [
        ("{2} <cocoa>, upar se spinach roll {ek|1}", "upar se spinach roll", {"COCOA": 2, "ROLL-S": 1}),
        ("{दो|2} <कोको>, ऊपर से पालक रोल {एक|1}", "ऊपर से पालक रोल", {"COCOA": 2, "ROLL-S": 1}),
        ("{2} <cocoa>, upar se spinach roll jaisa", "upar se spinach roll jaisa", {"COCOA": 2}),
    ],
)
def test_a_counted_good_behind_besides_is_no_note(text: str, note: str, expected: dict[str, int]) -> None:
    plain, _ = marked(text, "place_order")
    start = plain.index(note)
    said = {"text": note, "start": start, "end": start + len(note)}
    assert lines(read(SNACKS, text, slots={"note": said})) == expected
