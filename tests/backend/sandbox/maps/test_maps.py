"""OSRM's and Nominatim's shapes."""

from tests.backend.sandbox.conftest import Sim

PAIR = "36.8219,-1.2921;36.8108,-1.2676"


async def test_route_takes_longitude_first_and_gives_metres_and_seconds(sim: Sim) -> None:
    body = (await sim.client.get(f"/maps/route/v1/driving/{PAIR}?geometries=geojson")).json()
    [route] = body["routes"]
    assert body["code"] == "Ok"
    assert 3_900 < route["distance"] < 4_100
    assert route["duration"] == sum(leg["duration"] for leg in route["legs"])
    assert route["geometry"]["coordinates"] == [[36.8219, -1.2921], [36.8108, -1.2676]]
    assert body["waypoints"][0]["location"] == [36.8219, -1.2921]


async def test_the_line_is_encoded_as_published(sim: Sim) -> None:
    """The points and text are the published example of the encoding."""
    path = "/maps/route/v1/driving/-120.2,38.5;-120.95,40.7;-126.453,43.252"
    body = (await sim.client.get(path)).json()
    assert body["routes"][0]["geometry"] == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


async def test_table_and_its_refusals(sim: Sim) -> None:
    body = (await sim.client.get(f"/maps/table/v1/driving/{PAIR}?annotations=duration,distance&sources=0")).json()
    assert body["durations"][0][0] == 0.0
    assert len(body["distances"][0]) == 2
    bad = await sim.client.get("/maps/table/v1/driving/x,y")
    assert (bad.status_code, bad.json()["code"]) == (400, "InvalidQuery")


async def test_places_are_found_and_named_with_texts_for_coordinates(sim: Sim) -> None:
    [place] = (await sim.client.get("/maps/search?q=Kilimani, Nairobi&countrycodes=ke&format=jsonv2")).json()
    assert (place["lat"], place["lon"]) == ("-1.2892", "36.7867")
    assert (await sim.client.get("/maps/search?q=Atlantis")).json() == []
    found = (await sim.client.get("/maps/reverse?lat=19.9653&lon=73.7836&format=jsonv2")).json()
    assert found["address"]["city"] == "Nashik"
    assert (await sim.client.get("/maps/reverse?lat=0&lon=0")).json() == {"error": "Unable to geocode"}
