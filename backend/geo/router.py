"""HTTP of geography: paper two, section 6.6."""

import math
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends

from backend.geo.ports import Point
from backend.geo.schemas import EtaIn, EtaOut, OffRouteIn, OffRouteOut, PlaceOut, ReverseIn
from backend.geo.service import GeoService, decode_line, encode_line
from backend.platform.auth.dependencies import require
from backend.platform.auth.principal import Principal, Role
from backend.platform.web import provide

router = APIRouter(prefix="/api/v1/geo", tags=["geo"])

GeoDep = Annotated[GeoService, Depends(provide(GeoService))]
Caller = Annotated[
    Principal,
    Depends(require(Role.SERVICE, Role.BOT, Role.AGENT, Role.ADMIN, Role.OWNER, Role.RIDER, Role.DEVELOPER)),
]


@router.post("/eta")
async def eta(body: EtaIn, geo: GeoDep, _: Caller) -> EtaOut:
    """Say how far and how long it is."""
    way = await geo.way([body.start.point(), *(stop.point() for stop in body.via), body.to.point()])
    return EtaOut(
        distance_m=way.distance_m,
        duration_s=way.duration_s,
        eta_minutes=math.ceil(way.duration_s / 60),
        arrives_at=geo.arrival(way),
        polyline=encode_line(way.points),
        estimated=way.estimated,
    )


@router.post("/offroute-check")
async def offroute_check(body: OffRouteIn, geo: GeoDep, _: Caller) -> OffRouteOut:
    """Say whether a rider has left their way."""
    line = decode_line(body.polyline) if body.polyline is not None else [point.point() for point in body.points]
    position = body.position.point()
    found = geo.check_route(position, line, body.tolerance_m)
    return OffRouteOut.model_validate({**asdict(found), "nearest": found.nearest._asdict()})


@router.post("/reverse-geocode")
async def reverse_geocode(body: ReverseIn, geo: GeoDep, _: Caller) -> PlaceOut:
    """Name a point, for texts that confirm an address."""
    return PlaceOut.model_validate(await geo.name_of(Point(body.lat, body.lng), body.language))
