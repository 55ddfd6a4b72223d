"""What a message does to a draft's goods: settles the open question, adds, changes, takes off, or opens a new one."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from backend.catalog.linking.resolve import Status
from backend.conversations.drafts.quote import in_stock, missing, variant_question
from backend.conversations.drafts.state import Asked, DraftLine, Question
from backend.conversations.drafts.step import NO, PICK, YES
from backend.conversations.reading.types import Decision

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.conversations.reading.types import Found

GOODS_SLOTS: Final = frozenset({Asked.ITEM, Asked.VARIANT, Asked.QTY})
_PLACES: Final = Decimal("0.001")
_NOT_WANTED: Final = frozenset({"remove", "from", "ask"})


def to_decimal(quantity: Fraction) -> Decimal:
    """An exact quantity as the tables keep it."""
    return (Decimal(quantity.numerator) / Decimal(quantity.denominator)).quantize(_PLACES).normalize()


def says_yes(scene: "Scene") -> bool:
    """True for a yes, typed or tapped."""
    return scene.button == YES or (scene.button is None and scene.intent == "affirm")


def says_no(scene: "Scene") -> bool:
    """True for a no, typed or tapped."""
    return scene.button in {NO, PICK} or (scene.button is None and scene.intent == "deny")


def merge_goods(scene: "Scene") -> None:
    """Bring the draft's goods up to date with the message."""
    asked = scene.draft.question if scene.draft.question and scene.draft.question.slot in GOODS_SLOTS else None
    settled = asked is not None and _settle(scene, asked)
    _put_cart(scene)
    _take_off(scene)
    brought = _put(scene, asked, settled=settled)
    if asked is not None and (settled or (brought and _is_answered(scene, asked))):
        _drop(scene, asked)
    if scene.button is None and not settled:
        _open(scene, asked)


def _is_answered(scene: "Scene", asked: Question) -> bool:
    """True where new lines are one of the options, or stand in for what we don't have."""
    return asked.slot is Asked.ITEM or any(line.sku in {asked.sku, *asked.skus} for line in scene.understood.lines)


def _drop(scene: "Scene", question: Question) -> None:
    scene.draft.pending = [known for known in scene.draft.pending if known != question]


def _settle(scene: "Scene", asked: Question) -> bool:
    """Let the message answer the open question; False where it does not."""
    picked = _picked(scene, asked)
    if picked is not None:
        scene.draft.put(picked, _wanted(scene, asked), asked.words)
        return True
    if asked.sku is not None and asked.slot is Asked.QTY:
        return _settle_quantity(scene, asked, asked.sku)
    return bool(asked.words) and says_no(scene) and not scene.understood.lines


def _settle_quantity(scene: "Scene", asked: Question, sku: str) -> bool:
    count = scene.spoken_count()
    if count is not None and scene.intent != "deny":
        scene.draft.put(sku, count, asked.words)
        return True
    if says_yes(scene) and asked.qty is not None:
        scene.draft.put(sku, asked.qty, asked.words)
        return True
    return says_no(scene)


def _picked(scene: "Scene", asked: Question) -> str | None:
    """The option that a button, a yes to the only one, or the words pick."""
    if scene.button is not None and scene.button.startswith(PICK):
        sku = scene.button.removeprefix(PICK)
        return sku if sku in asked.skus else None
    if says_yes(scene):
        return asked.skus[0] if len(asked.skus) == 1 else None
    meant = {sku for found in scene.understood.found for sku in _meant(found)} & set(asked.skus)
    return meant.pop() if len(meant) == 1 and not scene.understood.lines else None


def _meant(found: "Found") -> tuple[str, ...]:
    resolution = found.resolution
    return tuple(sku for sku, _ in resolution.lines) or resolution.alternatives


def _wanted(scene: "Scene", asked: Question) -> Decimal:
    """How many of a picked row: as now said, else as said when it was first asked for, else one."""
    return scene.spoken_count() or asked.qty or Decimal(1)


def _take_off(scene: "Scene") -> None:
    replaced = {line.sku for line in scene.understood.lines}
    for sku in scene.understood.removed:
        if sku not in replaced:
            scene.draft.take_off(sku)


def _put(scene: "Scene", asked: Question | None, *, settled: bool) -> bool:
    """Put the message's sure lines in; True where there were some."""
    words = {sku: found.text for found in scene.understood.found for sku in _meant(found)}
    for line in scene.understood.lines:
        if settled and asked is not None and line.sku in {asked.sku, *asked.skus}:
            continue
        qty = to_decimal(line.quantity)
        if asked is not None and not scene.reading.get("amounts") and _stands_in(scene, asked, line.sku):
            qty = asked.qty or qty
        adds = scene.intent == "modify_order" and line.sku not in scene.understood.removed
        scene.draft.put(line.sku, qty + (scene.draft.quantity_of(line.sku) if adds else 0), words.get(line.sku, ""))
    return bool(scene.understood.lines)


def _put_cart(scene: "Scene") -> None:
    """Put in what was picked from the channel's catalogue; what the shop has not got (any more) is asked about."""
    for sku, qty in scene.cart.goods.items() if scene.cart is not None else ():
        if sku in scene.catalogue.by_sku:
            scene.draft.put(sku, qty)
        else:
            scene.draft.pending.append(_unknown(sku))


def _stands_in(scene: "Scene", asked: Question, sku: str) -> bool:
    """True for an option, or another row sold the same way as the missing one; two stay two, and kilos no packets."""
    if sku in asked.skus or asked.slot is not Asked.ITEM:
        return sku in asked.skus
    missing_item = scene.catalogue.by_sku.get(asked.sku or "")
    return missing_item is not None and missing_item.weighed == scene.catalogue.by_sku[sku].weighed


def _open(scene: "Scene", asked: Question | None) -> None:
    """Add a question for each mention that is not sure; it takes the place of an older one on the same words."""
    if scene.understood.decision is not Decision.CLARIFY:
        return
    about = [_question_about(scene, found) for found in scene.understood.found if _is_open(found)]
    about += [_unknown(words) for words in scene.understood.unmatched]
    for question in about:
        if asked is not None and _narrows(asked, question):
            _drop(scene, asked)
        scene.draft.pending = [known for known in scene.draft.pending if known.words != question.words]
        scene.draft.pending.append(question)


def _is_open(found: "Found") -> bool:
    """True for a mention that is wanted and may mean several rows, or comes in an odd amount."""
    return found.role not in _NOT_WANTED and found.resolution.status in {Status.OPEN, Status.ODD}


def _unknown(words: str) -> Question:
    return Question(Asked.ITEM, "utter_item_unknown", {"words": words.strip()}, words=words.strip())


def _narrows(asked: Question, question: Question) -> bool:
    return bool(set(question.skus) & set(asked.skus))


def _question_about(scene: "Scene", found: "Found") -> Question:
    resolution, words = found.resolution, found.text.strip()
    count = _count(found, scene.reading)
    if resolution.sku in scene.catalogue.by_sku and not in_stock(scene.catalogue, [str(resolution.sku)]):
        return missing(scene, DraftLine(str(resolution.sku), count or Decimal(1), words))
    if resolution.status is Status.ODD and resolution.sku is not None:
        return _quantity_question(scene, resolution.sku, money=resolution.rule == "money")
    options = [sku for sku in resolution.alternatives if sku in scene.catalogue.by_sku]
    if not options:
        return _unknown(words)
    question = variant_question(scene, words, options, count)
    if question.skus:
        return question
    return missing(scene, DraftLine(options[0], count or Decimal(1), words))


def _quantity_question(scene: "Scene", sku: str, *, money: bool) -> Question:
    item = scene.catalogue.by_sku[sku]
    params = {"item": item.name, "price": scene.money(item.price_minor)}
    response = "utter_qty_uneven" if money else "utter_ask_qty"
    return Question(Asked.QTY, response, params, sku=sku, words=item.name)


def _count(found: "Found", reading: Mapping[str, Any]) -> Decimal | None:
    amounts = reading.get("amounts") or []
    counts = [amounts[index] for index in found.amounts if index < len(amounts)]
    values = [amount["value"] for amount in counts if amount.get("kind") in {"count", "pack"} and amount.get("value")]
    return Decimal(str(values[0])) if values else None
