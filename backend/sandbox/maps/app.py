"""OSRM's and Nominatim's paths."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.sandbox.base import Json, Simulator
from backend.sandbox.maps.geometry import Point, encode_line, great_circle_m
from backend.sandbox.maps.places import PLACES, Place
from backend.sandbox.world import World

_MOST_POINTS: Final = 100
_REVERSE_M: Final = 5_000
_PAIR: Final = 2


class OsrmError(Exception):
    """A refusal in OSRM's form, always HTTP 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Maps:
    """The request handlers."""

    def __init__(self, world: World) -> None:
        self._settings = world.settings

    async def route(self, request: Request) -> Response:
        """`GET /route/v1/{profile}/{lng,lat;…}`."""
        points = _points(request.path_params["points"])
        if len(points) < _PAIR:
            raise OsrmError("InvalidValue", "At least two coordinates are needed.")
        legs = [self._leg(a, b) for a, b in pairwise(points)]
        route = {
            "distance": round(sum(leg["distance"] for leg in legs), 1),
            "duration": round(sum(leg["duration"] for leg in legs), 1),
            "weight": round(sum(leg["duration"] for leg in legs), 1),
            "weight_name": "routability",
            "legs": legs,
        }
        if request.query_params.get("overview", "simplified") != "false":
            route["geometry"] = _geometry(points, request.query_params.get("geometries", "polyline"))
        return JSONResponse({"code": "Ok", "routes": [route], "waypoints": [_waypoint(p) for p in points]})

    async def table(self, request: Request) -> Response:
        """`GET /table/v1/{profile}/{lng,lat;…}`."""
        points = _points(request.path_params["points"])
        sources = _chosen(points, request.query_params.get("sources"))
        targets = _chosen(points, request.query_params.get("destinations"))
        rows = [[self._leg(a, b) for b in targets] for a in sources]
        wanted = request.query_params.get("annotations", "duration").split(",")
        body: Json = {"code": "Ok", "sources": [_waypoint(p) for p in sources]}
        body["destinations"] = [_waypoint(p) for p in targets]
        body |= {f"{k}s": [[cell[k] for cell in row] for row in rows] for k in ("duration", "distance") if k in wanted}
        return JSONResponse(body)

    async def nearest(self, request: Request) -> Response:
        """`GET /nearest/v1/{profile}/{lng,lat}`."""
        points = _points(request.path_params["points"])
        if len(points) != 1:
            raise OsrmError("InvalidValue", "Exactly one coordinate is needed.")
        return JSONResponse({"code": "Ok", "waypoints": [_waypoint(points[0])]})

    async def search(self, request: Request) -> Response:
        """`GET /search?q=…`."""
        query = request.query_params
        words = query.get("q", " ".join(query.get(k, "") for k in ("street", "city"))).lower().replace(",", " ").split()
        codes = set(filter(None, query.get("countrycodes", "").split(",")))
        near = [p for p in PLACES if not codes or p.country_code in codes]
        found = [
            p for p in near if p.name.lower() in " ".join(words) or all(w in p.display_name.lower() for w in words)
        ]
        limit = int(query.get("limit", 10))
        return JSONResponse([_place_view(p) for p in found[:limit]] if words else [])

    async def reverse(self, request: Request) -> Response:
        """`GET /reverse?lat=&lon=`."""
        try:
            at = (float(request.query_params["lat"]), float(request.query_params["lon"]))
        except (KeyError, ValueError):
            return JSONResponse({"error": {"code": 400, "message": "Need coordinates"}}, status_code=400)
        place = min(PLACES, key=lambda p: great_circle_m(at, (p.lat, p.lng)))
        if great_circle_m(at, (place.lat, place.lng)) > _REVERSE_M:
            return JSONResponse({"error": "Unable to geocode"})
        return JSONResponse(_place_view(place))

    def _leg(self, a: Point, b: Point) -> Json:
        metres = great_circle_m(a, b) * self._settings.maps_road_factor
        seconds = metres / (self._settings.maps_speed_kmh / 3.6)
        distance, duration = round(metres, 1), round(seconds, 1)
        return {"distance": distance, "duration": duration, "weight": duration, "steps": [], "summary": ""}


def _points(text: str) -> list[Point]:
    try:
        pairs = [tuple(float(v) for v in pair.split(",")) for pair in text.removesuffix(".json").split(";")]
    except ValueError:
        raise OsrmError("InvalidQuery", "Query string malformed close to position 0") from None
    if any(len(p) != _PAIR or abs(p[0]) > 180 or abs(p[1]) > 90 for p in pairs):  # noqa: PLR2004 - degrees
        raise OsrmError("InvalidQuery", "Query string malformed close to position 0")
    if len(pairs) > _MOST_POINTS:
        raise OsrmError("TooBig", f"Number of entries {len(pairs)} is higher than current maximum ({_MOST_POINTS})")
    return [(lat, lng) for lng, lat in pairs]


def _chosen(points: Sequence[Point], indexes: str | None) -> list[Point]:
    if indexes in {None, "all"}:
        return list(points)
    try:
        return [points[int(i)] for i in str(indexes).split(";")]
    except (ValueError, IndexError):
        raise OsrmError("InvalidOptions", "Index out of range.") from None


def _geometry(points: Sequence[Point], form: str) -> Any:
    if form == "geojson":
        return {"type": "LineString", "coordinates": [[lng, lat] for lat, lng in points]}
    return encode_line(points, 6 if form == "polyline6" else 5)


def _waypoint(point: Point) -> Json:
    return {"name": "", "location": [point[1], point[0]], "distance": 0.0, "hint": ""}


def _place_view(place: Place) -> Json:
    number = PLACES.index(place) + 1
    return {
        "place_id": number,
        "licence": "Simulated",
        "osm_type": "node",
        "osm_id": 1_000 + number,
        "lat": str(place.lat),
        "lon": str(place.lng),
        "category": "place",
        "type": place.kind,
        "importance": 0.5,
        "name": place.name,
        "display_name": place.display_name,
        "address": {place.kind: place.name, "city": place.city, "country_code": place.country_code},
        "boundingbox": [str(place.lat - 0.01), str(place.lat + 0.01), str(place.lng - 0.01), str(place.lng + 0.01)],
    }


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, OsrmError)  # noqa: S101 - Starlette types handlers for any exception
    return JSONResponse({"code": error.code, "message": error.message}, status_code=400)


def build(world: World) -> Simulator:
    """Return the simulated map services."""
    maps = Maps(world)
    routes = [
        Route("/route/v1/{profile}/{points}", maps.route),
        Route("/table/v1/{profile}/{points}", maps.table),
        Route("/nearest/v1/{profile}/{points}", maps.nearest),
        Route("/search", maps.search),
        Route("/reverse", maps.reverse),
    ]
    return Simulator(
        name="maps",
        app=Starlette(routes=routes, exception_handlers={OsrmError: _refused}),
        acts={},
        accounts={},
        view=lambda _: {},
        reset=lambda: None,
        error_body=lambda _, code: {"code": code or "InternalError", "message": "unavailable"},
    )
