"""Exotel's webhooks: stored at once; a menu's next question is answered from what is stored."""

import asyncio
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from backend.comms import repository
from backend.comms.errors import HungUpError, MissingDigitError
from backend.comms.ivr import GATHER_TIMEOUT_S, REPEATS
from backend.comms.ports import Spoken, VoiceWebhooks
from backend.comms.router.access import CallsDep, IntakeDep, VoiceDep
from backend.comms.schemas import DtmfWebhook
from backend.platform.errors import NotFoundError
from backend.platform.inbox import EventIntake, IntakeRow
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.web import SessionDep

exotel_webhooks = APIRouter(prefix="/webhooks/exotel", tags=["webhooks"])

_ASK_NOTHING: Final = {"gather_prompt": {"text": "."}, "max_input_digits": 1, "input_timeout": 1, "repeat_menu": 0}
_WAIT_S: Final = 0.05
_WAITS: Final = 30


async def waiting_digits(session: SessionDep, voice: VoiceWebhooks, call_id: str) -> str:
    """Return the digits of a call that are stored and that the worker has not acted on yet."""
    bodies = await repository.waiting_digits(session, voice.provider, call_id)
    news = [voice.read("dtmf", call_id, body) for body in bodies]
    return "".join(row.digit for row in news if row is not None and row.digit)


async def digits_applied(session: SessionDep, voice: VoiceWebhooks, call_id: str) -> None:
    """Wait a moment until the worker has acted on the digits that are stored; the caller hears the right words then."""
    for _ in range(_WAITS):
        if not await repository.waiting_digits(session, voice.provider, call_id):
            return
        await asyncio.sleep(_WAIT_S)


@exotel_webhooks.post("/call-status/{context}")
async def call_status(context: str, request: Request, intake: IntakeDep, voice: VoiceDep) -> dict[str, str]:
    """Take how a call stands."""
    return await _take_status(context, await _fields(request), intake, voice)


@exotel_webhooks.post("/call-status")
async def call_status_with_context(request: Request, intake: IntakeDep, voice: VoiceDep) -> dict[str, str]:
    """Take how a call stands, in paper two's form: the call's signed context comes with the fields."""
    fields = await _fields(request)
    return await _take_status(fields.get("signature") or fields.get("CustomField", ""), fields, intake, voice)


async def _take_status(
    context: str, fields: dict[str, str], intake: EventIntake, voice: VoiceWebhooks
) -> dict[str, str]:
    call_id = _call_of(voice, context)
    sid = fields.get("CallSid") or fields.get("call_sid", "")
    event = f"{sid}:{fields.get('EventType') or fields.get('Status') or fields.get('status', '')}"
    await intake.store("exotel", [_row(event, "call-status", call_id, fields)])
    return {"status": "ok"}


@exotel_webhooks.post("/dtmf")
async def dtmf(body: DtmfWebhook, request: Request, intake: IntakeDep, voice: VoiceDep) -> dict[str, str]:
    """Take a digit, in paper two's form."""
    call_id = _call_of(voice, body.signature)
    if not body.digit:
        raise MissingDigitError
    step = request.headers.get("x-duka-step") or body.ts or "0"
    await intake.store("exotel", [_row(f"{body.call_sid}:dtmf:{step}", "dtmf", call_id, body.model_dump())])
    return {"status": "ok"}


@exotel_webhooks.get("/gather")
@exotel_webhooks.post("/gather")
async def gather(request: Request, session: SessionDep, calls: CallsDep, voice: VoiceDep) -> Response:
    """Tell the provider what to ask now; a call whose question is settled is thanked and ended."""
    fields = await _fields(request)
    call_id = _call_of(voice, fields.get("CustomField", ""))
    prompt = await calls.prompt(session, call_id, voice.speaks, await waiting_digits(session, voice, call_id))
    if prompt is None:
        return JSONResponse(_ASK_NOTHING)
    return JSONResponse(
        {
            "gather_prompt": _heard(prompt),
            "max_input_digits": 1,
            "finish_on_key": "",
            "input_timeout": GATHER_TIMEOUT_S,
            "repeat_menu": REPEATS,
            "repeat_gather_prompt": _heard(prompt),
        }
    )


def _heard(prompt: Spoken) -> dict[str, str]:
    return {"audio_url": prompt.recording} if prompt.recording else {"text": prompt.text}


@exotel_webhooks.get("/passthru")
@exotel_webhooks.post("/passthru")
async def passthru(
    request: Request, session: SessionDep, intake: IntakeDep, calls: CallsDep, voice: VoiceDep
) -> Response:
    """Take a digit from a running menu: 200 ends the menu, 302 asks on."""
    fields = await _fields(request)
    call_id = _call_of(voice, fields.get("CustomField", ""))
    digit = fields.get("digits", "").strip('" ')
    call = await repository.call(session, call_id)
    if call is None or not digit:
        await intake.store("exotel", [_row(f"{fields.get('CallSid', '')}:silent", "dtmf", call_id, fields)])
        if call is None:
            raise HungUpError
        return PlainTextResponse("done")
    waiting = await waiting_digits(session, voice, call_id)
    more = await calls.still_wanted(session, call, doubtful=True) and calls.wants_more(call, waiting + digit)
    step = len(call.digits + waiting)
    await intake.store("exotel", [_row(f"{fields.get('CallSid', '')}:dtmf:{step}", "dtmf", call_id, fields)])
    return PlainTextResponse("more", status_code=302) if more else PlainTextResponse("done")


@exotel_webhooks.get("/greeting")
@exotel_webhooks.post("/greeting")
async def greeting(request: Request, session: SessionDep, calls: CallsDep, voice: VoiceDep) -> Response:
    """Say goodbye, by what the call has come to."""
    fields = await _fields(request)
    call_id = _call_of(voice, fields.get("CustomField", ""))
    await digits_applied(session, voice, call_id)
    farewell = await calls.goodbye(session, call_id, voice.speaks)
    if farewell.recording:
        return JSONResponse({"greeting_url": farewell.recording})
    return PlainTextResponse(farewell.text)


async def _fields(request: Request) -> dict[str, str]:
    """Return query, form or JSON fields as text; the provider uses all three."""
    fields = {name: str(value) for name, value in request.query_params.items()}
    if request.method == "POST":
        if "json" in request.headers.get("content-type", ""):
            fields |= {name: _text(value) for name, value in orjson.loads(await request.body()).items()}
        else:
            fields |= {name: str(value) for name, value in (await request.form()).items()}
    return fields


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _call_of(voice: VoiceWebhooks, context: str) -> str:
    call_id = voice.call_of(context)
    if call_id is None:
        WEBHOOKS.labels(voice.provider, "refused").inc()
        raise NotFoundError
    return call_id


def _row(event_id: str, kind: str, call_id: str, fields: dict[str, Any]) -> IntakeRow:
    WEBHOOKS.labels("exotel", "stored").inc()
    return IntakeRow(event_id, kind, orjson.dumps(fields), {"call": call_id}, lane=call_id)
