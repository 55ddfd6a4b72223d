"""A customer at the phone: says what they want, answers what they are asked."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from backend.runtime.demo.hands import Bubble, DemoError, Hands

_TURNS: Final = 8
_YES: Final = "answer:yes"


class Customer:
    """Somebody who writes to the shop in one app.

    Args:
        hands: Acts for them.
        person: Who they are in the sandbox.
        app: `whatsapp` or `instagram`.
        answers: What they say to a question that has this word in it.
    """

    def __init__(self, hands: Hands, person: str, app: str, answers: Mapping[str, str]) -> None:
        self._hands = hands
        self._person = person
        self._app = app
        self._answers = {word.casefold(): answer for word, answer in answers.items()}
        self._seen = 0

    async def says(self, text: str) -> None:
        """Write a message."""
        self._seen = len(await self._hands.bubbles(self._person, self._app))
        await self._hands.act(self._app, "text", **{"from": self._person, "text": text})

    async def until(self, done: Callable[[], Awaitable[bool]], what: str) -> None:
        """Answer what is asked until something has happened.

        Raises:
            DemoError: It has not after some turns, or a question has no answer.
        """
        for _ in range(_TURNS):
            question = await self._next(done)
            if question is None:
                return
            await self._answer(question)
        message = f"{self._person} talked for {_TURNS} turns, in vain, for {what}"
        raise DemoError(message)

    async def _next(self, done: Callable[[], Awaitable[bool]]) -> Bubble | None:
        """Return the shop's next message; None once all is done."""

        async def look() -> tuple[Bubble | None] | None:
            if await done():
                return (None,)
            rows = (await self._hands.bubbles(self._person, self._app))[self._seen :]
            asked = next((row for row in rows if not row.from_person and self._can_answer(row)), None)
            return (asked,) if asked else None

        return (await self._hands.until(f"a question to {self._person}", look))[0]

    def _can_answer(self, row: Bubble) -> bool:
        return bool(row.buttons) or self._words_for(row) is not None

    def _words_for(self, row: Bubble) -> str | None:
        return next((answer for word, answer in self._answers.items() if word in row.text.casefold()), None)

    async def _answer(self, row: Bubble) -> None:
        yes = next((button for button in row.buttons if str(button["id"]) == _YES), None)
        words = self._words_for(row)
        if yes is None and words is not None:
            await self.says(words)
            return
        button = yes or row.buttons[0]
        self._seen = len(await self._hands.bubbles(self._person, self._app))
        await self._hands.act(self._app, "tap", message_id=row.id, button=button["id"])


async def first_to_get(hands: Hands, people: Sequence[str], prefix: str) -> str:
    """Wait until one of these people has a WhatsApp button whose id begins so; return who."""

    async def look() -> str | None:
        for person in people:
            rows = await hands.bubbles(person, "whatsapp")
            if any(str(button["id"]).startswith(prefix) for row in rows for button in row.buttons):
                return person
        return None

    return await hands.until(f"one of {', '.join(people)} to get a button {prefix}", look)


def code_in(row: Bubble) -> str:
    """Return the four digits of the delivery code in a message.

    Raises:
        DemoError: There are none.
    """
    found = re.search(r"(?<!\w)\d{4}(?!\w)", row.text)  # An order's id may hold four digits in a row.
    if found is None:
        message = f"no code in {row.text!r}"
        raise DemoError(message)
    return found.group()
