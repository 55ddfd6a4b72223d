"""HTTP to an OSRM server."""

from collections.abc import Sequence
from typing import Any, Final

import polyline

from backend.geo.ports import Point, Way
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError
from backend.platform.http import HttpClient, HttpResponse

_OK: Final = "Ok"
_SERVER_ERROR: Final = 500


class OsrmClient:
    """One OSRM server and profile."""

    def __init__(self, http: HttpClient, profile: str) -> None:
        self._http = http
        self._profile = profile

    async def way(self, stops: Sequence[Point]) -> Way:
        """Return the fastest way through the stops."""
        where = ";".join(f"{point.lng:.6f},{point.lat:.6f}" for point in stops)
        params = {"overview": "full", "geometries": "polyline", "steps": "false"}
        response = await self._http.request("GET", f"/route/v1/{self._profile}/{where}", params=params)
        route = _answer(response)["routes"][0]
        points = tuple(Point(lat, lng) for lat, lng in polyline.decode(route["geometry"]))
        return Way(float(route["distance"]), float(route["duration"]), points, estimated=False)


def _answer(response: HttpResponse) -> dict[str, Any]:
    if response.status >= _SERVER_ERROR:
        raise OutcomeUnknownError(f"osrm.{response.status}")
    try:
        body: dict[str, Any] = response.json()
    except ValueError as error:
        raise OutcomeUnknownError("osrm.unreadable") from error
    if body.get("code") != _OK:
        raise ProviderRejectedError(f"osrm.{body.get('code')}", str(body.get("message", "")))
    return body
