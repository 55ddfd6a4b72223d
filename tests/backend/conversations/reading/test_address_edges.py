"""An address gets back the names at its edges that the bot left out, and nothing that the shop or a list knows."""

import pytest

from backend.conversations.reading.edges import with_edges
from tests.support.shops import CORNER_SHOP, marked


def addressed(text: str, address: str, unsure: str = "") -> str:
    """The address of a message after its edges were looked at; the bot was unsure of some words."""
    plain, reading = marked(text)
    start = plain.index(address)
    tokens = [
        {"start": plain.index(word), "end": plain.index(word) + len(word), "tag": "O", "p": 0.7, "met": False}
        for word in unsure.split()
    ]
    slot = {"text": address, "start": start, "end": start + len(address), "vague": False}
    found = with_edges(plain, {**reading, "tokens": tokens, "slots": {"address": slot}}, CORNER_SHOP)
    return str(found["slots"]["address"]["text"])


@pytest.mark.parametrize(
    ("text", "address", "unsure", "expected"),
    [
        ("{2} <milk>, likoni ferry side, gate 4", "ferry side, gate 4", "likoni", "likoni ferry side, gate 4"),
        ("{2} <milk>, hum warje me hain, flat 9", "flat 9", "warje", "warje me hain, flat 9"),
        ("{2} <milk> to City Mall, the pharmacy", "City Mall", "pharmacy", "City Mall, the pharmacy"),
        ("{2} <milk>, bread, flat 9", "flat 9", "bread", "flat 9"),
        ("{2} <milk>, jaldi, flat 9", "flat 9", "jaldi", "flat 9"),
        ("{2} <milk>, likoni, flat 9", "flat 9", "", "flat 9"),
        (
            "{2} <milk> to City Mall, side door by the lift",
            "City Mall",
            "side door by the lift",
            "City Mall, side door by the lift",
        ),
        ("{2} <milk> to Karen, next to the dispensary.", "Karen, next", "", "Karen, next to the dispensary"),
        ("{2} <milk>, तेली गली, मंदिर के सामने, नंबर", "तेली गली, मंदिर", "", "तेली गली, मंदिर के सामने"),
        ("{2} <milk>, Teli gali, mandir ke paas", "Teli gali, mandir", "", "Teli gali, mandir ke paas"),
        ("वाकड नको, बाणेर रोड, गल्ली 4", "वाकड नको, बाणेर रोड, गल्ली 4", "", "बाणेर रोड, गल्ली 4"),
        ("Wakad nahi, Baner road, gate 4", "Wakad nahi, Baner road, gate 4", "", "Baner road, gate 4"),
        ("बी-6, शांती सदन, गल्ली 4", "बी-6, शांती सदन, गल्ली 4", "", "बी-6, शांती सदन, गल्ली 4"),
        ("by 6, Shanti Sadan, lane 4", "by 6, Shanti Sadan, lane 4", "", "Shanti Sadan, lane 4"),
        ("{2} <milk> to City Mall, call the door", "City Mall", "the door", "City Mall"),
        ("{2} <milk>. पत्ता: रो हाउस 7, बाग, सातपूर, मंदिर", "रो हाउस 7, बाग", "", "रो हाउस 7, बाग, सातपूर, मंदिर"),
        ("{2} <milk>. anwani: Block 7, Umoja, Tena. asante", "Block 7", "", "Block 7, Umoja, Tena"),
        ("{2} <milk>. address: Block 7, Umoja, {2} <bread>", "Block 7", "", "Block 7"),
        ("{2} <milk> tuletee Umoja 17, Tena flats", "Tena flats", "", "Umoja 17, Tena flats"),
        ("{2} <milk> tuletee Bread 17, Tena flats", "Tena flats", "", "Tena flats"),
    ],
)
def test_a_name_at_its_edge_is_part_of_an_address(text: str, address: str, unsure: str, expected: str) -> None:
    """Goods, words of haste, and words that the bot was sure to leave out are none."""
    assert addressed(text, address, unsure) == expected


@pytest.mark.parametrize(
    ("text", "address", "expected"),
    [
        ("leteni kazini: Acacia House, room 4", "leteni kazini: Acacia House, room 4", "Acacia House, room 4"),
        ("ऑफिसला आणा: Acacia House, room 4", "Acacia House, room 4", "Acacia House, room 4"),
        ("Block 4: Acacia House", "Block 4: Acacia House", "Block 4: Acacia House"),
        ("pale Acacia House", "pale Acacia House", "Acacia House"),
        ("to my office instead, Acacia House, room 4", "office instead, Acacia House, room 4", "Acacia House, room 4"),
        ("mimi ni mama Rehema, Acacia House, room 4", "mama Rehema, Acacia House, room 4", "Acacia House, room 4"),
        ("nyumba ni Acacia House, room 4", "nyumba ni Acacia House, room 4", "Acacia House, room 4"),
        ("Fikisheni Acacia House, room 4", "Fikisheni Acacia House, room 4", "Acacia House, room 4"),
        ("piga ukifika geti. Acacia House", "ukifika geti. Acacia House", "Acacia House"),
        ("call when you reach the gate. Acacia House", "reach the gate. Acacia House", "Acacia House"),
        ("niko Acacia House, hse 22. {2} <milk>", "Acacia House, hse", "Acacia House, hse 22"),
        ("mera naam Suresh, Acacia House", "Suresh, Acacia House", "Acacia House"),
        ("niko Acacia House, hse 22. {2} <milk>", "Acacia House", "Acacia House, hse 22"),
        ("niko Acacia House room 4B, {2} <milk>", "Acacia House", "Acacia House room 4B"),
        ("Acacia House, नंबर", "Acacia House", "Acacia House"),
        ("to Acacia House, house 3 <milk>", "Acacia House", "Acacia House"),
        ("niko kwa base Acacia House", "kwa base Acacia House", "Acacia House"),
        ("Kwa Acacia House", "Kwa Acacia House", "Kwa Acacia House"),
        ("digz ni Acacia House, room 4", "digz ni Acacia House, room 4", "Acacia House, room 4"),
        ("keja ni Acacia House, room 4", "keja ni Acacia House, room 4", "Acacia House, room 4"),
        ("bring them after 4. Acacia House", "them after 4. Acacia House", "Acacia House"),
        ("zilete kesho baada ya saa tatu, Acacia House", "kesho baada ya saa tatu, Acacia House", "Acacia House"),
        ("mtoto analia 😭 Acacia House, gate", "analia 😭 Acacia House, gate", "Acacia House, gate"),
        ("bahut bhook lagi 😋 Shanti Sadan", "bhook lagi 😋 Shanti Sadan", "Shanti Sadan"),
        ("Acacia House 😊, gate 4", "Acacia House 😊, gate 4", "Acacia House 😊, gate 4"),
        ("drop it Acacia House", "it Acacia House", "Acacia House"),
        ("tupo kazini Acacia House", "kazini Acacia House", "Acacia House"),
        ("anwani yangu iwe Acacia House", "anwani yangu iwe Acacia House", "Acacia House"),
        ("kabla ya saa nne, Acacia House", "kabla ya saa nne, Acacia House", "Acacia House"),
        ("one with no cream. Acacia House, room 4", "with no cream. Acacia House, room 4", "Acacia House, room 4"),
        ("Acacia House, room 4, siko tena Elm", "Acacia House, room 4, siko tena Elm", "Acacia House, room 4"),
        ("sasa Acacia House, room 4", "sasa Acacia House, room 4", "Acacia House, room 4"),
        ("Sai Sadan, room 4", "Sai Sadan, room 4", "Sai Sadan, room 4"),
        ("साई सदन, गल्ली 4", "साई सदन, गल्ली 4", "साई सदन, गल्ली 4"),
        ("leta now Acacia House, room 4", "now Acacia House, room 4", "Acacia House, room 4"),
        ("mnidropie Acacia House, room 4", "mnidropie Acacia House, room 4", "Acacia House, room 4"),
        ("घरासाठी, शांती सदन, गल्ली 4", "घरासाठी, शांती सदन, गल्ली 4", "शांती सदन, गल्ली 4"),
        ("dukaan ke liye, Shanti Sadan", "dukaan ke liye, Shanti Sadan", "Shanti Sadan"),
        ("Acacia House instead of Elm Court 9", "Acacia House instead of Elm Court 9", "Acacia House"),
        ("peleka Acacia House badala ya stage", "Acacia House badala ya stage", "Acacia House"),
        ("{2} <milk>, paying cash. 7 Acacia House", "Acacia House", "7 Acacia House"),
        ("<milk> {2}. रोख देतो। 7 शांती सदन", "शांती सदन", "7 शांती सदन"),
        ("<milk> 7 Acacia House", "Acacia House", "Acacia House"),
        ("behind the school, Acacia House", "behind the school, Acacia House", "behind the school, Acacia House"),
    ],
)
def test_what_leads_to_a_place_is_no_part_of_it(text: str, address: str, expected: str) -> None:
    assert addressed(text, address) == expected


@pytest.mark.parametrize(
    ("text", "note", "address", "left"),
    [
        ("{2} <milk> before six to Mtwapa, Acacia House", "before six to Mtwapa", "Mtwapa, Acacia House", "before six"),
        (
            "{2} <maziwa> saa sita hadi Kisauni, Acacia House",
            "saa sita hadi Kisauni",
            "Kisauni, Acacia House",
            "saa sita",
        ),
        ("{2} <milk>, hand it to Gate, Acacia House", "hand it to Gate", "Acacia House", "hand it to Gate"),
        ("{2} <milk>, hand it to Ali. Acacia House", "hand it to Ali", "Acacia House", "hand it to Ali"),
    ],
)
def test_an_address_takes_the_name_that_a_note_leads_to(text: str, note: str, address: str, left: str) -> None:
    plain, reading = marked(text)
    slots = {
        name: {"text": said, "start": plain.index(said), "end": plain.index(said) + len(said), "vague": False}
        for name, said in (("note", note), ("address", "Acacia House"))
    }
    found = with_edges(plain, {**reading, "slots": slots}, CORNER_SHOP)["slots"]
    assert (found["address"]["text"], found["note"]["text"]) == (address, left)


def test_a_line_of_its_own_that_was_half_taken_for_an_address_is_one() -> None:
    plain, reading = marked("{2} <milk>\nUmoja city, Tena B2 1104\nasante")
    there = plain.index("Umoja")
    words = ("Umoja", "city", "Tena", "B2", "1104")
    tokens = [{"start": plain.index(word), "end": 0, "tag": "ADDRESS", "p": 0.5} for word in words]
    read = {**reading, "tokens": [one for one in reading["tokens"] if one["start"] < there] + tokens, "slots": {}}
    assert with_edges(plain, read, CORNER_SHOP)["slots"]["address"]["text"] == "Umoja city, Tena B2 1104"
    told = {**read, "tokens": [*tokens[1:], {**tokens[0], "tag": "ITEM"}]}
    assert not with_edges(plain, told, CORNER_SHOP)["slots"].get("address")


@pytest.mark.parametrize(
    ("said", "kept"), [("for the office", None), ("for our team", None), ("to the office", "to the office")]
)
def test_whom_goods_are_for_is_no_place(said: str, kept: str | None) -> None:
    plain, reading = marked("{2} <milk> " + said)
    slot = {"text": said, "start": plain.index(said), "end": len(plain), "vague": True}
    found = with_edges(plain, {**reading, "slots": {"address": slot}}, CORNER_SHOP)
    assert (found["slots"]["address"] or {}).get("text") == kept


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("leteni ukumbi wa Umoja badala ya lango", "ukumbi wa Umoja"),
        ("bring it to the Acacia hall instead of the gate", "the Acacia hall"),
        ("leteni haraka", None),
    ],
)
def test_a_place_in_anothers_stead_is_the_new_address(text: str, place: str | None) -> None:
    plain, reading = marked(text, "change_address")
    note = {"text": plain[20:], "start": 20, "end": len(plain)}
    slots = with_edges(plain, {**reading, "slots": {"note": note}}, CORNER_SHOP)["slots"]
    assert (slots.get("address") or {}).get("text") == place
    assert bool(slots.get("note")) is (place is None)
