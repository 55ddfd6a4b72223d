"""A call from its first ring to its end: callbacks, and the answers that are walked through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from backend.sandbox.africastalking.rules import Action, actions_of
from backend.sandbox.base import ControlError, Json
from backend.sandbox.clock import Timer
from backend.sandbox.people import Person
from backend.sandbox.world import MANUAL, World

_ANSWER_S: Final = 10.0
_DIGITS_S: Final = 30.0
_PRICE_A_SECOND: Final = 0.05
_CAUSES: Final = {
    "ignore": "NO_ANSWER",
    "busy": "USER_BUSY",
    "reject": "CALL_REJECTED",
    "failed": "UNALLOCATED_NUMBER",
}


@dataclass(slots=True)
class Call:
    """One call to one phone."""

    sid: str
    number: str
    caller_id: str
    client_id: str
    person: Person | None
    created_at: float
    phase: str = "ringing"
    answered_at: float | None = None
    ended_at: float | None = None
    cause: str = ""
    rest: list[Action] = field(default_factory=list)
    asked: Action | None = None
    captions: list[Json] = field(default_factory=list)
    joined: str = ""
    expected: list[str] = field(default_factory=list)
    timer: Timer | None = None

    @property
    def seconds(self) -> int:
        """How long it was talked on."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(int(self.ended_at - self.answered_at), 1)


class Exchange:
    """All calls."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.calls: dict[str, Call] = {}

    def ring(self, call: Call) -> None:
        """Let a phone ring; nobody's number fails at once."""
        self.calls[call.sid] = call
        if call.person is None:
            self._later(call, 1.0, lambda: self.refuse(call, "failed"))
            return
        self._later(call, self._world.settings.africastalking_ring_s, lambda: self.refuse(call, "ignore"))
        self._world.changed(call.person)
        policy = self._world.policy("africastalking", call.person)
        outcome = policy["outcome"] if call.person.reachable else "ignore"
        if outcome == "answer":
            call.expected = [str(digit) for digit in policy.get("digits", [])]
            self._world.timers.after(float(policy.get("after_s", 2.0)), self._while_ringing(call, self.answer))
        elif outcome in _CAUSES and outcome not in {MANUAL, "ignore"}:
            self._world.timers.after(
                float(policy.get("after_s", 2.0)), self._while_ringing(call, lambda one: self.refuse(one, outcome))
            )

    async def answer(self, call: Call) -> None:
        """Pick up: the number's address is asked what to do."""
        self._must(call, "ringing")
        self._stop(call)
        call.phase, call.answered_at = "speaking", self._world.clock.unix()
        await self._ask_backend(call, self._world.settings.hook("africastalking"), {})

    async def refuse(self, call: Call, how: str) -> None:
        """Don't pick up."""
        self._must(call, "ringing")
        self._end(call, _CAUSES[how])

    async def press(self, call: Call, digits: str) -> None:
        """Type on the keypad; the digits are sent once as many are there as were asked for, or the finishing key."""
        if call.asked is None:
            raise ControlError("nobody asks for digits now", status=409)
        asked, wanted = call.asked, call.asked.attributes
        finish = wanted.get("finishOnKey", "")
        typed = digits.partition(finish)[0] if finish else digits
        most = int(wanted.get("numDigits") or (len(typed) if finish else 1))
        if len(typed) < most and not (finish and finish in digits):
            raise ControlError(f"{most} digits are asked for", status=409)
        self._stop(call)
        call.asked, call.phase = None, "speaking"
        call.captions.append({"at": self._world.clock.unix(), "text": typed[:most], "typed": True})
        url = asked.attributes.get("callbackUrl") or self._world.settings.hook("africastalking")
        await self._ask_backend(call, url, {"dtmfDigits": typed[:most]})

    async def hang_up(self, call: Call) -> None:
        """End an answered call."""
        if call.phase != "ended":
            self._end(call, "NORMAL_CLEARING")

    async def _ask_backend(self, call: Call, url: str, more: Json) -> None:
        """Tell that the call goes on, and follow the answer; one that can't be followed ends the call."""
        try:
            answer = await self._world.http.post(url, data=self._fields(call, active=True) | more, timeout=_ANSWER_S)
            actions = actions_of(answer.content) if answer.is_success else []
        except (httpx.HTTPError, ValueError) as error:
            call.captions.append({"at": self._world.clock.unix(), "text": f"({error})", "problem": True})
            actions = []
        call.rest = actions
        await self._go_on(call)

    async def _go_on(self, call: Call) -> None:
        """Carry out the next elements, until one waits for the person or none is left."""
        while call.rest and call.phase == "speaking":
            action = call.rest.pop(0)
            if action.text:
                call.captions.append({"at": self._world.clock.unix(), "text": action.text})
            if action.name == "GetDigits":
                self._wait_for_digits(call, action)
                return
            if action.name == "Dial":
                call.phase, call.joined = "talking", action.attributes["phoneNumbers"]
                self._world.changed(call.person)
                return
            if action.name == "Reject":
                break
        await self.hang_up(call)

    def _wait_for_digits(self, call: Call, action: Action) -> None:
        call.asked, call.phase = action, "gather"

        async def silence() -> None:
            if call.asked is action:
                call.asked, call.phase = None, "speaking"
                await self._go_on(call)

        call.timer = self._world.timers.after(float(action.attributes.get("timeout", _DIGITS_S)), silence)
        self._world.changed(call.person)
        if call.expected:
            digits = call.expected.pop(0)

            async def type_them() -> None:
                if call.asked is action:
                    await self.press(call, digits)

            self._world.timers.after(1.0, type_them)

    def _end(self, call: Call, cause: str) -> None:
        self._stop(call)
        call.phase, call.asked, call.cause, call.ended_at = "ended", None, cause, self._world.clock.unix()
        payload = self._fields(call, active=False)
        url = self._world.settings.hook("africastalking")
        self._world.webhooks.send("africastalking", "ended", url, payload, lane=call.sid)
        self._world.changed(call.person)

    def _fields(self, call: Call, *, active: bool) -> Json:
        fields: Json = {
            "isActive": "1" if active else "0",
            "sessionId": call.sid,
            "direction": "Outbound",
            "callerNumber": call.number,
            "destinationNumber": call.caller_id,
            "callSessionState": "Active" if active else "Completed",
        }
        if call.client_id:
            fields["clientRequestId"] = call.client_id
        if active:
            return fields
        cost = f"{call.seconds * _PRICE_A_SECOND:.2f}"
        ended = {"durationInSeconds": str(call.seconds), "currencyCode": "KES", "amount": cost}
        return fields | ended | {"hangupCause": call.cause, "status": "Success" if call.seconds else "Failed"}

    def _while_ringing(self, call: Call, act: Callable[[Call], Any]) -> Callable[[], Any]:
        async def go() -> None:
            if call.phase == "ringing":
                await act(call)

        return go

    def _later(self, call: Call, seconds: float, act: Callable[[], Any]) -> None:
        call.timer = self._world.timers.after(seconds, self._while_ringing(call, lambda _: act()))

    def _must(self, call: Call, phase: str) -> None:
        if call.phase != phase:
            raise ControlError("the phone does not ring", status=409)

    def _stop(self, call: Call) -> None:
        if call.timer:
            call.timer.cancel()
