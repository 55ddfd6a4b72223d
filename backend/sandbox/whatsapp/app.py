"""The Cloud API's paths."""

import hashlib
import json
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.sandbox import meta
from backend.sandbox.base import ControlError, Json, Simulator
from backend.sandbox.meta import GraphError
from backend.sandbox.settings import WhatsAppNumber
from backend.sandbox.whatsapp import rules, sending
from backend.sandbox.whatsapp.account_side import AccountSide
from backend.sandbox.whatsapp.people_side import PersonSide
from backend.sandbox.whatsapp.state import Media, WhatsAppState
from backend.sandbox.world import World

_PRODUCT = "whatsapp"
_KIND = "OAuthException"
_MB: Final = 1024 * 1024
_SIZES: Final = {"image": 5 * _MB, "audio": 16 * _MB, "video": 16 * _MB, "application": 100 * _MB, "text": 100 * _MB}


class Graph:
    """The request handlers."""

    def __init__(self, state: WhatsAppState) -> None:
        self._state = state

    async def send(self, request: Request) -> Response:
        """`POST /{phone_number_id}/messages`: send, mark as read, show typing."""
        number = self._enter(request)
        payload = await _json(request)
        if "status" in payload:
            return JSONResponse(sending.mark_read(self._state, number, payload))
        return JSONResponse(await sending.send(self._state, number, payload))

    async def upload(self, request: Request) -> Response:
        """`POST /{phone_number_id}/media`: store a file."""
        self._enter(request)
        async with request.form() as form:
            upload = form.get("file")
            if form.get("messaging_product") != "whatsapp" or upload is None or isinstance(upload, str):
                raise GraphError(400, 100, "The parameters messaging_product and file are required.")
            mime = str(form.get("type") or upload.content_type or "")
            data, filename = await upload.read(), upload.filename
        limit = _SIZES.get(mime.partition("/")[0], 0)
        if len(data) > limit:
            raise rules.refuse(131053, f"{mime or 'unknown type'} of {len(data)} bytes; the limit is {limit}")
        media = Media(str(900_000 + self._state.world.ids.number("media")), mime, data, filename)
        self._state.media[media.id] = media
        return JSONResponse({"id": media.id})

    async def media(self, request: Request) -> Response:
        """`GET` or `DELETE /{media_id}`; also `GET /{phone_number_id}`."""
        self._authorize(request)
        object_id = request.path_params["object_id"]
        media = self._state.media.get(object_id)
        if media is None:
            return JSONResponse(_number_view(self._number(object_id)))
        if request.method == "DELETE":
            del self._state.media[object_id]
            return JSONResponse({"success": True})
        described = {
            "messaging_product": _PRODUCT,
            "url": self._state.open_url(media),
            "mime_type": media.mime_type,
            "sha256": hashlib.sha256(media.data).hexdigest(),
            "file_size": str(len(media.data)),
            "id": media.id,
        }
        return JSONResponse(described)

    async def download(self, request: Request) -> Response:
        """The media host: the same token, an address that soon goes stale."""
        self._authorize(request)
        token = request.path_params["token"]
        media = next((m for m in self._state.media.values() if m.url_token == token), None)
        if media is None or media.url_until <= self._state.world.clock.unix():
            return Response(status_code=404)
        return Response(media.data, media_type=media.mime_type)

    def _enter(self, request: Request) -> WhatsAppNumber:
        self._authorize(request)
        return self._number(request.path_params["phone_number_id"])

    def _authorize(self, request: Request) -> None:
        if meta.bearer(request.headers.get("authorization")) != self._state.token:
            raise GraphError(401, 190, "Error validating access token: the session is invalid.")

    def _number(self, key: str) -> WhatsAppNumber:
        try:
            return self._state.number(key)
        except ControlError:
            words = f"Unsupported request. Object with ID '{key}' does not exist or lacks permissions"
            raise GraphError(400, 100, words, subcode=33) from None


async def _json(request: Request) -> Json:
    try:
        payload = json.loads(await request.body())
    except ValueError:
        raise GraphError(400, 100, "The request body is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise GraphError(400, 100, "The request body is not a JSON object.")
    return payload


def _number_view(number: WhatsAppNumber) -> Json:
    return {
        "id": number.phone_number_id,
        "display_phone_number": f"+{number.display_phone_number}",
        "verified_name": number.name,
        "quality_rating": "GREEN",
    }


def build(world: World) -> Simulator:
    """Return the simulated Cloud API."""
    state = WhatsAppState(world)
    graph = Graph(state)
    settings = world.settings
    world.webhooks.profiles["whatsapp"] = meta.profile(
        settings.whatsapp_app_secret.get_secret_value(), settings.whatsapp_old_app_secret.get_secret_value()
    )

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, GraphError)  # noqa: S101 - Starlette types handlers for any exception
        return meta.error_response(error, _KIND, world.ids, _PRODUCT)

    base = "/v{version:int}.0"
    routes = [
        Route(f"{base}/{{phone_number_id:str}}/messages", graph.send, methods=["POST"]),
        Route(f"{base}/{{phone_number_id:str}}/media", graph.upload, methods=["POST"]),
        Route(f"{base}/{{object_id:str}}", graph.media, methods=["GET", "DELETE"]),
        Route("/media-host/{token:str}", graph.download, methods=["GET"]),
    ]
    return Simulator(
        name="whatsapp",
        app=Starlette(routes=routes, exception_handlers={GraphError: refused}),
        acts=PersonSide(state).verbs(),
        accounts=AccountSide(state).verbs(),
        view=state.view,
        reset=state.reset,
        error_body=_fault_body,
    )


def _fault_body(status: int, code: str | None) -> Json:
    known = int(code or 131016)
    error = GraphError(status, known, rules.TITLES.get(known, "Service unavailable"))
    return meta.error_body(error, _KIND, "A1B2C3D4E5F", _PRODUCT)
