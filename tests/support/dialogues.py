"""Stand-ins for Rasa servers: they keep what they heard, answer each message, and fail when told to."""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass
class FakeDialogue:
    """One server of the dialogue; `heard` maps a turn's id to the texts asked under it.

    Attributes:
        fail_every: Each n-th request is answered with an empty list; 0 for never.
        pause_s: How long an answer takes.
    """

    fail_every: int = 0
    pause_s: float = 0.0
    heard: dict[str, list[str]] = field(default_factory=dict)
    senders: Counter[str] = field(default_factory=Counter)
    overlaps: int = 0
    count: int = 0

    async def __call__(self, _scope: Any, receive: Any, send: Any) -> None:
        """Answer one request of the REST channel."""
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        answer = json.dumps(await self._answer(json.loads(body))).encode()
        head = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        self.count += 1
        number, sender = self.count, request["sender"]
        self.overlaps += self.senders[sender] > 0
        self.senders[sender] += 1
        await asyncio.sleep(self.pause_s)
        self.senders[sender] -= 1
        if self.fail_every and number % self.fail_every == 0:
            return []
        self.heard.setdefault(request["metadata"]["turn_id"], []).append(request["message"])
        return [{"recipient_id": sender, "text": f"re: {line}"} for line in request["message"].split("\n")]
