"""Gives an address back the names at its edges: quarters and buildings that the bot left out and no shop sells."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue
from backend.catalog.linking.folding import fold, words, words_before, words_behind
from backend.catalog.linking.lexicon import lexicon, sense_of
from backend.conversations.reading.amounts import number_of
from backend.conversations.reading.pieces import cues, either, places_of

_BREAK: Final = re.compile(r"[,;:\n।!?()]|\.(?=\s|$)")
_LED_BY_COLON: Final = re.compile(r"[^\d:]+:\s+(?=\S+\s+\S)")
_LED_BY_INSTEAD: Final = re.compile(r"(?:\w+ ){1,3}instead\s*[,:]\s*(?=\S)", re.IGNORECASE)  # "The office instead, ..."
_IS_CALLED: Final = re.compile(r"\b(?:mimi ni|naitwa|jina (?:langu )?ni|my name is|mera naam)\s+$", re.IGNORECASE)
_NUMBERED: Final = re.compile(
    r",?\s*(\w+)\.?\s+(?:(?:no|number|namba)\.?\s+)?([A-Za-z]{0,2}\d{1,4}[A-Za-z]?)\b(?!\s*\w)"
)
_FIRST_CLAUSE: Final = re.compile(r"([^,.\n]+)[,.\n]\s*(?=\S)")
_ARRIVING: Final = re.compile(
    r"(?:[a-z]{0,3}(?:ki|napo|takapo)?fika|(?:you )?(?:reach|arrive))\b[^,.\n]*[.\n]\s*(?=\S)", re.IGNORECASE
)
_TOLD_HOUR: Final = re.compile(r"\b(?:after|before|by|kabla ya|baada ya|saa) (?:saa )?\w+\W*$", re.IGNORECASE)
_FELT: Final = re.compile(
    r"[^,.\n\U0001f300-\U0001faff]*[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f\s]+(?=[A-Z\u0900-\u097f])"
)
_NUMBER: Final = re.compile(r"\s+[A-Za-z]{0,2}\d{1,4}[A-Za-z]?\b(?!\s*\w)")
# "... next" + "to the dispensary", "... पेड़" + "के सामने": what an address that was cut short there goes on with.
_ENDS_NEXT: Final = re.compile(r"\b(?:next|opposite|opp|near|behind|beside)$", re.IGNORECASE)
_NEXT_TO: Final = re.compile(r" (?:to )?(?:the )?\w+(?: \w+)?(?=\s*[,.;\n]|$)")
_BEHIND_IT: Final = re.compile(
    r" (?:ke|के) (?:saa?mne|paas|pi+che|peeche|upar|nee?che|bagal|aage|सामने|पास|पीछे|ऊपर|नीचे|बगल|आगे)(?=\s*[,.;\n।]|$)"
)
_LED_TO: Final = re.compile(r"\s(?:to|hadi|mpaka)\s+(?P<place>[A-Z]\w+(?: [A-Z]\w+){0,2})$")
_LAST_CLAUSE: Final = re.compile(r",\s*([^,\n]+)$")
_FOR_WHERE: Final = re.compile(r"(?:\S+\s+){0,2}\S*(?:ke liye|के लिए|saa?thi|साठी)", re.IGNORECASE)  # "घरासाठी, ..."
_IN_STEAD: Final = r"(?:and not|instead of|rather than|in place of|badala ya)"
_FORMER: Final = re.compile(rf",?\s+{_IN_STEAD}\s.*", re.IGNORECASE | re.DOTALL)
_HOUSE: Final = re.compile(r"(?:^|[.!?\n।]\s*)(?P<number>\d{1,4}[A-Za-z]?,?\s+)$")
# "Address: ..." to the end of its sentence.
_TOLD_AS_PLACE: Final = re.compile(
    r"(?<!\w)(?:address|adress|location|anwani|anuani|pata|patta|पता|पत्ता)\s*(?::|-+)\s*[^.।\n]*$", re.IGNORECASE
)
_FOR_WHOM: Final = re.compile(
    r"for (?:the |our |my )?(?:office|team|staff|class|kids|guys|house|family)\b", re.IGNORECASE
)
# "leteni maktaba kuu badala ya lango", "bring it to the library instead of the gate".
_BROUGHT_INSTEAD: Final = re.compile(
    r"(?<!\w)(?:[mnuiztw]{0,3}(?:let|pelek)[aei]+(?:ni)?|(?:bring|send|deliver|drop)(?: it| them)? (?:to|at))\s+"
    rf"(?P<place>\w[^,.;!?\n]*?)\s+(?:{_IN_STEAD}|si)\s+\w",
    re.IGNORECASE,
)
_LINE: Final = re.compile(r"[^\s][^\n]*[^\s]")
_REST_OF_PLACE: Final = re.compile(r"(?:,\s*[^,.।\n]+)+")
# "... mtulete Kinoo 87, Muthiga flats": a name, and its number, that somebody is to bring it to.
_BROUGHT_TO: Final = re.compile(r"(?P<verb>\w+) (?P<place>[A-Z]\w+(?: [A-Z]\w+)?(?: \d{1,4})?),\s*$")
_WITHOUT: Final = frozenset(map(fold, ("with", "without", "bila", "bina", "no")))
_NO_LONGER: Final = frozenset(map(fold, ("siko", "sipo", "hatuko", "hatupo", "siishi", "not")))
_LETTER: Final = re.compile(r"[\u0900-\u097f]{1,2}")  # The house बी-6 is no "by six".
_LONGEST_PART: Final = 6
_LONGEST: Final = 3
_UNSURE: Final = 0.97
_LIKELY: Final = 0.9
_BRINGS: Final = re.compile(
    r"(?:[a-z]{1,5})?(?:let|pelek|tum|drop|fik(?:ish)?)(?:[aei]|[eiw]+[ae]|[ei]+ni)"
)  # nipelekee, pelekeni, mnidropie
_NAMING: Final = frozenset({"O", "ITEM", "ADDRESS"})
Word = tuple[int, int, str]


def with_edges(text: str, reading: Mapping[str, Any], catalogue: Catalogue) -> Mapping[str, Any]:
    """Return the reading with an address that begins with the name before it, and ends with the one behind it.

    "Likoni Ferry side, ..." and "Kizingo, mtaa wa ..." begin with names that the bot may take for nothing, or for a
    good. A name is one to three words that neither the shop nor any list of ours knows, alone in their clause.
    """
    slots = reading.get("slots") or {}
    address = slots.get("address") or ("\n" in text and _on_its_own_line(text, reading))
    if address and address.get("vague") and _FOR_WHOM.match(str(address.get("text"))):
        return {**reading, "slots": {**slots, "address": None}}
    if not address and (reading.get("intent") or {}).get("name") == "change_address":
        return _with_new_place(text, reading)
    if not address or address.get("start") is None or address.get("vague"):
        return reading
    address = _without_other_clauses(_without_lead(_without_name(text, address)))
    address, note = _with_end_of_note(text, address, slots.get("note"))
    slots = {**slots, "address": address, "note": note}
    reading = {**reading, "slots": slots}
    start, end = int(address["start"]), int(address["end"])
    first = _head(text, start, reading, catalogue)
    last = _tail(text, (start, end), reading, catalogue)
    if (first, last) == (start, end):
        return reading
    whole = {**address, "start": first, "end": last, "text": text[first:start] + str(address["text"]) + text[end:last]}
    longer = _without_other_clauses(_without_lead(whole))
    first, last = int(longer["start"]), int(longer["end"])
    inside = [
        one
        for one in reading.get("mentions") or ()
        if (first < one["end"] and one["start"] < start) or end <= one["start"] < last
    ]
    mentions = [one for one in reading.get("mentions") or () if one not in inside]
    amounts = [one for one in reading.get("amounts") or () if not first <= one["start"] < start]
    return {**reading, "slots": {**slots, "address": longer}, "mentions": mentions, "amounts": amounts}


def _with_new_place(text: str, reading: Mapping[str, Any]) -> Mapping[str, Any]:
    """The reading with the place to which an order is to be brought in another's stead, where that is told so."""
    found = _BROUGHT_INSTEAD.search(text)
    if found is None or _is_common(found["place"]):
        return reading
    start, end = found.span("place")
    slots = {name: one for name, one in (reading.get("slots") or {}).items() if not _meets(one, start, len(text))}
    address = {"text": found["place"], "start": start, "end": end, "vague": False}
    return {**reading, "slots": {**slots, "address": address}}


def _meets(slot: Mapping[str, Any] | None, start: int, end: int) -> bool:
    said: Mapping[str, Any] = slot or {}
    return said.get("start") is not None and said["start"] < end and start < said["end"]


def _on_its_own_line(text: str, reading: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """A line of which the bot half took every word for an address, though together they were none to it."""
    tokens = reading.get("tokens") or ()
    for line in _LINE.finditer(text):
        inside = [one for one in tokens if line.start() <= one["start"] < line.end()]
        if len(inside) >= _LONGEST and all(one["tag"] == "ADDRESS" for one in inside):
            return {"text": line.group(), "start": line.start(), "end": line.end(), "vague": False}
    return None


def is_told_as_place(text: str, start: int) -> bool:
    """Whether what stands at a place is led to by "address:", and not parted from that by the end of a sentence."""
    return _TOLD_AS_PLACE.search(text[:start]) is not None


def _without_lead(address: Mapping[str, Any]) -> Mapping[str, Any]:
    """An address without what leads to the place ("bring it to the office: ...", "pale ...", "Wakad nahi, ...")."""
    text = str(address["text"])
    led_by = _LED_BY_COLON.match(text) or _LED_BY_INSTEAD.match(text) or _ARRIVING.match(text) or _felt(text)
    cut = led_by.end() if led_by else _refused(text)
    said = words_behind(text, cut)
    led = next((end for start, end in places_of(cues().place_openers, text[cut:]) if start == 0), 0)
    led = led or next((end for start, end, word in said[:1] if start == 0 and _brings(word)), 0)
    if led and len([one for one in said if one[0] >= led]) > 1:
        cut += next(start for start, _, _ in said if start >= led)
    return {**address, "start": int(address["start"]) + cut, "text": text[cut:]} if cut else address


def _felt(text: str) -> re.Match[str] | None:
    """What stands before a face and a name at the head of a place ("amechafua 😭 Roysambu"): talk, in small letters."""
    felt = None if text.isascii() else _FELT.match(text)
    return (
        felt
        if felt and felt.group().strip() and not felt.group().strip().isalpha() and felt.group().islower()
        else None
    )


def _without_name(text: str, address: Mapping[str, Any]) -> Mapping[str, Any]:
    """An address without the name of who gives it ("mimi ni bibi Zena, Mji wa Kale")."""
    start, said = int(address["start"]), str(address["text"])
    first = _FIRST_CLAUSE.match(said)
    if first is None or len(words(first.group(1))) > _LONGEST or not _IS_CALLED.search(text[:start]):
        return address
    return {**address, "start": start + first.end(), "text": said[first.end() :]}


def _with_end_of_note(
    text: str, address: Mapping[str, Any], note: Mapping[str, Any] | None
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """An address with the name that a note before it leads to ("before noon to Kikuyu, Ondiri road"), and the note."""
    if not note or note.get("start") is None or text[int(note["end"]) : int(address["start"])].strip() != ",":
        return address, note
    told = text[int(note["start"]) : int(note["end"])]
    led = _LED_TO.search(told)
    if led is None or not cues().place_parts.isdisjoint(_keys(led["place"])):
        return address, note
    start, end = int(note["start"]) + led.start("place"), int(address["end"])
    shorter = {**note, "text": told[: led.start()], "end": int(note["start"]) + led.start()}
    return {**address, "text": text[start:end], "start": start}, shorter if shorter["text"] else None


def _refused(text: str) -> int:
    """Where a place begins that stands behind another one, which is refused; 0 where none is."""
    sign = _BREAK.search(text)
    said = words_before(text, sign.start()) if sign else ()
    refuses = 1 < len(said) <= _LONGEST + 1 and fold(said[-1][2]) in cues().refusals_after
    behind = words_behind(text, sign.end()) if sign and refuses else ()
    return sign.end() + behind[0][0] if sign and behind else 0


def _without_other_clauses(address: Mapping[str, Any]) -> Mapping[str, Any]:
    """An address without a first clause that tells an hour or what is left out, and a last one that tells no more."""
    text, start = str(address["text"]), int(address["start"])
    first = _FIRST_CLAUSE.match(text)
    if first and (_tells_no_place(first.group(1)) or not _WITHOUT.isdisjoint(_keys(first.group(1))[:1])):
        text, start = text[first.end() :], start + first.end()
    text = _FORMER.sub("", text) or text
    last = _LAST_CLAUSE.search(text)
    if last and not _NO_LONGER.isdisjoint(_keys(last.group(1))[:1]):
        text = text[: last.start()]
    return {**address, "text": text, "start": start, "end": start + len(text)} if text != address["text"] else address


def _tells_no_place(clause: str) -> bool:
    """Whether a clause tells an hour, or whom or what the goods are for."""
    return _tells_hour(clause) or _FOR_WHERE.fullmatch(clause.strip()) is not None


def _tells_hour(clause: str) -> bool:
    if _TOLD_HOUR.search(clause) and number_of(_keys(clause)[-1]) is not None:
        return True
    led = any(start == 0 and not _LETTER.fullmatch(clause[:end]) for start, end in places_of(cues().hours, clause))
    return led and any(number_of(key) is not None or key.isdigit() for key in _keys(clause))


def _keys(clause: str) -> list[str]:
    return [fold(word) for _, _, word in words(clause)]


def _head(text: str, start: int, reading: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Where the address begins, the name in the clause before it included."""
    house = _HOUSE.search(text[:start])  # "Will pay cash. 21 Rose Villa, ..."
    if house:
        return house.start("number")
    brought = _BROUGHT_TO.search(text[:start])
    if brought and _brings(brought["verb"]) and all(_may_name(one, catalogue) for one in _names(text, brought)):
        return brought.start("place")
    led = text[:start].rstrip()
    cut = len(led) - 1 if led.endswith(",") else len(led)
    breaks = [one.end() for one in _BREAK.finditer(text[:cut])]
    begun = max([0, *breaks, *(last for _, last in _held(reading) if last <= start)])
    clause = _clause(text, begun, cut)
    # At the head of a line, or where a new address is told, a name needs no doubt of the bot's.
    told = text[:begun].endswith("\n") or (reading.get("intent") or {}).get("name") == "change_address"
    named = _named(clause, reading, catalogue, told=told)
    return named[0][0] if named and (begun or told) else start


def _names(text: str, found: re.Match[str]) -> Sequence[Word]:
    said = _clause(text, found.start("place"), found.end("place"))
    return [one for one in said if not one[2].isdigit()]


def _tail(text: str, span: tuple[int, int], reading: Mapping[str, Any], catalogue: Catalogue) -> int:
    """Where the address ends, the name in the message's last clause included."""
    start, end = span
    gap = text[end:]
    beside = _BEHIND_IT.match(gap) or (_NEXT_TO.match(gap) if _ENDS_NEXT.search(text[:end]) else None)
    if beside:
        return end + beside.end()
    number = _NUMBER.match(gap)
    if number and fold(words_before(text, end)[-1][2]) in cues().numbered_places:  # "... hse" and 22
        return end + number.end()
    numbered = _NUMBERED.match(gap)
    if numbered and fold(numbered.group(1)) in cues().numbered_places:  # "..., hse 22"
        return end + numbered.end()
    if not gap.lstrip().startswith(","):
        return end
    rest = _REST_OF_PLACE.match(text, end) if is_told_as_place(text, start) else None
    if rest and not any(first < rest.end() and end < last for first, last in _named_or_held(reading)):
        return rest.end()
    begun = end + gap.index(",") + 1
    stop = min([len(text), *(one.start() + begun for one in _BREAK.finditer(text[begun:]))])
    stop = min([stop, *(first for first, _ in _held(reading) if first >= begun)])
    clause = _clause(text, begun, stop)
    named = _named(clause, reading, catalogue) or _part_of_place(clause, reading, catalogue)
    closes = not text[stop:].strip(" .!\n") or any(first <= stop + 1 < last for first, last in _held(reading))
    return named[-1][1] if named and closes else end


def _held(reading: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Spans of the amounts and of the slots other than the address."""
    slots = [slot for name, slot in (reading.get("slots") or {}).items() if slot and name != "address"]
    each = [*slots, *(reading.get("amounts") or ())]
    return [(int(one["start"]), int(one["end"])) for one in each if one.get("start") is not None]


def _named_or_held(reading: Mapping[str, Any]) -> list[tuple[int, int]]:
    """Spans of the bot's goods and amounts, and of the slots other than the address."""
    return [*_held(reading), *((int(one["start"]), int(one["end"])) for one in reading.get("mentions") or ())]


def _clause(text: str, start: int, end: int) -> list[Word]:
    return [(start + first, start + last, word) for first, last, word in words(text[start:end])]


def _named(
    clause: Sequence[Word], reading: Mapping[str, Any], catalogue: Catalogue, *, told: bool = False
) -> Sequence[Word]:
    """The words of a clause that are a name, without what leads to it ("hum") and follows it ("me hain")."""
    core = list(clause)
    while core and _is_common(core[0][2]):
        core.pop(0)
    while core and _is_common(core[-1][2]):
        core.pop()
    unknown = all(_may_name(one, catalogue) and _tag(one, reading)[0] in _NAMING for one in core)
    doubted = told or any(_is_doubted(one, reading) for one in core)
    return core if 0 < len(core) <= _LONGEST and unknown and doubted else ()


def _part_of_place(clause: Sequence[Word], reading: Mapping[str, Any], catalogue: Catalogue) -> Sequence[Word]:
    """The words of a clause that name a part of a building ("kitchen door at the back") and ask for nothing."""
    keys = [fold(word) for _, _, word in clause]
    named = 0 < len(keys) <= _LONGEST_PART and not cues().place_parts.isdisjoint(keys)
    doubted = all(_tag(one, reading)[0] in _NAMING and _tag(one, reading)[1] < _LIKELY for one in clause)
    asks = cues().asks | cues().gives | cues().off | cues().set | catalogue.index.by_key.keys()
    return clause if named and doubted and asks.isdisjoint(keys) else ()


def _is_common(word: str) -> bool:
    key = fold(word)
    return (
        key in either(lexicon().filler, cues().asks, cues().joins, cues().gives) or word.lower() in cues().place_leads
    )


def _may_name(word: Word, catalogue: Catalogue) -> bool:
    key = fold(word[2])
    lists = cues()
    listed = either(lists.never_goods, lists.corrections, lists.negations, lists.set, lists.off, lists.more)
    known = key in catalogue.index.by_key or key in listed or key in lexicon().containers or key in lexicon().sizes
    known = known or bool(sense_of(key)) or _brings(word[2])
    return word[2][:1].isalpha() and not known and number_of(key) is None and catalogue.heard(word[2]) is None


def _brings(word: str) -> bool:
    """Whether a word is Swahili's bringing or sending, in any person ("nipelekee", "fikisheni")."""
    return _BRINGS.fullmatch(word.lower()) is not None


def _tag(word: Word, reading: Mapping[str, Any]) -> tuple[str, float, bool]:
    tokens = reading.get("tokens") or ()
    token: Mapping[str, Any] = next((one for one in tokens if one["start"] <= word[0] < one["end"]), {})
    return str(token.get("tag", "O")), float(token.get("p", 1.0)), bool(token.get("met", True))


def _is_doubted(word: Word, reading: Mapping[str, Any]) -> bool:
    """Whether the bot may have been wrong to leave a word out: it was unsure, never met it, or it is a name."""
    _, p, met = _tag(word, reading)
    return p < _LIKELY or (not met and p < 1.0) or (word[2][:1].isupper() and p < _UNSURE)
