"""Instagram's paths, for the form with an Instagram log-in and for the one linked to a Page."""

import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.sandbox import meta
from backend.sandbox.base import Json, Simulator
from backend.sandbox.instagram.people_side import AccountSide, PersonSide
from backend.sandbox.instagram.sending import send
from backend.sandbox.instagram.state import InstagramState
from backend.sandbox.meta import GraphError
from backend.sandbox.settings import InstagramAccount
from backend.sandbox.world import World

_KIND = "IGApiException"
_GREY_SQUARE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240">'
    '<rect width="240" height="240" fill="#9aa4b2"/></svg>'
)


class Graph:
    """The request handlers."""

    def __init__(self, state: InstagramState) -> None:
        self._state = state

    async def send(self, request: Request) -> Response:
        """`POST /{ig_id}/messages` or `/me/messages`."""
        account = self._enter(request)
        return JSONResponse(send(self._state, account, await _json(request)))

    async def subscribe(self, request: Request) -> Response:
        """`POST /me/subscribed_apps`."""
        self._enter(request)
        if not request.query_params.get("subscribed_fields"):
            raise GraphError(400, 100, "The parameter subscribed_fields is required.")
        return JSONResponse({"success": True})

    async def profile(self, request: Request) -> Response:
        """`GET /{igsid}?fields=…`: only after the person wrote first."""
        account = self._authorize(request)
        person = self._state.world.people.find(request.path_params["object_id"])
        if person is None:
            raise GraphError(400, 100, "Unsupported request. The object does not exist.", subcode=33)
        if self._state.thread(account, person).last_inbound_at is None:
            raise GraphError(403, 230, "User consent is required to access user profile")
        known = {"name": person.name, "username": person.username, "profile_pic": "", "id": person.igsid}
        fields = request.query_params.get("fields", "name,username").split(",")
        return JSONResponse({k: known[k] for k in [*fields, "id"] if k in known})

    async def cdn(self, _: Request) -> Response:
        """A picture that somebody sent: a grey square."""
        return Response(_GREY_SQUARE, media_type="image/svg+xml")

    def _enter(self, request: Request) -> InstagramAccount:
        account = self._authorize(request)
        if request.path_params["ig_id"] not in {"me", account.ig_id}:
            raise GraphError(400, 100, "Unsupported request. The object does not exist.", subcode=33)
        return account

    def _authorize(self, request: Request) -> InstagramAccount:
        token = meta.bearer(request.headers.get("authorization")) or request.query_params.get("access_token", "")
        account = self._state.tokens.get(token)
        if account is None:
            raise GraphError(401, 190, "Invalid OAuth access token - Cannot parse access token")
        return account


async def _json(request: Request) -> Json:
    try:
        payload = json.loads(await request.body())
    except ValueError:
        raise GraphError(400, 100, "The request body is not valid JSON.") from None
    if not isinstance(payload, dict):
        raise GraphError(400, 100, "The request body is not a JSON object.")
    return payload


def build(world: World) -> Simulator:
    """Return the simulated Instagram."""
    state = InstagramState(world)
    graph = Graph(state)
    settings = world.settings
    world.webhooks.profiles["instagram"] = meta.profile(
        settings.instagram_app_secret.get_secret_value(), settings.instagram_old_app_secret.get_secret_value()
    )

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, GraphError)  # noqa: S101 - Starlette types handlers for any exception
        return meta.error_response(error, _KIND, world.ids)

    base = "/v{version:int}.0"
    routes = [
        Route(f"{base}/{{ig_id:str}}/messages", graph.send, methods=["POST"]),
        Route(f"{base}/{{ig_id:str}}/subscribed_apps", graph.subscribe, methods=["POST"]),
        Route(f"{base}/{{object_id:str}}", graph.profile, methods=["GET"]),
        Route("/cdn/{name:str}", graph.cdn, methods=["GET"]),
    ]
    return Simulator(
        name="instagram",
        app=Starlette(routes=routes, exception_handlers={GraphError: refused}),
        acts=PersonSide(state).verbs(),
        accounts=AccountSide(state).verbs(),
        view=state.view,
        reset=state.reset,
        error_body=_fault_body,
    )


def _fault_body(status: int, code: str | None) -> Json:
    error = GraphError(status, int(code or 2), "Service temporarily unavailable")
    return meta.error_body(error, _KIND, "A1B2C3D4E5F")
