"""Africa's Talking's callbacks: stored at once, and answered with what is to be said next."""

from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response

from backend.comms import repository
from backend.comms.ivr import GATHER_TIMEOUT_S, REPEATS
from backend.comms.models import VoiceCall
from backend.comms.ports import VoiceAnswers
from backend.comms.router.access import CallsDep, IntakeDep
from backend.comms.router.voice import digits_applied, waiting_digits
from backend.platform.errors import NotFoundError
from backend.platform.inbox import EventIntake, IntakeRow
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.web import SessionDep, provide

africastalking_webhooks = APIRouter(prefix="/webhooks/africastalking", tags=["webhooks"])

AnswersDep = Annotated[VoiceAnswers, Depends(provide(VoiceAnswers))]
_XML: Final = "application/xml"
_SILENCE: Final = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@africastalking_webhooks.post("/voice")
async def voice(
    request: Request, session: SessionDep, intake: IntakeDep, calls: CallsDep, answers: AnswersDep
) -> Response:
    """Take what happens to a call, at the address that is set for our numbers."""
    fields = await _fields(request)
    return await _take(fields.get("clientRequestId", ""), fields, session, intake, calls, answers)


@africastalking_webhooks.post("/voice/{context}")
async def voice_of_call(
    context: str, request: Request, session: SessionDep, intake: IntakeDep, calls: CallsDep, answers: AnswersDep
) -> Response:
    """Take a digit, at the address that a question of ours named."""
    return await _take(context, await _fields(request), session, intake, calls, answers)


async def _take(
    context: str,
    fields: dict[str, str],
    session: SessionDep,
    intake: EventIntake,
    calls: CallsDep,
    answers: VoiceAnswers,
) -> Response:
    call_id = answers.call_of(context)
    call = None if call_id is None else await repository.call(session, call_id)
    if call is None:
        WEBHOOKS.labels(answers.provider, "refused").inc()
        raise NotFoundError
    waiting = await waiting_digits(session, answers, call.id)
    await _store(intake, answers, call, fields, len(call.digits + waiting))
    if fields.get("isActive") != "1":
        return Response(_SILENCE, media_type=_XML)
    said = await _answer(session, calls, answers, call, waiting + fields.get("dtmfDigits", "")[:1], fields)
    return Response(said, media_type=_XML)


async def _answer(
    session: SessionDep, calls: CallsDep, answers: VoiceAnswers, call: VoiceCall, pressed: str, fields: dict[str, str]
) -> bytes:
    """Return what is done now: the other person joined, the next question, or goodbye."""
    if call.other_phone is not None:
        return answers.connect(call.other_phone, call.params.get("city", ""), call.callee)
    if fields.get("dtmfDigits") and not calls.wants_more(call, pressed):
        await digits_applied(session, answers, call.id)
        return answers.say(await calls.goodbye(session, call.id, answers.speaks))
    prompt = await calls.prompt(session, call.id, answers.speaks, pressed)
    if prompt is None:
        return answers.say(await calls.goodbye(session, call.id, answers.speaks))
    farewell = calls.farewell("unheard", call.language, answers.speaks)
    return answers.ask(call.id, prompt, farewell, timeout_s=GATHER_TIMEOUT_S, times=1 + REPEATS)


async def _store(
    intake: EventIntake, answers: VoiceAnswers, call: VoiceCall, fields: dict[str, str], step: int
) -> None:
    """Keep the callback; the same one again is the same row."""
    sid = fields.get("sessionId", "")
    kind = "dtmf" if fields.get("dtmfDigits") else "call-status"
    name = f"{sid}:dtmf:{step}" if kind == "dtmf" else f"{sid}:{'on' if fields.get('isActive') == '1' else 'ended'}"
    row = IntakeRow(name, kind, orjson.dumps(fields), {"call": call.id}, lane=call.id)
    WEBHOOKS.labels(answers.provider, "stored").inc()
    await intake.store(answers.provider, [row])


async def _fields(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}
