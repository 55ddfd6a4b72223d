"""Greetings, thanks, goodbyes, opting out, and what is none of a shop's business."""

from typing import TYPE_CHECKING

from backend.conversations.drafts.next_step import repeat_question

if TYPE_CHECKING:
    from backend.conversations.drafts.scene import Scene
    from backend.conversations.drafts.step import Step


async def greet(scene: "Scene") -> "Step":
    """Welcome the customer; an order that is open goes on."""
    return repeat_question(scene, scene.step().say("utter_greet", shop=scene.merchant.name))


async def thank(scene: "Scene") -> "Step":
    """Answer thanks; what is open stays open without being asked again."""
    return _kept(scene, scene.step().say("utter_thanks"))


async def part(scene: "Scene") -> "Step":
    """Say goodbye; what is open stays open."""
    return _kept(scene, scene.step().say("utter_bye"))


def _kept(scene: "Scene", step: "Step") -> "Step":
    step.asked = scene.draft.asked
    return step


async def opt_out(scene: "Scene") -> "Step":
    """Stop writing first, at once."""
    await scene.shop.handover.opt_out(scene.session, scene.thread.id)
    return scene.step().say("utter_opted_out")


async def decline(scene: "Scene") -> "Step":
    """Say what we can do instead."""
    return repeat_question(scene, scene.step().say("utter_out_of_scope"))


async def not_understood(scene: "Scene") -> "Step":
    """Ask to say it another way, and ask again what was open."""
    step = repeat_question(scene, scene.step().say("utter_fallback"))
    step.understood = False
    return step
