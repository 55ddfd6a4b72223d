"""Gives hand-written replies something to reply to, so that no intent is known by its context alone."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.nlu.annotated import Example
from bot.training.generate import bot_asks
from bot.training.writer import Writer

# After which questions an intent is given, one entry a copy.
_AFTER = {
    "affirm": ("confirm", "confirm", "address", "more", "told"),
    "deny": ("confirm", "confirm", "more", "more"),
    "thank": ("told",),
    "bye": ("told", "more"),
    "greet": ("told",),
    "track_order": ("told",),
    "special_instruction": ("told", "confirm"),
    "change_address": ("told", "confirm"),
    "choose_payment": ("payment", "confirm"),
    "cancel_order": ("told", "confirm"),
    "ask_human": ("confirm", "address"),
    "complaint": ("told",),
    "modify_order": ("confirm", "told"),
    "out_of_scope": ("item", "confirm"),
    "ask_price": ("confirm",),
    "ask_delivery": ("address",),
    "claim_paid": ("told", "payment"),
    "payment_problem": ("told", "payment"),
    "ask_availability": ("more",),
    "opt_out": ("told",),
    "return_refund": ("told",),
}


def in_contexts(examples: Iterable[Example], seed: int = 11) -> Iterator[Example]:
    """Yield copies of examples without context, each after a question that fits."""
    rng = random.Random(seed)  # noqa: S311 - not a secret
    for example in examples:
        if example.asked != "none" or example.bot:
            continue
        for asked in _AFTER.get(example.intent, ()):
            bot = bot_asks(Writer(rng, example.lang), example.lang, asked)
            yield replace(example, asked=asked, bot=bot)


def in_one_context(examples: Iterable[Example], seed: int = 13) -> Iterator[Example]:
    """Yield examples with the words of the question that they answer, and of the rest a copy after one that fits."""
    rng = random.Random(seed)  # noqa: S311 - not a secret
    for example in examples:
        answers = example.asked != "none"
        after = (example.asked,) if answers else _AFTER.get(example.intent, ())
        if not answers:
            yield example
        if after:
            asked = rng.choice(after)
            bot = bot_asks(Writer(rng, example.lang), example.lang, asked)
            yield replace(example, asked=asked, bot=bot, weight=example.weight if answers else 1.0)
