"""A call from its first ring to its end: who picks up, who doesn't, and the status callbacks that tell of it."""

from collections.abc import Callable
from typing import Any, Final

from backend.sandbox.base import ControlError, Json
from backend.sandbox.exotel.flow import Flow
from backend.sandbox.exotel.state import Call, ExotelState, Leg
from backend.sandbox.world import MANUAL

_RING_S: Final = 30.0
_UNANSWERED: Final = {"busy": "busy", "reject": "busy", "failed": "failed", "ignore": "no-answer"}


class Exchange:
    """Connects the legs of calls."""

    def __init__(self, state: ExotelState) -> None:
        self._state = state
        self._world = state.world
        self.flow = Flow(state, self.hang_up)

    def ring(self, call: Call) -> None:
        """Let the next leg ring; a phone that is off or nobody's rings in vain or not at all."""
        leg = call.legs[call.ringing]
        call.phase = "ringing"
        if leg.person is None:
            self._later(call, 1.0, lambda: self.refuse(call, "failed"))
            return
        wait = float(call.form.get("TimeOut") or _RING_S)
        self._later(call, wait, lambda: self.refuse(call, "ignore"))
        self._follow_policy(call, leg)
        self._world.changed(leg.person)

    async def answer(self, call: Call) -> None:
        """Pick up: the flow begins, or the other party rings, or the two talk."""
        leg = self._ringing_leg(call)
        self._stop_timer(call)
        leg.status, leg.answered_at = "in-progress", self._world.clock.unix()
        if call.app_id is not None:
            call.phase = "speaking"
            self._world.changed(leg.person)
            await self.flow.start(call)
        elif call.ringing + 1 < len(call.legs):
            call.ringing += 1
            self.ring(call)
        else:
            self._talk(call)

    async def refuse(self, call: Call, how: str) -> None:
        """Don't pick up: ignore, busy, reject, or the network fails."""
        leg = self._ringing_leg(call)
        leg.status = _UNANSWERED[how]
        leg.ended_at = self._world.clock.unix()
        await self._finish(call, leg.status)

    async def hang_up(self, call: Call, *, by_person: bool = False) -> None:
        """End an answered call."""
        if call.phase == "ended":
            return
        if by_person and call.app_id is not None:
            await self.flow.left(call)
        await self._finish(call, "completed")

    def _talk(self, call: Call) -> None:
        call.phase = "talking"
        seconds = float(call.form.get("TimeLimit") or 14_400)
        call.limit = self._world.timers.after(seconds, self._action(call, lambda: self.hang_up(call)))
        if self._wants(call, "answered"):
            self._callback(call, "answered")
        self._world.changed(*(leg.person for leg in call.legs))

    async def _finish(self, call: Call, status: str) -> None:
        now = self._world.clock.unix()
        self._stop_timer(call)
        if call.limit:
            call.limit.cancel()
        for leg in call.legs:
            if leg.answered_at is not None and leg.ended_at is None:
                leg.status, leg.ended_at = "completed", now
        call.status, call.phase, call.ended_at, call.gather = status, "ended", now, None
        self._callback(call, "terminal")
        self._world.changed(*(leg.person for leg in call.legs))

    def _ringing_leg(self, call: Call) -> Leg:
        if call.phase != "ringing":
            raise ControlError("the phone does not ring", status=409)
        return call.legs[call.ringing]

    def _follow_policy(self, call: Call, leg: Leg) -> None:
        policy = self._world.policy("exotel", leg.person)
        outcome = policy["outcome"] if leg.person and leg.person.reachable else "ignore"
        if outcome in {MANUAL, "ignore"}:
            return
        after = float(policy.get("after_s", 2.0))
        if outcome == "answer":
            self.flow.expect(call, [str(d) for d in policy.get("digits", [])])
            self._later(call, after, lambda: self.answer(call), keep=True)
        elif outcome in _UNANSWERED:
            self._later(call, after, lambda: self.refuse(call, outcome), keep=True)

    def _later(self, call: Call, seconds: float, act: Callable[[], Any], *, keep: bool = False) -> None:
        """Do something about a ringing call later, unless somebody was quicker."""
        index = call.ringing

        async def go() -> None:
            if call.phase == "ringing" and call.ringing == index:
                await act()

        timer = self._world.timers.after(seconds, go)
        if not keep:
            call.timer = timer

    def _action(self, call: Call, act: Callable[[], Any]) -> Callable[[], Any]:
        async def go() -> None:
            if call.phase != "ended":
                await act()

        return go

    def _stop_timer(self, call: Call) -> None:
        if call.timer:
            call.timer.cancel()

    def _wants(self, call: Call, event: str) -> bool:
        asked = {call.form.get(f"StatusCallbackEvents[{i}]") for i in range(2)}
        return event in asked and len(call.legs) > 1

    def _callback(self, call: Call, event: str) -> None:
        url = call.form.get("StatusCallback")
        if not url:
            return
        body = self._basic(call) | (self._rich(call, event) if self._wants(call, event) else {})
        kind = str(call.form.get("StatusCallbackContentType", "multipart/form-data"))
        payload = {"content_type": kind, "fields": body}
        self._world.webhooks.send("exotel", f"status.{event}", str(url), payload, lane=call.sid)

    def _basic(self, call: Call) -> Json:
        return {
            "CallSid": call.sid,
            "Status": call.status,
            "DateUpdated": self._state.stamp(self._world.clock.unix()),
            "RecordingUrl": "",
        }

    def _rich(self, call: Call, event: str) -> Json:
        shown = self._state.describe(call)
        legs = [{"OnCallDuration": leg.duration(), "Status": leg.status, "AnsweredBy": None} for leg in call.legs]
        talked = min(leg.duration() for leg in call.legs)
        kept = {k: shown[k] for k in ("DateCreated", "To", "From", "PhoneNumberSid", "StartTime", "Direction")}
        body = kept | {"EventType": event, "ConversationDuration": talked, "Legs": legs}
        if event == "terminal":
            body |= {"EndTime": self._state.stamp(call.ended_at), "CustomField": call.custom_field}
        return body
