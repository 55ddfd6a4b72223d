"""Lines and totals as they are read back, options as they are offered, and what the shelf can't give."""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from backend.conversations.drafts.state import Asked, DraftLine, Question
from backend.conversations.drafts.step import PICK, Button
from backend.conversations.drafts.words import LEAVE_OUT, in_language

if TYPE_CHECKING:
    from backend.catalog.linking.catalogue import Catalogue, CatalogueItem
    from backend.conversations.drafts.scene import Scene

MAX_OPTIONS: Final = 8
MAX_SUBSTITUTES: Final = 3
LEAVE: Final = PICK


def quantity_text(qty: Decimal) -> str:
    """Write a quantity without needless zeros."""
    return f"{qty.normalize():f}"


def line_minor(item: "CatalogueItem", qty: Decimal) -> int:
    """What a line costs, rounded to a minor unit."""
    return int((item.price_minor * qty).quantize(Decimal(1), ROUND_HALF_UP))


def total_minor(scene: "Scene") -> int:
    """What the draft costs, delivery included."""
    goods = sum(line_minor(scene.catalogue.by_sku[line.sku], line.qty) for line in scene.draft.lines)
    return goods + delivery_fee_minor(scene)


def known_total_minor(scene: "Scene") -> int:
    """What the draft costs; zero while it is empty, or a line of it is sold no more."""
    lines = scene.draft.lines
    known = bool(lines) and all(line.sku in scene.catalogue.by_sku for line in lines)
    return total_minor(scene) if known else 0


def delivery_fee_minor(scene: "Scene") -> int:
    """What the merchant takes for bringing it."""
    return int((scene.merchant.settings.get("delivery") or {}).get("fee_minor", 0))


def lines_text(scene: "Scene") -> str:
    """The draft's lines as the customer reads them, one below the other, a note last."""
    rows = [_line_text(scene, line) for line in scene.draft.lines]
    fee = delivery_fee_minor(scene)
    rows += [f"+ {scene.money(fee)} 🛵"] if fee else []
    rows += [f"✎ {scene.draft.note}"] if scene.draft.note else []
    return "\n".join(rows)


def _line_text(scene: "Scene", line: DraftLine) -> str:
    item = scene.catalogue.by_sku[line.sku]
    count = f"{quantity_text(line.qty)} {item.unit}" if item.weighed else f"{quantity_text(line.qty)} ×"
    return f"• {count} {item.name} – {scene.money(line_minor(item, line.qty))}"


def price_text(scene: "Scene", item: "CatalogueItem") -> str:
    """An item with its price, as a shelf label has it."""
    per = f" / {item.unit}" if item.weighed else ""
    return f"• {item.name} – {scene.money(item.price_minor)}{per}"


def options_text(scene: "Scene", skus: Iterable[str]) -> str:
    """Several items with their prices."""
    return "\n".join(price_text(scene, scene.catalogue.by_sku[sku]) for sku in skus)


def option_buttons(scene: "Scene", question: Question) -> list[Button]:
    """A button for each option, and one to do without where the row itself is missing."""
    buttons = [Button(scene.catalogue.by_sku[sku].name, f"{PICK}{sku}") for sku in question.skus]
    if question.slot is Asked.ITEM and question.words:
        buttons.append(Button(in_language(LEAVE_OUT, scene.language), LEAVE))
    return buttons


def in_stock(catalogue: "Catalogue", skus: Iterable[str]) -> list[str]:
    """The rows of these that can be sold, in their order."""
    return [sku for sku in skus if sku in catalogue.by_sku and catalogue.by_sku[sku].stock > 0]


def substitutes(catalogue: "Catalogue", sku: str) -> tuple[str, ...]:
    """Rows that a clerk would offer instead: those with most words in common, the same size first."""
    wanted = catalogue.by_sku[sku]
    scored = [
        (_likeness(wanted, other), other.sku) for other in catalogue.items if other.sku != sku and other.stock > 0
    ]
    near = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))
    return tuple(sku for _, sku in near[:MAX_SUBSTITUTES])


_COMMON_SHARE: Final = 0.5


def _likeness(wanted: "CatalogueItem", other: "CatalogueItem") -> float:
    common = wanted.family & other.family
    share = len(common) / max(len(wanted.family), 1)
    return share + 0.1 * (wanted.measure == other.measure) if share >= _COMMON_SHARE else 0.0


def shelf_questions(scene: "Scene") -> list[Question]:
    """Take the lines that the shelf can't give out of the draft; return what to ask about them."""
    questions = []
    for line in list(scene.draft.lines):
        item = scene.catalogue.by_sku.get(line.sku)
        left = Decimal(str(item.stock)) if item else Decimal(0)
        if left >= line.qty:
            continue
        scene.draft.take_off(line.sku)
        questions.append(missing(scene, line) if left <= 0 else _short(scene, line, left))
    return questions


def missing(scene: "Scene", line: DraftLine) -> Question:
    """Ask about a row that is out of stock, with what there is instead."""
    item = scene.catalogue.by_sku.get(line.sku)
    if item is None:
        return Question(
            Asked.ITEM, "utter_item_unknown", {"words": line.words or line.sku}, words=line.words or line.sku
        )
    instead = substitutes(scene.catalogue, line.sku)
    params = {"item": item.name}
    if not instead:
        return Question(Asked.ITEM, "utter_item_out_of_stock", params, sku=line.sku, words=item.name, qty=line.qty)
    params["options"] = options_text(scene, instead)
    return Question(Asked.ITEM, "utter_item_substitute", params, instead, line.sku, item.name, line.qty)


def _short(scene: "Scene", line: DraftLine, left: Decimal) -> Question:
    item = scene.catalogue.by_sku[line.sku]
    left = left if item.weighed else left.to_integral_value(rounding="ROUND_FLOOR")
    params = {"item": item.name, "left": quantity_text(left)}
    return Question(Asked.QTY, "utter_qty_short", params, sku=line.sku, words=item.name, qty=left)


def variant_question(scene: "Scene", words: str, skus: Sequence[str], qty: Decimal | None) -> Question:
    """Ask which of several rows is meant."""
    offered = tuple(in_stock(scene.catalogue, skus)[:MAX_OPTIONS])
    params = {"words": words, "options": options_text(scene, offered)}
    return Question(Asked.VARIANT, "utter_ask_variant", params, skus=offered, words=words, qty=qty)
