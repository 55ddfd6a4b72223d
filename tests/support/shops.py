"""Two small invented shops, and readings of messages to them written as marked text."""

import re
from typing import Any, Final

from backend.catalog.linking.catalogue import Catalogue, CatalogueItem, catalogue_from_rows


def _item(sku: str, name: str, aliases: str, unit: str, price: int, stock: float, **options: str) -> CatalogueItem:
    axes = {axis: tuple(values.split(",")) for axis, values in options.items()}
    return CatalogueItem(sku, name, tuple(aliases.split("|")), unit, price * 100, "KES", stock, axes)


CORNER_SHOP: Final = Catalogue(
    (
        _item("FLOUR-1", "Maisha Maize Flour 1kg", "maisha ndogo|maisha 1kg", "packet", 90, 40, size="1kg"),
        _item("FLOUR-2", "Maisha Maize Flour 2kg", "maisha|unga maisha", "packet", 170, 40, size="2kg"),
        _item("FLOUR-N", "Nafaka Maize Flour 2kg", "nafaka", "packet", 165, 30, size="2kg"),
        _item("SUGAR-H", "Tamu Sugar 500g", "sukari nusu", "packet", 80, 30, size="500g"),
        _item("SUGAR-1", "Tamu Sugar 1kg", "sugar|sukari|tamu", "packet", 150, 30, size="1kg"),
        _item("SUGAR-2", "Tamu Sugar 2kg", "sugar 2kg", "packet", 290, 3, size="2kg"),
        _item("MILK", "Malisho Milk 500ml", "milk|maziwa|malisho", "packet", 60, 50, size="500ml"),
        _item("MILK-L", "Malisho Milk 1L", "malisho 1l|malisho kubwa", "packet", 115, 20, size="1L"),
        _item("MILK-P", "Pwani Milk 1L", "pwani", "packet", 120, 20, size="1L"),
        _item("BREAD", "White Bread 400g", "bread|mkate", "loaf", 65, 40, size="400g"),
        _item("BREAD-8", "White Bread 800g", "mkate mkubwa", "loaf", 125, 10, size="800g"),
        _item("BREAD-B", "Brown Bread 400g", "brown bread", "loaf", 70, 9, size="400g"),
        _item("EGG", "Egg", "egg|eggs|yai|mayai", "piece", 15, 200),
        _item("EGG-T", "Egg Tray (30)", "tray|egg tray", "tray", 420, 12),
        _item("ONION", "Onions (loose)", "onions|kitunguu|vitunguu", "kg", 100, 30),
        _item("KALE", "Kale bunch", "sukuma", "bunch", 20, 0),
        _item("PASTE", "Tomato Paste 70g", "tomato paste", "sachet", 30, 40),
        _item("COKE", "Coca-Cola 500ml", "coke|coke 500", "bottle", 70, 40, size="500ml"),
        _item("GAS-6", "Gas Refill 6kg", "gas 6kg|gas ndogo", "cylinder", 1200, 9, size="6kg", brand="moto,safi"),
        _item("GAS-13", "Gas Refill 13kg", "gas 13kg|gas kubwa", "cylinder", 2800, 9, size="13kg", brand="moto,safi"),
    )
)
KITCHEN: Final = Catalogue(
    (
        _item("POHA", "Kanda Poha (plate)", "poha|pohe", "plate", 35, 50, size="full"),
        _item("POHA-H", "Kanda Poha (half plate)", "half poha|poha half", "plate", 20, 50, size="half"),
        _item("PULAO-F", "Veg Pulao (full)", "veg pulao full", "plate", 160, 20, size="full"),
        _item("PULAO-H", "Veg Pulao (half)", "veg pulao half", "plate", 90, 20, size="half"),
        _item("IDLI", "Idli (2 pc plate)", "idli|idli plate", "plate", 40, 30),
        _item("ROTI-B", "Butter Roti", "butter roti", "piece", 25, 90),
        _item("ROTI-P", "Plain Roti", "plain roti|sadi roti", "piece", 15, 90),
        _item("VADA", "Batata Vada", "batata vada|vada", "piece", 15, 90),
        _item("VADA-P", "Vada Pav", "vada pav|vadapav", "piece", 20, 90),
        _item("VADA-PC", "Cheese Vada Pav", "cheese vada pav", "piece", 40, 30),
        _item("PAV", "Extra Pav", "pav|extra pav", "piece", 5, 90),
        _item("BARFI-H", "Kaju Barfi 250g", "kaju barfi 250", "box", 200, 20, size="250g"),
        _item("BARFI-1", "Kaju Barfi 1kg", "kaju barfi kilo", "box", 760, 5, size="1kg"),
        _item("TEA", "Chai (full cup)", "chai|chaha|tea", "cup", 20, 200, size="full", sugar="normal,less"),
        _item("COMBO", "Combo 1: Poha and Chai", "combo 1|poha combo", "combo", 50, 40),
    )
)
# A shop that sells what others sell goods in.
VESSELS: Final = catalogue_from_rows(
    [
        {"sku": "PLATE", "name": "Melamine Plates (6)", "aliases": "plates|sahani", "unit": "set", "price": "600",
         "currency": "KES", "stock": "9", "options": ""},
        {"sku": "POT", "name": "Cooking Pot", "aliases": "chungu kidogo", "unit": "piece", "price": "300",
         "currency": "KES", "stock": "9", "options": "size=small"},
        {"sku": "POT-SET", "name": "Cooking Pot Set (7 pieces)", "aliases": "pot set", "unit": "set", "price": "3000",
         "currency": "KES", "stock": "9", "options": ""},
    ]
)  # fmt: skip

# A shop whose rows are told apart by sizes in two numbers, by sorts, and by words that elsewhere hold goods.
FURNISHER: Final = catalogue_from_rows(
    [
        {"sku": sku, "name": name, "aliases": aliases, "unit": unit, "price": "900", "currency": "KES", "stock": "40",
         "options": options}
        for sku, name, aliases, unit, options in (
            ("RUG-46", "Woven Rug 4x6", "rug 4x6", "piece", "size=4x6"),
            ("RUG-57", "Woven Rug 5x7", "rug 5x7", "piece", "size=5x7"),
            ("CUP-S", "Enamel Cup Small", "small cup|kikombe kidogo", "piece", "size=small"),
            ("CUP-L", "Enamel Cup Large", "large cup|kikombe kikubwa", "piece", "size=large"),
            ("OIL-S", "Lamp Oil 250ml", "lamp oil ndogo", "bottle", "size=250ml"),
            ("OIL-M", "Lamp Oil 500ml", "lamp oil 500", "bottle", "size=500ml"),
            ("OIL-L", "Lamp Oil 1L", "lamp oil kubwa|lamp oil mzinga", "bottle", "size=1L"),
            ("STOOL-P", "Bar Stool Pine", "pine stool|stool pine", "piece", "wood=pine"),
            ("STOOL-C", "Bar Stool Chicken Wire", "chicken wire stool", "piece", "wood=chicken wire"),
            ("BATT-5", "Lamp Battery 5Ah", "battery 5ah", "piece", "capacity=5Ah"),
            ("BATT-9", "Lamp Battery 9Ah", "battery 9ah", "piece", "capacity=9Ah"),
            ("LAMP", "Butterscotch Lamp", "lamp|butterscotch", "piece", ""),
        )
    ]
)  # fmt: skip

_MARK: Final = re.compile(r"\{(?P<amount>[^}|]*)(?:\|(?P<value>[^}]*))?\}|<(?P<role>[-+>?]?)(?P<item>[^>]*)>")
_ROLES: Final = {"": "add", "-": "remove", "+": "add", ">": "to", "?": "ask"}
_VALUE: Final = re.compile(r"(?P<number>[\d.]+)(?P<unit>[a-z]*)")
_KINDS: Final = {
    "kg": "measure",
    "g": "measure",
    "l": "measure",
    "ml": "measure",
    "m": "measure",
    "money": "money",
    "": "count",
}


def marked(text: str, intent: str = "place_order", **parts: Any) -> tuple[str, dict[str, Any]]:
    """Turn `{2} <vada pav> and {ardha|0.5kg} <-chai>` into the plain text and the bot's reading of it.

    Args:
        text: Amounts in braces, with their value after a bar where it is not in digits ("few|vague", "soo|100money",
            "mbili mbili|2each"); goods in angles, led by `-` where they are refused.
        intent: The intent of the reading.
        parts: `slots` and `flags` of the reading, and the words `unmet` by the bot.
    """
    plain, amounts, mentions, tokens = "", [], [], []
    place = 0
    for found in _MARK.finditer(text):
        plain += text[place : found.start()]
        said = found.group("amount") if found.group("item") is None else found.group("item")
        span = {"start": len(plain), "end": len(plain) + len(said), "text": said}
        plain += said
        place = found.end()
        if found.group("item") is None:
            amounts.append({**span, **_amount(found.group("value") or said)})
        else:
            mentions.append(
                {**span, "role": _ROLES[found.group("role")], "confidence": 0.97, "amounts": [], "options": []}
            )
        tokens.append({**span, "norm": said, "tag": "AMOUNT" if found.group("item") is None else "ITEM", "p": 0.98})
    plain += text[place:]
    reading = {
        "version": 1,
        "language": {"lang": "en", "confidence": 0.99},
        "intent": {"name": intent, "confidence": 0.99},
        "amounts": amounts,
        "mentions": mentions,
        "slots": parts.get("slots", {}),
        "flags": parts.get("flags", {}),
        "tokens": [
            one | {"met": one["text"] not in parts.get("unmet", ())} for one in (*tokens, *_others(plain, tokens))
        ],
    }
    return plain, reading


def _amount(value: str) -> dict[str, Any]:
    if value == "vague":
        return {"value": None, "high": None, "unit": None, "kind": "vague", "currency": None, "repeat": False}
    found = _VALUE.fullmatch(value)
    assert found is not None, f"no amount: {value}"
    unit = found.group("unit")
    base = {"value": float(found.group("number")), "high": None, "currency": None, "repeat": unit == "each"}
    kind = _KINDS.get("" if unit == "each" else unit, "pack")
    return {**base, "kind": kind, "unit": unit if kind in {"measure", "pack"} else None}


def _others(plain: str, tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every other word is outside of all spans, and the bot is sure of it."""
    words = ((one.start(), one.end(), one.group()) for one in re.finditer(r"\S+", plain))
    return [
        {"start": start, "end": end, "text": word, "norm": word, "tag": "O", "p": 0.999}
        for start, end, word in words
        if not any(token["start"] <= start < token["end"] for token in tokens)
    ]


def shop_of(*rows: tuple[str, ...], unit: str = "piece") -> Catalogue:
    """A shop of rows that are told by SKU, name, aliases and, where there are any, options; there are sixty of each."""
    names = ("sku", "name", "aliases", "options")
    plain = {"unit": unit, "price": "30", "stock": "60"}
    return catalogue_from_rows([{**plain, **dict(zip(names, row, strict=False))} for row in rows])
