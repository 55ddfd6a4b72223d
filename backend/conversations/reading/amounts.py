"""What the amounts of a message mean in this shop: sizes, containers, verbs and ranges that only look like amounts."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, stems, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon
from backend.catalog.linking.terms import is_unit, measure_of, spoken_number
from backend.conversations.reading.pieces import cues
from backend.conversations.reading.prices import as_price, is_price_asked
from backend.conversations.reading.slips import number_of_word, number_words
from backend.conversations.reading.stretches import counts_time
from backend.conversations.reading.vessel_names import without_vessel_name

ALSO_GIVES: Final = frozenset({"do"})

_AGE: Final = re.compile(r"-?(?:yrs?|years?)[- ]old\b|saal (?:ka|ki|ke)\b|varsha?ch[aiey]\w*", re.IGNORECASE)


def as_meant(text: str, amounts: Sequence[Mapping[str, Any]], catalogue: Catalogue) -> list[Mapping[str, Any]]:
    """Return the amounts of a message as this shop would take them."""
    counted = [one for one in amounts if not counts_people(text, one["start"], one["end"])]
    counted = [one for one in counted if not counts_time(text, one, catalogue)]
    unnamed = [kept for one in counted if (kept := without_vessel_name(text, one, catalogue))]
    sized = [_without_money(text, one) for one in _in_its_packs(text, unnamed)]
    sized = _unit_off_name(text, [part for one in sized for part in _size_apart(text, _in_rupees(text, one))])
    lettered = _letters_apart(text, sized, catalogue)
    told = [one for one in lettered if not _ends_name(text, one, lettered, catalogue)]
    told = [one for one in told if not (comes_without(text, one, told) or is_price_asked(text, one, told, catalogue))]
    told = [as_price(text, one, catalogue) for one in told]
    single = _each_with_unit(text, _units_behind(text, told))
    single = [_as_packing(text, one, single) for one in single]
    unnamed = [kept for one in _without_verbs(text, single) if (kept := _without_brand(text, one, catalogue))]
    return [kept for one in unnamed if (kept := _without_vessel(text, one, catalogue))]


def counts_people(text: str, start: int, end: int) -> bool:
    """Whether a number tells how many people there are ("tuko kumi, leta ..."), or how old one is ("my 8 yr old")."""
    before = [word.lower() for _, _, word in words_before(text, start)]
    behind = text[end:].lstrip(" ")
    if before and before[-1] in cues().people:
        if text[start:end].lower().startswith("wa"):
            return True  # "Za madem wawili": for how many girls.
        before = before[:-1] or before
    led = frozenset(before[-1:])
    aged = _AGE.match(behind) is not None or not led.isdisjoint(cues().of_age)
    return aged or (not behind[:1].isalnum() and not led.isdisjoint(cues().we_are))


def numbers_place(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> bool:
    """Whether a number stands right behind a word for a place, which the shop does not sell ("room 5, two teas")."""
    before = [fold(word) for _, _, word in words_before(text, int(amount["start"]))][-1:]
    bare = amount.get("kind") == "count" and str(amount.get("text") or "").isdigit()
    return bare and any(key in cues().numbered_places and key not in catalogue.index.by_key for key in before)


def _without_brand(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any] | None:
    """An amount of street money whose word is a good's name here ("2 ndovu"), as the count beside it, or None."""
    start, end = int(amount["start"]), int(amount["end"])
    said = words(text[start:end]) if amount.get("kind") == "money" and not amount.get("currency") else []
    brands = (word for _, _, word in said if word.lower() not in number_words())
    if not any(_is_brand(fold(word), catalogue) for word in brands):
        return amount
    counts = [(first, last, value) for first, last, word in said if (value := number_of(fold(word))) is not None]
    if len(counts) != 1:
        return None
    first, last, value = counts[0]
    place = {"start": start + first, "end": start + last, "text": text[start + first : start + last]}
    return _counted({**amount, **place, "value": value})


def _ends_name(
    text: str, amount: Mapping[str, Any], amounts: Sequence[Mapping[str, Any]], catalogue: Catalogue
) -> bool:
    """Whether a number in letters is a part of the name before it ("gulab jamun tin"), which is counted already."""
    said = words(str(amount.get("text") or ""))
    before = words_before(text, int(amount["start"]))[-1:]
    if len(said) == len(before) == 1 and amount.get("kind") == "measure" and _is_a_gram(amount):
        return (fold(before[0][2]), fold(said[0][2])) in catalogue.pairs  # "Green grams" are no gram of green.
    if amount.get("kind") != "count" or len(said) != 1 or said[0][2][:1].isdigit() or not before:
        return False
    clause = max(text.rfind(sign, 0, int(amount["start"])) for sign in ",;\n.")
    counted = any(clause < int(one["start"]) < before[0][0] for one in amounts)
    return counted and (fold(before[0][2]), fold(said[0][2])) in catalogue.pairs


def _is_a_gram(amount: Mapping[str, Any]) -> bool:
    return amount.get("unit") == "g" and amount.get("value") == 1 and str(amount.get("text") or "").isalpha()


def comes_without(text: str, amount: Mapping[str, Any], amounts: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a count is of some of the good before it that come without something ("two teas, one without sugar")."""
    start, end = int(amount["start"]), int(amount["end"])
    behind = [fold(word) for _, _, word in words_behind(text, end)][:1]
    before = text[:start].rstrip()
    earlier = [one for one in amounts if one["end"] <= start and (one.get("value") or 0) >= (amount.get("value") or 0)]
    plain = amount.get("kind") == "count" and amount.get("value") is not None
    return plain and not cues().comes_without.isdisjoint(behind) and before[-1:] in {",", ";", "."} and bool(earlier)


def _as_packing(text: str, amount: Mapping[str, Any], amounts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a weight is to be packed in ("2 kg in 4 packets", "do packet me") multiplies nothing: it is vague."""
    start, end = int(amount["start"]), int(amount["end"])
    weighed = any(one.get("kind") == "measure" and one is not amount for one in amounts)
    if not weighed or amount.get("kind") not in {"count", "pack"}:
        return amount
    before = [fold(word) for _, _, word in words_before(text, start)][-1:]
    behind = [fold(word) for _, _, word in words_behind(text, end)][:1]
    pack = amount.get("kind") == "pack"
    packed = pack and (not _PACKED_IN.isdisjoint(before) or not cues().within.isdisjoint(behind))
    inside = [key for key in behind if key.endswith(_MARATHI_IN) and key not in lexicon().containers]
    packed = packed or any(not stems(key).isdisjoint(lexicon().containers) for key in inside)
    return {**amount, "kind": "vague"} if packed else amount


_PACKED_IN: Final = frozenset({"in", "into", "katika", "kwenye"})
_MARATHI_IN: Final = "at"  # "पाकिटात", "pakitat": in packets.


def _is_brand(key: str, catalogue: Catalogue) -> bool:
    number = key.isdigit() or spoken_number(key) is not None or lexicon().is_joint(key)
    return key in catalogue.index.by_key and not number


def _without_money(text: str, amount: Mapping[str, Any]) -> Mapping[str, Any]:
    """A sum without a currency right before a unit ("board ya 12 inch") is the number of a size."""
    after = words_behind(text, int(amount["end"]))[:1]
    said = words(str(amount.get("text") or ""))
    gap = text[int(amount["end"]) : int(amount["end"]) + after[0][0]] if after else "."
    unit = bool(after) and is_unit(fold(after[0][2])) and not gap.strip()
    if amount.get("kind") != "money" or amount.get("currency") or not unit or not said[-1][2].isdigit():
        return amount
    first, last, number = said[-1]
    return _counted({**amount, "start": amount["start"] + first, "end": amount["start"] + last, "text": number})


def _size_apart(text: str, amount: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """In "2 2 inch brush" the first number counts what has the size of the second; no two are of each."""
    start, said = int(amount["start"]), words(str(amount.get("text") or ""))
    behind = words_behind(text, int(amount["end"]))[:1]
    measure = measure_of(1.0, behind[0][2]) if behind else None
    sized = measure is not None and measure.dimension in _ACROSS
    if not amount.get("repeat") or not sized or amount.get("kind") != "count" or len(said) != 2:  # noqa: PLR2004
        return [amount]
    places = ({"start": start + first, "end": start + last, "text": word} for first, last, word in said)
    return [{**amount, **place, "repeat": False} for place in places]


_ACROSS: Final = frozenset({"inch", "width"})  # what goods are by their size, and are not sold by


def _unit_off_name(text: str, amounts: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The amounts, a unit right behind a name that ends in digits ("h614 kilo mbili") with the number behind it."""
    glued = [one for one in amounts if one.get("unit") and _ends_word(text, int(one["start"]))]
    for one in glued:
        end = int(one["end"])
        unit = _UNIT_BEHIND.fullmatch(str(one.get("text") or ""))
        number = next((other for other in amounts if text[end : int(other["start"])].isspace()), None)
        if unit is None or number is None or number.get("kind") != "count":
            continue
        place = {"start": int(one["start"]) + unit.start(1), "end": number["end"]}
        whole = {**one, **place, "text": text[place["start"] : place["end"]], "value": number["value"]}
        amounts = [whole if other is one else other for other in amounts if other is not number]
    return amounts


_UNIT_BEHIND: Final = re.compile(r"[\d.]+ ([^\d\s]+)")


def _ends_word(text: str, place: int) -> bool:
    return text[:place][-1:].isalpha() and text[:place][-1:] not in "xX"


def _in_rupees(text: str, amount: Mapping[str, Any]) -> Mapping[str, Any]:
    """A count of rupees in a case ("शंभर रुपयांच्या चपात्या") as what is to be had for them."""
    behind = words_behind(text, int(amount["end"]))[:1]
    told = bool(behind) and fold(behind[0][2]).startswith(_RUPEES) and amount.get("kind") == "count"
    if not told:
        return amount
    end = int(amount["end"]) + behind[0][1]
    return {**amount, "kind": "money", "currency": "INR", "end": end, "text": text[int(amount["start"]) : end]}


_RUPEES: Final = ("rupay", "rupya", "rupey", "rupye", "rupia")


def _without_verbs(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Read "ghee ek jod do" as one ghee more, and "uske saath" as "with it" and not as sixty."""
    kept = [one for one in amounts if not _joins(text, one) and not _gives(text, one) and not _only_adds(one)]
    kept = [one for one in kept if not _is_genitive(text, one)]
    return [_counted(amount) if _adds(text, amount) else amount for amount in kept]


def _gives(text: str, amount: Mapping[str, Any]) -> bool:
    """Whether a two is Hindi's "give" behind the verb that it helps ("badha do")."""
    return fold(str(amount.get("text") or "")) in ALSO_GIVES and helps(text, int(amount["start"]))


def _is_genitive(text: str, amount: Mapping[str, Any]) -> bool:
    """Whether a six is Marathi's "of" behind a unit or a number ("half a litre che kara", "combo 2 che don")."""
    if str(amount.get("text") or "").lower() != _OF:
        return False
    before = [fold(word) for _, _, word in words_before(text, int(amount["start"]))][-1:]
    behind = [fold(word) for _, _, word in words_behind(text, int(amount["end"]))][:1]
    if before and behind and before[0].isdigit() and number_of(behind[0]) is not None:
        return True
    return bool(before) and is_unit(before[0]) and bool(behind) and behind[0] not in lexicon().containers


_OF: Final = "che"


def helps(text: str, place: int) -> bool:
    """Whether the word before a place is a verb that "give" helps ("badha do")."""
    return bool(cues().helped.intersection(word.lower() for _, _, word in words_before(text, place)[-1:]))


def _letters_apart(
    text: str, amounts: Sequence[Mapping[str, Any]], catalogue: Catalogue
) -> Sequence[Mapping[str, Any]]:
    """Counts of sizes in capital letters ("3 M and 2 L") in a shop that has such sizes, taken for metres and litres.

    A message that gives one letter alone ("2 L") may mean litres, unless the shop has nothing by the litre or metre.
    """
    letters = [one.group("letter") for one in _COUNTED_LETTER.finditer(text)]
    if not letters:
        return amounts
    held = {item.label for item in catalogue.items}
    sizes = {letter for letter in letters if lexicon().sizes.get(letter.lower()) in held}
    measured = {item.measure.dimension for item in catalogue.items if item.measure}
    if not sizes or (len(set(letters)) < _SEVERAL and measured & _LETTERED):
        return amounts
    return [_before_letter(one) if _in_letters(one, sizes) else one for one in amounts]


def _in_letters(amount: Mapping[str, Any], sizes: AbstractSet[str]) -> bool:
    said = _COUNTED_LETTER.fullmatch(str(amount.get("text") or ""))
    return said is not None and said.group("letter") in sizes


def _before_letter(amount: Mapping[str, Any]) -> Mapping[str, Any]:
    number = str(amount["text"])[:-1].rstrip()
    return _counted({**amount, "value": float(number), "end": amount["start"] + len(number), "text": number})


_COUNTED_LETTER: Final = re.compile(r"\b\d{1,2} ?(?P<letter>[SML])\b")
_LETTERED: Final = frozenset({"volume", "length"})
_SEVERAL: Final = 2


def _without_vessel(text: str, amount: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any] | None:
    """An amount in a container that the shop itself sells ("one tube", "tube mbili") counts that good.

    Returns:
        The amount as it is or as a count beside the good, or None where it was the good's name and no number.
    """
    start, end = int(amount["start"]), int(amount["end"])
    said = words(text[start:end]) if amount.get("kind") == "pack" else []
    counting = [
        (first, last)
        for first, last, word in said
        if word.lower() in number_words() or not _is_sold(fold(word), catalogue)
    ]
    if len(counting) == len(said):
        return amount
    if not counting:
        return None
    first, last = start + counting[0][0], start + counting[-1][1]
    return _counted({**amount, "start": first, "end": last, "text": text[first:last]})


def ranged(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The amounts, two of which are the ends of a range ("two or three") as one that says no number."""
    kept: list[Mapping[str, Any]] = []
    for one in (_ranged(text, amount) for amount in amounts):
        kept = [other for other in kept if not one["start"] <= other["end"] - 1 < one["end"]]
        kept.append(one)
    return kept


def _ranged(text: str, amount: Mapping[str, Any]) -> Mapping[str, Any]:
    """A count that ends a range ("two or three") says no number; how many is to be asked."""
    value = amount.get("value")
    before = words_before(text, int(amount["start"]))[-2:]
    counts = amount.get("kind") in {"count", "pack"} and not amount.get("named")
    if not counts or value is None or len(before) < 2:  # noqa: PLR2004 - "two or"
        return amount
    (start, _, low), (_, end, joint) = before
    gap = text[end : int(amount["start"])].strip()
    least = number_of(fold(low))
    near = least is not None and 1 <= least < value <= least * _WIDEST
    if not near or joint.lower() not in cues().ranges or gap:
        return amount
    return {**amount, "kind": "vague", "value": None, "start": start, "text": text[start : int(amount["end"])]}


_WIDEST: Final = 2.5
_BEHIND: Final = re.compile(r"(?P<unit>[a-z]+s) (?P<number>\d{1,3})", re.IGNORECASE)


def _units_behind(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """In "2 lager cans 3 malts" each number leads, so that the container belongs to the good before it."""
    ordered = sorted(amounts, key=lambda amount: int(amount["start"]))
    leads = bool(ordered) and ordered[0].get("kind") == "count" and not text[: int(ordered[0]["start"])].strip()
    return [_without_unit(one) if leads and one is not ordered[0] else one for one in ordered]


def _in_its_packs(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Take "ka box 2" for two boxes: a container that a good is "of", and the count right behind it."""
    kept: list[Mapping[str, Any]] = []
    for one in sorted(amounts, key=lambda amount: int(amount["start"])):
        led = kept[-1] if kept else one
        container = led.get("kind") == "pack" and _OF_PACK.fullmatch(str(led.get("text") or ""))
        if container and one.get("kind") == "count" and text[int(led["end"]) : int(one["start"])].isspace():
            start = int(led["start"]) + container.start("unit")
            span = {"start": start, "end": one["end"], "text": text[start : one["end"]]}
            kept[-1] = {**led, **span, "value": one["value"], "high": one.get("high")}
        else:
            kept.append(one)
    return kept


_OF_PACK: Final = re.compile(r"(?:k[aie]|ch[aie]|का|की|के|चा|ची|चे|ya|za|la|cha|vya)\s+(?P<unit>\S+)", re.IGNORECASE)


def _without_unit(amount: Mapping[str, Any]) -> Mapping[str, Any]:
    said = _BEHIND.fullmatch(str(amount.get("text") or ""))
    if said is None or amount.get("kind") != "pack":
        return amount
    return _counted({**amount, "start": int(amount["start"]) + said.start("number"), "text": said.group("number")})


def _each_with_unit(text: str, amounts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Take "one-one kilo" for a kilo of each: the number is said twice before its unit."""
    kept: list[Mapping[str, Any]] = []
    for one in sorted(amounts, key=lambda amount: int(amount["start"])):
        before = kept[-1] if kept else None
        if before is not None and _is_doubled(text, before, one):
            kept[-1] = {**one, "start": before["start"], "text": text[before["start"] : one["end"]], "repeat": True}
        else:
            kept.append(one)
    return kept


def _is_doubled(text: str, before: Mapping[str, Any], amount: Mapping[str, Any]) -> bool:
    gap = text[int(before["end"]) : int(amount["start"])]
    counted = before.get("kind") == "count" and amount.get("kind") in {"measure", "pack"} and not gap.strip(" -")
    said = [[fold(word) for _, _, word in words(str(one.get("text") or ""))] for one in (before, amount)]
    return counted and len(said[1]) > 1 and said[0] == said[1][:1] and before.get("value") == amount.get("value")


def _is_sold(key: str, catalogue: Catalogue) -> bool:
    """Whether the word for a container is a good here, or a part of a name that only sounds like one ("mzinga")."""
    kept = lexicon().containers
    named = key not in kept and key in catalogue.index.by_key and not key.isdigit() and spoken_number(key) is None
    return key in catalogue.vessels or kept.get(key) in catalogue.wares or named


def _joins(text: str, amount: Mapping[str, Any]) -> bool:
    before = [fold(word) for _, _, word in words_before(text, int(amount["start"]))][-1:]
    return amount.get("value") == _SIXTY and bool(cues().with_before.intersection(before))


def _only_adds(amount: Mapping[str, Any]) -> bool:
    """Whether "jod do" ("add") was taken for two pairs."""
    said = [fold(word) for _, _, word in words(str(amount.get("text") or ""))]
    return amount.get("unit") == "pair" and len(said) > 1 and said[0] == "jod" and said[-1] in ALSO_GIVES


def _adds(text: str, amount: Mapping[str, Any]) -> bool:
    said = [fold(word) for _, _, word in words(str(amount.get("text") or ""))]
    after = next((fold(word) for _, _, word in words_behind(text, int(amount["end"]))), "")
    verb = after.startswith(tuple(cues().gives | _GIVES))
    return amount.get("unit") == "pair" and len(said) > 1 and said[-1] in _ADDS and verb


def _counted(amount: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**amount, "kind": "count", "unit": None}


_SIXTY: Final = 60.0
_ADDS: Final = frozenset({"jod", "jodi"})
_GIVES: Final = frozenset({"do", "dij", "dya"})


def number_of(key: str) -> float | None:
    """Return the number that a folded word says, in digits or letters; None for none."""
    return float(key) if key.isdigit() else cues().several.get(key, spoken_number(key))


@lru_cache(maxsize=16384)
def number_said(key: str, word: str) -> float | None:
    """The number that a word says by its folded key, the higher ones ("वीस", "baara") by their spelling alone."""
    said = number_of(key)
    return number_of_word(unicodedata.normalize("NFC", word).lower()) if said is None else said
