"""Ways, names and deviations: offline, over simulated OSRM and Nominatim, and when those are down."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.geo.errors import BadLineError, UnknownPlaceError
from backend.geo.geometry import deviation, great_circle_m, length_m
from backend.geo.ports import Point
from backend.geo.providers.nominatim.client import NominatimClient
from backend.geo.providers.offline.maps import OfflineMaps, places
from backend.geo.providers.osrm.client import OsrmClient
from backend.geo.router import router
from backend.geo.service import GeoService, decode_line, encode_line
from backend.geo.settings import GeoSettings
from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from backend.platform.errors import ProviderRejectedError
from backend.platform.http import HttpClient
from backend.sandbox.app import create_app
from tests.support.app import Api, serving
from tests.support.clock import START, FixedClock
from tests.support.counting import Gains

WESTLANDS, KILIMANI, YAYA = Point(-1.2676, 36.8108), Point(-1.2892, 36.7867), Point(-1.2923, 36.7880)
SETTINGS = GeoSettings()


class Maps:
    """Simulated map services and the geography over them."""

    def __init__(self, clock: FixedClock) -> None:
        self.sandbox = create_app()
        self.http = HttpClient("http://sandbox.test/maps", name="maps", app=self.sandbox)
        self.osrm = OsrmClient(self.http, "driving")
        self.nominatim = NominatimClient(self.http, "duka/test")
        self.service = GeoService(OfflineMaps(SETTINGS), SETTINGS, clock, planner=self.osrm, geocoder=self.nominatim)

    async def asked(self) -> int:
        """How often the services were asked."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.sandbox), base_url="http://sim") as client:
            return len((await client.get("/__sim/calls", params={"provider": "maps"})).json())

    async def fault(self, **fault: Any) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.sandbox), base_url="http://sim") as client:
            assert (await client.post("/__sim/faults", json=fault)).status_code == 200


@pytest.fixture
async def maps(clock: FixedClock) -> AsyncIterator[Maps]:
    made = Maps(clock)
    yield made
    await made.http.close()
    await made.sandbox.state.world.close()


async def test_osrm_plans_the_way(maps: Maps) -> None:
    way = await maps.service.way([WESTLANDS, KILIMANI])
    assert not way.estimated
    assert way.distance_m == pytest.approx(great_circle_m(WESTLANDS, KILIMANI) * 1.35, rel=0.002)
    assert way.points[0] == pytest.approx(WESTLANDS, abs=1e-5)


async def test_osrm_says_no_to_a_point_that_is_none(maps: Maps) -> None:
    with pytest.raises(ProviderRejectedError):
        await maps.osrm.way([Point(-95.0, 36.8), KILIMANI])


async def test_a_map_service_that_is_down_leaves_an_estimate(maps: Maps) -> None:
    await maps.fault(provider="maps", status=503)
    way = await maps.service.way([WESTLANDS, KILIMANI])
    assert way.estimated
    assert way.duration_s == pytest.approx(way.distance_m / (20 / 3.6), rel=0.001)
    assert (await maps.service.name_of(YAYA)).name == "Yaya Centre"


async def test_a_map_service_that_stays_down_is_left_alone_for_a_while(maps: Maps) -> None:
    """Whoever asks gets the estimate at once, where each waited for the service in vain."""
    await maps.fault(provider="maps", status=503)
    for _ in range(10):
        assert (await maps.service.way([WESTLANDS, KILIMANI])).estimated
    assert await maps.asked() == 3


async def test_what_the_service_refuses_does_not_speak_against_it(maps: Maps) -> None:
    await maps.fault(provider="maps", status=400)
    for _ in range(5):
        assert (await maps.service.way([WESTLANDS, KILIMANI])).estimated
    assert await maps.asked() == 5


async def test_nominatim_names_a_point(maps: Maps) -> None:
    place = await maps.service.name_of(Point(-1.2893, 36.7868))
    assert place.label == "Kilimani, Nairobi"


async def test_the_offline_names_need_something_near() -> None:
    own = OfflineMaps(SETTINGS)
    near = await own.name_of(Point(20.0104, 73.7601), "mr")
    assert near is not None
    assert near.label == "Jehan Circle, Gangapur Road, Nashik"
    assert await own.name_of(Point(0.0, 0.0), "en") is None
    with pytest.raises(UnknownPlaceError):
        await GeoService(own, SETTINGS, FixedClock()).name_of(Point(0.0, 0.0))


def test_places_are_found_by_name_and_by_area() -> None:
    own = OfflineMaps(SETTINGS)
    found = [own.find(name) for name in ("  nairobi ", "KILIMANI", "old nashik", "Atlantis", "")]
    assert [place.city if place else None for place in found] == ["Nairobi", "Nairobi", "Nashik", None, None]
    assert own.city_of(Point(19.99, 73.75)) == "Nashik"
    assert len({(place.city, place.name) for place in places()}) == len(places())


@pytest.mark.parametrize(
    ("position", "metres", "off"),
    [(Point(-1.2676, 36.8108), 0, False), (Point(-1.2785, 36.7990), 20, False), (Point(-1.2500, 36.8108), 1957, True)],
)
def test_how_far_off_the_way(position: Point, metres: float, *, off: bool) -> None:
    found = deviation(position, [WESTLANDS, KILIMANI], 250)
    assert found.off_route is off
    assert found.distance_m == pytest.approx(metres, abs=25)


def test_what_lies_ahead_shrinks_along_the_way() -> None:
    line = [WESTLANDS, KILIMANI, YAYA]
    ahead = [deviation(point, line, 250).ahead_m for point in line]
    assert ahead[0] == pytest.approx(length_m(line), abs=5)
    assert ahead[1] == pytest.approx(great_circle_m(KILIMANI, YAYA), abs=5)
    assert ahead[2] == pytest.approx(0, abs=5)
    assert deviation(YAYA, [KILIMANI], 250).distance_m == pytest.approx(great_circle_m(KILIMANI, YAYA), rel=0.01)


def test_lines_are_coded_and_bad_ones_refused() -> None:
    assert decode_line(encode_line([WESTLANDS, KILIMANI])) == [WESTLANDS, KILIMANI]
    for broken in ("", "a", "~~~~~~~~~~~~~~~~"):
        with pytest.raises(BadLineError):
            decode_line(broken)


@pytest.fixture
async def api(database: Database, clock: FixedClock) -> AsyncIterator[Api]:
    services: dict[type[Any], Any] = {GeoService: GeoService(OfflineMaps(SETTINGS), SETTINGS, clock)}
    async with serving(database, clock, router, services=services) as opened:
        yield opened


async def test_the_endpoints_of_paper_two(api: Api) -> None:
    caller = api.token("service:apps", Role.SERVICE)
    start, end = WESTLANDS._asdict(), KILIMANI._asdict()
    eta = (await api.client.post("/api/v1/geo/eta", json={"from": start, "to": end}, headers=caller)).json()
    assert (eta["estimated"], eta["eta_minutes"]) == (True, 15)
    assert eta["arrives_at"] > START.isoformat()

    check = {"position": {"lat": -1.25, "lng": 36.8108}, "polyline": eta["polyline"]}
    gains = Gains()
    off = (await api.client.post("/api/v1/geo/offroute-check", json=check, headers=caller)).json()
    assert gains.total("offroute_alerts_total") == 0, "who asks is no rider who has left their way"
    assert (off["off_route"], off["tolerance_m"]) == (True, 250.0)
    neither = await api.client.post("/api/v1/geo/offroute-check", json={"position": start}, headers=caller)
    assert (neither.status_code, neither.json()["code"]) == (422, "422_UNPROCESSABLE_ENTITY")

    named = (await api.client.post("/api/v1/geo/reverse-geocode", json=YAYA._asdict(), headers=caller)).json()
    assert named["label"] == "Yaya Centre, Kilimani, Nairobi"
    nowhere = await api.client.post("/api/v1/geo/reverse-geocode", json={"lat": 0, "lng": 0}, headers=caller)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "geo.unknown_place")
    assert (await api.client.post("/api/v1/geo/eta", json={"from": start, "to": end})).status_code == 401
