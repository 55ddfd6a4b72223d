"""A voice flow walked step by step: what is spoken, which digits are typed, which branch the backend chooses."""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import unquote

import httpx

from backend.sandbox.base import ControlError, Json
from backend.sandbox.checks import first_breach
from backend.sandbox.exotel.rules import GATHER
from backend.sandbox.exotel.state import Call, ExotelState, Gather
from backend.sandbox.settings import FlowStep

_ANSWER_S: Final = 5.0
_MOST_STEPS: Final = 60
_NO_END: Final = "1970-01-01 05:30:00"
type HangUp = Callable[[Call], Awaitable[None]]


class Flow:
    """Walks the applets of a call."""

    def __init__(self, state: ExotelState, hang_up: HangUp) -> None:
        self._state = state
        self._world = state.world
        self._hang_up = hang_up
        self._expected: dict[str, list[str]] = {}
        self._steps: dict[str, int] = {}

    def expect(self, call: Call, digits: list[str]) -> None:
        """Let the person answer the questions of this call with these digits by themselves."""
        self._expected[call.sid] = digits

    async def start(self, call: Call) -> None:
        """Begin with the first applet."""
        steps = self._state.flows.get(call.app_id or "", [])
        await self._enter(call, steps[0] if steps else None)

    async def left(self, call: Call) -> None:
        """The person hung up: the passthru of the flow still hears of it."""
        step = next((s for s in self._state.flows.get(call.app_id or "", []) if s.applet == "passthru"), None)
        if step and call.phase == "gather":
            await self._get(call, step.url, call_type="client-hangup")

    async def press(self, call: Call, digits: str) -> None:
        """Type digits on the keypad."""
        if call.gather is None:
            raise ControlError("nobody asks for digits now", status=409)
        for digit in digits:
            if digit == call.gather.finish:
                await self._answered(call)
                return
            call.gather.typed += digit
            if len(call.gather.typed) >= call.gather.most:
                await self._answered(call)
                return
        self._wait(call)
        self._changed(call)

    async def _enter(self, call: Call, step: FlowStep | None) -> None:
        self._steps[call.sid] = self._steps.get(call.sid, 0) + 1
        if step is None or call.phase == "ended" or self._steps[call.sid] > _MOST_STEPS:
            await self._hang_up(call)
            return
        call.step, call.phase = step, "speaking"
        act = {"greeting": self._greet, "gather": self._ask, "passthru": self._pass}[step.applet]
        await act(call, step)

    async def _greet(self, call: Call, step: FlowStep) -> None:
        answer = await self._get(call, step.url)
        if answer is not None and answer.is_success:
            await self._speak(call, _greeting(answer))
        await self._enter(call, self._named(call, step.then))

    async def _ask(self, call: Call, step: FlowStep) -> None:
        answer = await self._get(call, step.url)
        question = _question(answer)
        if question is None:
            self._caption(call, "(the flow's address gave no valid question)", problem=True)
            await self._hang_up(call)
            return
        call.gather, call.phase, call.digits = question, "gather", ""
        await self._speak(call, question.prompt)
        self._wait(call)
        self._type_expected(call)

    async def _pass(self, call: Call, step: FlowStep) -> None:
        answer = await self._get(call, step.url)
        accepted = answer is not None and answer.status_code == httpx.codes.OK
        branch = step.then if accepted else step.otherwise
        await self._enter(call, self._named(call, branch))

    async def _answered(self, call: Call) -> None:
        gather, call.gather = call.gather, None
        call.digits = gather.typed if gather else ""
        if call.timer:
            call.timer.cancel()
        if call.digits:
            self._caption(call, call.digits, typed=True)
        await self._enter(call, self._named(call, call.step.then if call.step else ""))

    def _wait(self, call: Call) -> None:
        if call.timer:
            call.timer.cancel()
        gather = call.gather
        if gather is None:
            return

        async def silence() -> None:
            if call.gather is gather and call.phase == "gather":
                await self._silent(call, gather)

        call.timer = self._world.timers.after(gather.timeout_s, silence)

    async def _silent(self, call: Call, gather: Gather) -> None:
        if gather.repeats <= 0 or gather.typed:
            await self._answered(call)
            return
        gather.repeats -= 1
        await self._speak(call, gather.repeat_prompt)
        self._wait(call)

    def _type_expected(self, call: Call) -> None:
        expected = self._expected.get(call.sid)
        if not expected:
            return
        digits = expected.pop(0)

        async def go() -> None:
            if call.phase == "gather":
                await self.press(call, digits)

        self._world.timers.after(1.0, go)

    async def _speak(self, call: Call, prompt: str) -> None:
        """Show what is heard as a caption: a text, a recording's description; of bare punctuation nothing is heard."""
        text = prompt
        if prompt.startswith(("http://", "https://")):
            text = await self._described(prompt)
        if any(character.isalnum() for character in text):
            self._caption(call, text)

    async def _described(self, url: str) -> str:
        try:
            answer = await self._world.http.get(url, timeout=_ANSWER_S)
        except httpx.HTTPError:
            return "(recording could not be fetched)"
        return unquote(answer.headers.get("content-description", "")) or f"♪ {url.rsplit('/', 1)[-1]}"

    def _caption(self, call: Call, text: str, **more: Any) -> None:
        call.captions.append({"at": self._world.clock.unix(), "text": text, **more})
        self._changed(call)

    def _changed(self, call: Call) -> None:
        self._world.changed(*(leg.person for leg in call.legs))

    def _named(self, call: Call, name: str) -> FlowStep | None:
        return next((s for s in self._state.flows.get(call.app_id or "", []) if s.name == name), None)

    async def _get(self, call: Call, url: str, call_type: str = "call-attempt") -> httpx.Response | None:
        headers = {"exotel-version": "1.0"}
        query = self._query(call, call_type)
        try:
            return await self._world.http.get(url, params=query, headers=headers, timeout=_ANSWER_S)
        except httpx.HTTPError:
            return None

    def _query(self, call: Call, call_type: str) -> Json:
        state = self._state
        return {
            "CallSid": call.sid,
            "CallFrom": call.legs[0].number,
            "CallTo": call.caller_id,
            "From": call.legs[0].number,
            "To": call.caller_id,
            "Direction": "outbound-dial",
            "CallStatus": "in-progress",
            "Created": state.stamp(call.created_at),
            "StartTime": state.stamp(call.created_at),
            "EndTime": _NO_END,
            "CurrentTime": state.stamp(self._world.clock.unix()),
            "CallType": call_type,
            "DialCallDuration": "0",
            "DialWhomNumber": "",
            "digits": f'"{call.digits}"',
            "CustomField": call.custom_field,
            "flow_id": call.app_id or "",
            "tenant_id": "1",
        }


def _greeting(answer: httpx.Response) -> str:
    if "json" in answer.headers.get("content-type", ""):
        return str(answer.json().get("greeting_url", ""))
    return answer.text


def _question(answer: httpx.Response | None) -> Gather | None:
    """Return the question of a gather address, or None where Exotel could not use the answer."""
    if answer is None or not answer.is_success or "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        body = json.loads(answer.content)
    except ValueError:
        return None
    if not isinstance(body, dict) or first_breach(body, GATHER):
        return None
    prompt = _prompt(body["gather_prompt"])
    return (
        prompt
        and Gather(
            prompt=prompt,
            repeat_prompt=_prompt(body.get("repeat_gather_prompt", {})) or prompt,
            most=int(body.get("max_input_digits", 255)),
            finish=str(body.get("finish_on_key", "#")),
            timeout_s=float(body.get("input_timeout", 5)),
            repeats=int(body.get("repeat_menu", 0)),
        )
    ) or None


def _prompt(prompt: Json) -> str:
    return str(prompt.get("text") or prompt.get("audio_url") or "")
