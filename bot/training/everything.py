"""All that a model is trained on, in one list."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.nlu.annotated import Example
from bot.training.contextual import in_contexts, in_one_context
from bot.training.corpus import hand_written, in_context, intents_alone, to_shops
from bot.training.generate import generate

HAND_WEIGHT = 2.0
# How much of what its recipes ask for the generator writes: messages to shops took the place of the rest.
INVENTED = 0.35


def widened(data: Path, seed: int = 7) -> Iterator[Example]:
    """Yield what widens the hand-written examples: replies, messages to shops, intents alone, copies, inventions."""
    yield from (replace(example, weight=HAND_WEIGHT) for example in in_context(data))
    yield from to_shops(data)
    yield from in_one_context((replace(example, weight=HAND_WEIGHT) for example in intents_alone(data)), seed)
    yield from in_contexts(hand_written(data), seed)
    yield from generate(seed, INVENTED)


def everything(data: Path, seed: int = 7) -> list[Example]:
    """Return the hand-written examples and all that widens them."""
    return [*(replace(example, weight=HAND_WEIGHT) for example in hand_written(data)), *widened(data, seed)]
