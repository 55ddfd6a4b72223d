"""Answers that order nothing: prices, stock, the menu, where we deliver, when we are open."""

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from backend.catalog.linking.resolve import Status
from backend.conversations.drafts.next_step import repeat_question
from backend.conversations.drafts.quote import delivery_fee_minor, in_stock, options_text, substitutes
from backend.conversations.reading.types import ReadingContext

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.conversations.drafts.step import Step
    from backend.conversations.reading.types import Found

_MAX_LINES: Final = 12


def _asked_about(scene: "Scene") -> tuple[list[str], list[str]]:
    """The rows that the question names, and the words that name none."""
    rows: list[str] = []
    unknown: list[str] = []
    for found in _named_goods(scene):
        resolution = found.resolution
        sure = [sku for sku, _ in resolution.lines] or ([resolution.sku] if resolution.sku else [])
        meant = sure if resolution.status is Status.SURE and sure else resolution.alternatives
        rows += [sku for sku in meant if sku in scene.catalogue.by_sku and sku not in rows]
        unknown += [found.text.strip()] if resolution.status is Status.UNKNOWN and not meant else []
    return rows[:_MAX_LINES], unknown


def _named_goods(scene: "Scene") -> "tuple[Found, ...]":
    """The goods in a question, linked as if they were ordered; nothing of it reaches the draft."""
    as_order = {**scene.reading, "intent": {"name": "place_order", "confidence": 1.0}}
    return scene.shop.read(as_order, scene.catalogue, ReadingContext(text=scene.text)).found


async def answer_price(scene: "Scene") -> "Step":
    """Say what the named goods cost."""
    rows, unknown = _asked_about(scene)
    step = _say_unknown(scene.step(), unknown)
    if rows:
        step.say("utter_price", lines=options_text(scene, rows))
    elif not unknown:
        step.say("utter_ask_which_item")
    return repeat_question(scene, step)


async def answer_availability(scene: "Scene") -> "Step":
    """Say which of the named goods are there, and what there is instead of those that are not."""
    rows, unknown = _asked_about(scene)
    step = _say_unknown(scene.step(), unknown)
    here = in_stock(scene.catalogue, rows)
    if here:
        step.say("utter_available", lines=options_text(scene, here))
    for sku in [] if here else rows[:1]:
        step.say("utter_not_available", item=scene.catalogue.by_sku[sku].name)
        instead = substitutes(scene.catalogue, sku)
        if instead:
            step.say("utter_menu_more", lines=options_text(scene, instead))
    if not rows and not unknown:
        step.say("utter_ask_which_item")
    return repeat_question(scene, step)


def _say_unknown(step: "Step", unknown: list[str]) -> "Step":
    for words in unknown:
        step.say("utter_not_stocked", words=words)
    return step


async def answer_menu(scene: "Scene") -> "Step":
    """Show what there is, at most a screenful."""
    here = in_stock(scene.catalogue, scene.catalogue.by_sku)
    response = "utter_menu" if len(here) <= _MAX_LINES else "utter_menu_more"
    return repeat_question(scene, scene.step().say(response, lines=options_text(scene, here[:_MAX_LINES])))


async def answer_delivery(scene: "Scene") -> "Step":
    """Say where we deliver and what it costs."""
    areas = ", ".join((scene.merchant.settings.get("delivery") or {}).get("areas") or [scene.merchant.city])
    fee = delivery_fee_minor(scene)
    step = scene.step()
    if fee:
        step.say("utter_delivery", areas=areas, fee=scene.money(fee))
    else:
        step.say("utter_delivery_free", areas=areas)
    return repeat_question(scene, step)


async def answer_hours(scene: "Scene") -> "Step":
    """Say when we are open today, in the shop's local time."""
    vendor = await scene.shop.shops.vendor_for_merchant(scene.session, scene.merchant.id)
    spans = await scene.shop.shops.hours(scene.session, vendor.id) if vendor else ()
    today = scene.shop.clock.now().astimezone(ZoneInfo(scene.merchant.timezone)).weekday()
    hours = [f"{span.opens:%H:%M}–{span.closes:%H:%M}" for span in spans if span.weekday == today]
    step = scene.step()
    if hours:
        step.say("utter_hours", hours=", ".join(hours))
    elif spans:
        step.say("utter_hours_closed")
    else:
        step.say("utter_hours", hours="00:00–24:00")
    return repeat_question(scene, step)
