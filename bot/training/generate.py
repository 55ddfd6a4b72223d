"""Makes the invented part of the training data: same seed, same examples."""

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

from bot.nlu.annotated import Example
from bot.training.goods import area, load
from bot.training.pieces import Piece, joined, noisy
from bot.training.writer import Writer, phrases, words

LANGUAGES = ("en", "sw", "sheng", "hi", "hi-Latn", "mr", "mr-Latn", "mixed")
_INDIC = frozenset({"hi", "hi-Latn", "mr", "mr-Latn"})
Pieces = list[Piece]
Recipe = Callable[[Writer], tuple[Pieces, str, str]]


def generate(seed: int = 7, scale: float = 1.0) -> Iterator[Example]:
    """Make examples for every language and recipe.

    Args:
        seed: the only source of chance.
        scale: multiplies the number of examples of each recipe.

    Yields:
        Examples whose labels are exact by construction.
    """
    for lang in LANGUAGES:
        for name, (count, intent, recipe) in _RECIPES.items():
            rng = random.Random(zlib.crc32(f"{seed}/{lang}/{name}".encode()))  # noqa: S311 - not a secret
            for _ in range(max(1, round(count * scale))):
                yield _example(Writer(rng, lang), intent, recipe)
        for name, (count, intent) in _TOLD.items():
            rng = random.Random(zlib.crc32(f"{seed}/{lang}/{name}".encode()))  # noqa: S311 - not a secret
            for _ in range(max(1, round(count * scale))):
                yield replace(_example(Writer(rng, lang), intent, _says(name, None, "told")), spans=False)


def _example(writer: Writer, intent: str, recipe: Recipe) -> Example:
    pieces, asked, bot = recipe(writer)
    if writer.rng.random() < 0.15:  # noqa: PLR2004 - share of messages with a slip of the thumb
        pieces = noisy(pieces, writer.rng)
    text, labels = joined(_dressed(pieces, writer))
    return Example(text, intent, writer.lang, labels, asked, bot)


def _dressed(pieces: Pieces, writer: Writer) -> Pieces:
    """Give the message a habit of writing: capitals, all lower case, an emoji."""
    roll = writer.rng.random()
    if roll < 0.3:  # noqa: PLR2004
        pieces = [Piece(piece.text.lower(), piece.label) for piece in pieces]
    elif roll < 0.34:  # noqa: PLR2004
        pieces = [Piece(piece.text.upper(), piece.label) for piece in pieces]
    elif roll < 0.6 and pieces:  # noqa: PLR2004
        first = pieces[0]
        pieces = [Piece(first.text[:1].upper() + first.text[1:], first.label), *pieces[1:]]
    if writer.rng.random() < 0.08:  # noqa: PLR2004
        pieces = [*pieces, Piece(" " + writer.rng.choice(words()["emoji"]))]
    return pieces


def _chance(writer: Writer, share: float) -> bool:
    return writer.rng.random() < share


def _glue(writer: Writer) -> Piece:
    return Piece(writer.rng.choice((", ", ". ", "\n", " ", ", ", ". ", " - ", "; ")))


# --- orders


def _order(writer: Writer) -> tuple[Pieces, str, str]:
    return _body(writer, _tails(writer)), "none", ""


def _long_order(writer: Writer) -> tuple[Pieces, str, str]:
    """A list, one good a line, as people paste it."""
    bullet = writer.rng.choice(("", "- ", "* ", "{}. ", "{}) ", "• "))
    out: Pieces = [Piece(writer.rng.choice(phrases(writer.speaks())["want"]) + "\n")] if _chance(writer, 0.5) else []
    for at in range(writer.rng.randint(2, 6)):
        out += [Piece(bullet.format(at + 1)), *writer.line(), Piece("\n")]
    return [*out, *_tails(writer)], "none", ""


def _body(writer: Writer, tails: Pieces) -> Pieces:
    """Greeting, wish, goods, and the rest; the wish stands last in Hindi and Marathi as often as first."""
    said = phrases(writer.speaks())
    out: Pieces = []
    if _chance(writer, 0.3):
        out += [Piece(writer.rng.choice(said["greet"])), Piece(writer.rng.choice((", ", " ", "! ", "\n")))]
    if _chance(writer, 0.15):
        out += [Piece(writer.rng.choice(said["kin"]) + " ")]
    last = writer.lang in _INDIC and _chance(writer, 0.55)
    if not last and _chance(writer, 0.65):
        out += [Piece(writer.rng.choice(said["want"]) + " ")]
    out += writer.lines()
    if last or _chance(writer, 0.25):
        out += [Piece(" " + writer.rng.choice(said["after"]))]
    return [*out, *([_glue(writer), *tails] if tails else [])]


def _tails(writer: Writer) -> Pieces:
    """Address, phone, payment and note, each now and then, in any order."""
    parts: list[Pieces] = []
    makers: tuple[tuple[float, Callable[[], Pieces]], ...] = (
        (0.35, lambda: writer.phrase("address_in")),
        (0.22, lambda: writer.phrase("phone_in")),
        (0.25, writer.payment),
        (0.25, writer.note),
    )
    for share, make in makers:
        if _chance(writer, share):
            parts.append(make())
    if _chance(writer, 0.4):
        writer.rng.shuffle(parts)
    out: Pieces = []
    for part in parts:
        out += [*([_glue(writer)] if out else []), *part]
    return out


def _correction(writer: Writer) -> tuple[Pieces, str, str]:
    return [*writer.phrase("correct"), *([_glue(writer), *writer.line()] if _chance(writer, 0.4) else [])], "none", ""


def _if_stock(writer: Writer) -> tuple[Pieces, str, str]:
    return [*writer.phrase("if_stock"), *([_glue(writer), *_tails(writer)] if _chance(writer, 0.3) else [])], "none", ""


# --- replies to a question of the bot


def _reply(key: str, asked: str) -> Recipe:
    def recipe(writer: Writer) -> tuple[Pieces, str, str]:
        lang = writer.speaks()
        bot = joined(writer.fill(writer.rng.choice(phrases(lang)["ask"][asked]), lang))[0]
        pieces = writer.phrase(key)
        if _chance(writer, 0.12):
            pieces = [*pieces, _glue(writer), *(writer.note() if _chance(writer, 0.5) else writer.payment())]
        return pieces, asked, bot

    return recipe


def _address_reply(writer: Writer) -> tuple[Pieces, str, str]:
    pieces, asked, bot = _reply("address_in", "address")(writer)
    if _chance(writer, 0.15):
        pieces = [*pieces, _glue(writer), *writer.phrase("phone_in")]
    return pieces, asked, bot


def _bare_address(writer: Writer) -> tuple[Pieces, str, str]:
    return writer.phrase("address_in"), "none", ""


def _pay_reply(writer: Writer) -> tuple[Pieces, str, str]:
    lang = writer.speaks()
    asked = writer.rng.choice(("payment", "payment", "confirm", "none"))
    bot = "" if asked == "none" else bot_asks(writer, lang, asked)
    return writer.payment(), asked, bot


def bot_asks(writer: Writer, lang: str, asked: str) -> str:
    """Write what the bot would have said to ask for a slot, to read an order back, or to tell its state."""
    said = phrases(writer.speaks() if lang == "mixed" else lang)
    table = said["readback"] if asked == "confirm" else said["told"] if asked == "told" else said["ask"][asked]
    return joined(writer.fill(writer.rng.choice(table), lang))[0]


# --- changes


def _change(key: str) -> Recipe:
    def recipe(writer: Writer) -> tuple[Pieces, str, str]:
        lang = writer.speaks()
        asked = writer.rng.choice(("confirm", "confirm", "confirm", "told", "more"))
        bare = key == "add" or _chance(writer, 0.3)
        bot = "" if bare and _chance(writer, 0.4) else bot_asks(writer, lang, asked)
        lead = [Piece(writer.rng.choice(phrases(lang)["kin"]) + " ")] if _chance(writer, 0.15) else []
        tail = [
            Piece(" "),
            Piece(writer.rng.choice(phrases(lang)["joins"]).strip() + " "),
            *writer.phrase(writer.rng.choice(("add", "remove"))),
        ]
        pieces = [*lead, *writer.phrase(key), *(tail if _chance(writer, 0.12) else [])]
        return pieces, asked if bot else "none", bot

    return recipe


def _new_address(writer: Writer) -> tuple[Pieces, str, str]:
    bot = bot_asks(writer, writer.speaks(), "told") if _chance(writer, 0.5) else ""
    return writer.phrase("new_address"), "told" if bot else "none", bot


def _instruction(writer: Writer) -> tuple[Pieces, str, str]:
    bot = bot_asks(writer, writer.speaks(), "told") if _chance(writer, 0.7) else ""
    return writer.note(), "told" if bot else "none", bot


# --- questions and payments


def _asks(key: str) -> Recipe:
    def recipe(writer: Writer) -> tuple[Pieces, str, str]:
        said = phrases(writer.speaks())
        lead = (
            [Piece(writer.rng.choice(said["greet"]) + writer.rng.choice((" ", ", ")))] if _chance(writer, 0.2) else []
        )
        mark = [Piece("?")] if _chance(writer, 0.3) else []
        asked = "confirm" if _chance(writer, 0.15) else "none"
        bot = bot_asks(writer, writer.speaks(), asked) if asked == "confirm" else ""
        return [*lead, *writer.phrase(key), *mark], asked, bot

    return recipe


def _zone(writer: Writer) -> tuple[Pieces, str, str]:
    template = writer.rng.choice(phrases(writer.speaks())["zone"])
    before, _, after = template.partition("{a}")
    return [Piece(before + area(writer.country, writer.rng) + after)], "none", ""


def _paid(writer: Writer) -> tuple[Pieces, str, str]:
    template = writer.rng.choice(phrases(writer.speaks())["paid"])
    before, _, after = template.partition("[")
    if not after:
        return writer.fill(before), "none", ""
    way, _, rest = after.partition("]")
    return [*writer.fill(before), Piece(way, "payment"), *writer.fill(rest)], "none", ""


def _pasted_receipt(writer: Writer) -> tuple[Pieces, str, str]:
    """A confirmation text as the provider writes it, alone or with a word of the sender's."""
    rng = writer.rng
    code, utr = writer.receipt(), str(rng.randint(10**11, 10**12 - 1))
    fills = {
        "sum": f"{rng.randint(20, 5000)}.00",
        "rest": f"{rng.randint(1, 90)},{rng.randint(100, 999)}.{rng.randint(10, 99)}",
        "shop": rng.choice(load("receipts.yml")["shops"]), "date": f"{rng.randint(1, 28)}/{rng.randint(1, 12)}/26",
        "time": f"{rng.randint(1, 12)}:{rng.randint(10, 59)} {rng.choice(('AM', 'PM'))}", "n": rng.randint(100, 9999),
    }  # fmt: skip
    template = rng.choice(load("receipts.yml")[writer.country if writer.country == "KE" else "IN"])
    before, mark, after = template.partition("{code}" if "{code}" in template else "{utr}")
    pieces = [
        Piece(before.format(**fills)),
        Piece(code if mark == "{code}" else utr, "receipt"),
        Piece(after.format(**fills)),
    ]
    return [*pieces, *([Piece("\n"), *_paid(writer)[0]] if _chance(writer, 0.2) else [])], "none", ""


def _says(key: str, label: str | None = None, *after: str) -> Recipe:
    """A phrase of its own, sometimes greeted, sometimes after one of the bot's messages; `[...]` carries the label."""

    def recipe(writer: Writer) -> tuple[Pieces, str, str]:
        lang = writer.speaks()
        said = phrases(lang)
        asked = writer.rng.choice(after) if after and _chance(writer, 0.45) else "none"
        bot = "" if asked == "none" else bot_asks(writer, lang, asked)
        lead = (
            [Piece(writer.rng.choice(said["greet"] + said["kin"]) + writer.rng.choice((" ", ", ")))]
            if _chance(writer, 0.25)
            else []
        )
        template = writer.rng.choice(said[key])
        pieces = _relabelled(writer, template, label) if label else writer.fill(template, lang)
        tail = [Piece(" " + writer.rng.choice(said["kin"]))] if _chance(writer, 0.1) else []
        return [*lead, *pieces, *tail], asked, bot

    return recipe


def _relabelled(writer: Writer, template: str, label: str) -> Pieces:
    before, _, after = template.partition("[")
    named, _, rest = after.partition("]")
    return [*writer.fill(before), *([Piece(named, label), *writer.fill(rest)] if named else [])]


_RECIPES: dict[str, tuple[int, str, Recipe]] = {
    "order": (190, "place_order", _order),
    "list": (40, "place_order", _long_order),
    "correction": (16, "place_order", _correction),
    "if_stock": (12, "place_order", _if_stock),
    "variant_reply": (18, "place_order", _reply("only_variant", "variant")),
    "qty_reply": (14, "place_order", _reply("only_qty", "qty")),
    "item_reply": (14, "place_order", _reply("only_item", "item")),
    "address_reply": (30, "place_order", _address_reply),
    "phone_reply": (10, "place_order", _reply("phone_in", "phone")),
    "bare_address": (12, "place_order", _bare_address),
    "payment": (16, "choose_payment", _pay_reply),
    "add": (34, "modify_order", _change("add")),
    "remove": (34, "modify_order", _change("remove")),
    "swap": (44, "modify_order", _change("swap")),
    "new_address": (20, "change_address", _new_address),
    "instruction": (14, "special_instruction", _instruction),
    "price": (26, "ask_price", _asks("price")),
    "stock": (26, "ask_availability", _asks("stock")),
    "zone": (20, "ask_delivery", _zone),
    "paid": (12, "claim_paid", _paid),
    "again": (20, "place_order", _says("again", None, "told")),
    "begin": (16, "place_order", _says("begin")),
    "running": (34, "modify_order", _says("running", None, "told", "confirm")),
    "complain": (26, "complaint", _says("complain", None, "told")),
    "status": (20, "track_order", _says("status", None, "told")),
    "address_wish": (14, "change_address", _says("address_wish", None, "told", "confirm")),
    "pay_trouble": (24, "payment_problem", _says("pay_trouble", "payment", "told", "payment")),
    "cancel": (16, "cancel_order", _says("cancel", None, "told", "confirm")),
    "offtopic": (14, "out_of_scope", _says("offtopic")),
    "later_bye": (8, "bye", _says("later_bye", None, "told")),
    "receipt": (12, "claim_paid", _pasted_receipt),
}
# More of what people say of goods without ordering them, in trades of all kinds; they teach the intent alone.
_TOLD: dict[str, tuple[int, str]] = {
    "thanked": (16, "thank"),
    "refund": (22, "return_refund"),
    "whereis": (18, "track_order"),
    "complain_wide": (16, "complaint"),
    "cancel_wide": (14, "cancel_order"),
    "offtopic_wide": (14, "out_of_scope"),
    "stock_wide": (8, "ask_availability"),
    "note_wide": (14, "special_instruction"),
    "swap_wide": (14, "modify_order"),
}
