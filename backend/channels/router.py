"""Webhooks of the messaging providers: verify the raw bytes, store, answer; nothing else happens in the request."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import PlainTextResponse

from backend.channels.errors import BadSignatureError, BodyTooLargeError
from backend.channels.service import ChannelsService
from backend.platform.errors import ForbiddenError
from backend.platform.inbox import EventIntake
from backend.platform.observability.metrics import WEBHOOKS
from backend.platform.web import provide, refuses, registry

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
MAX_BODY_BYTES: Final = 3 * 1024 * 1024

ServiceDep = Annotated[ChannelsService, Depends(provide(ChannelsService))]


async def _raw_body(request: Request) -> bytes:
    """Read the body as it came, up to a limit."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


async def _take(provider: str, request: Request) -> Response:
    found = registry(request)
    channel = found.get(ChannelsService).channel(provider)
    body = await _raw_body(request)
    if not channel.verify(request.headers, body):
        WEBHOOKS.labels(provider, "refused").inc()
        raise BadSignatureError
    await found.get(EventIntake).store(provider, channel.split(body))
    WEBHOOKS.labels(provider, "stored").inc()
    return Response(status_code=200)


def _subscribe(provider: str, request: Request, service: ChannelsService) -> PlainTextResponse:
    challenge = service.channel(provider).challenge(request.query_params)
    if challenge is None:
        WEBHOOKS.labels(provider, "refused").inc()
        raise ForbiddenError
    return PlainTextResponse(challenge)


@router.post("/whatsapp/inbound", summary="Take messages of WhatsApp")
@router.post("/whatsapp/status", summary="Take statuses of WhatsApp")
@router.post("/whatsapp", summary="Take events of WhatsApp")
@refuses(BodyTooLargeError)
async def take_whatsapp(request: Request) -> Response:
    """Verify, store and acknowledge a WhatsApp webhook."""
    return await _take("whatsapp", request)


@router.post("/instagram", summary="Take events of Instagram")
@refuses(BodyTooLargeError)
async def take_instagram(request: Request) -> Response:
    """Verify, store and acknowledge an Instagram webhook."""
    return await _take("instagram", request)


@router.get("/whatsapp/inbound", summary="Confirm a WhatsApp subscription")
@router.get("/whatsapp/status", summary="Confirm a WhatsApp subscription")
@router.get("/whatsapp", summary="Confirm a WhatsApp subscription")
async def subscribe_whatsapp(request: Request, service: ServiceDep) -> PlainTextResponse:
    """Answer Meta's handshake with its challenge."""
    return _subscribe("whatsapp", request, service)


@router.get("/instagram", summary="Confirm an Instagram subscription")
async def subscribe_instagram(request: Request, service: ServiceDep) -> PlainTextResponse:
    """Answer Meta's handshake with its challenge."""
    return _subscribe("instagram", request, service)
