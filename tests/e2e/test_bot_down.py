"""The dialogue fails in all the ways it can: asked once more, then a person and a sentence; never silence."""

from typing import Any

import pytest

from tests.support.house import CUSTOMER, House

SORRY = "Maaf kijiye, yeh main abhi nahi kar paya. Dukaan ka koi vyakti thodi der mein yahin jawaab dega."
KARIBU = [{"text": "Namaste!"}]
BROKEN = RuntimeError("the action server is gone")


async def _says(house: House, text: str) -> None:
    await house.hands.act("whatsapp", "text", **{"from": CUSTOMER, "text": text})
    await house.at_rest()


async def _read(house: House) -> list[str]:
    """What the customer has on the phone from the shop."""
    return [row.text for row in await house.hands.bubbles(CUSTOMER, "whatsapp") if not row.from_person]


def _turns(house: House) -> list[str]:
    """The turn of each request that the dialogue got."""
    return [str(request["metadata"]["turn_id"]) for request in house.dialogue.heard]


@pytest.mark.parametrize("failure", [[], BROKEN], ids=["answers []", "answers 500"])
async def test_a_failed_turn_is_tried_once_more_and_goes_to_a_person(house: House, failure: Any) -> None:
    """Twice under one id; then the thread waits for a person, with a brief, and the customer knows."""
    house.dialogue.answers = [failure]
    await _says(house, "do vada pav")
    first, second = _turns(house)
    assert first == second
    assert await _read(house) == [SORRY]
    thread = "SELECT owner_kind, handoff_reason, unread FROM conversations"
    assert await house.rows(thread) == [("nobody", "failed_turn", 1)]
    house.dialogue.answers = [KARIBU]
    await _says(house, "hello?")
    assert len(_turns(house)) == 2
    assert await _read(house) == [SORRY]


async def test_a_second_try_that_works_is_one_answer(house: House) -> None:
    """A restart of the bot in the middle of a turn is not seen by the customer."""
    house.dialogue.answers = [BROKEN, KARIBU]
    await _says(house, "do vada pav")
    first, second = _turns(house)
    assert first == second
    assert await _read(house) == ["Namaste!"]
    assert await house.rows("SELECT owner_kind FROM conversations") == [("bot",)]
    assert await house.rows("SELECT state, attempts FROM turns") == [("replied", 1)]
