"""HTTP to a Nominatim server; our own, since the public one allows one request a second."""

from collections.abc import Mapping
from typing import Any, Final

from backend.geo.geometry import great_circle_m
from backend.geo.ports import Place, Point
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError
from backend.platform.http import HttpClient

_STREET_LEVEL: Final = 17
_SERVER_ERROR: Final = 500
_AREA: Final = ("suburb", "neighbourhood", "quarter", "city_district", "village")
_CITY: Final = ("city", "town", "municipality", "county", "state_district")
_NAME: Final = ("amenity", "building", "shop", "road", *_AREA)


class NominatimClient:
    """One Nominatim server."""

    def __init__(self, http: HttpClient, user_agent: str) -> None:
        self._http = http
        self._headers = {"user-agent": user_agent}

    async def name_of(self, point: Point, language: str) -> Place | None:
        """Return the street, quarter and city at a point."""
        params = {"lat": f"{point.lat:.6f}", "lon": f"{point.lng:.6f}", "zoom": str(_STREET_LEVEL), "format": "jsonv2"}
        headers = {**self._headers, "accept-language": language}
        response = await self._http.request("GET", "/reverse", params=params, headers=headers)
        if response.status >= _SERVER_ERROR:
            raise OutcomeUnknownError(f"nominatim.{response.status}")
        if not response.ok:
            raise ProviderRejectedError(f"nominatim.{response.status}")
        found: dict[str, Any] = response.json()
        return None if "error" in found else _place(found, point)


def _place(found: Mapping[str, Any], asked: Point) -> Place:
    address = found.get("address", {})
    at = Point(float(found["lat"]), float(found["lon"]))
    name = str(found.get("name") or _first(address, _NAME) or str(found.get("display_name", "")).partition(",")[0])
    return Place(name, _first(address, _AREA), _first(address, _CITY), at, round(great_circle_m(asked, at), 1))


def _first(address: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((str(address[key]) for key in keys if address.get(key)), "")
