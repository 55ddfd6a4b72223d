"""Wire models of geography; field names of paper two, section 10."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, model_validator

from backend.geo.ports import Point


class PointIO(BaseModel):
    """A position."""

    model_config = ConfigDict(from_attributes=True)

    lat: float = Field(ge=-90, le=90, description="Degrees north.")
    lng: float = Field(ge=-180, le=180, description="Degrees east.")

    def point(self) -> Point:
        """Return the position in our own words."""
        return Point(self.lat, self.lng)


class EtaIn(BaseModel):
    """From where to where."""

    model_config = ConfigDict(populate_by_name=True)

    start: PointIO = Field(alias="from", description="Where the way begins.")
    to: PointIO = Field(description="Where it ends.")
    via: list[PointIO] = Field(default_factory=list, max_length=20, description="Stops between, in their order.")


class EtaOut(BaseModel):
    """How far and how long."""

    distance_m: float = Field(description="Length of the way in metres.")
    duration_s: float = Field(description="Travel time in seconds.")
    eta_minutes: int = Field(description="Travel time in whole minutes, rounded up.")
    arrives_at: datetime = Field(description="When one who leaves now arrives.")
    polyline: str = Field(description="The way, encoded with precision 5.")
    estimated: bool = Field(description="True where no road network was asked.")


class OffRouteIn(BaseModel):
    """Where a rider is, and where they should be going: a polyline, or points."""

    position: PointIO = Field(description="Where the rider is.")
    polyline: str | None = Field(default=None, max_length=50_000, description="The way, encoded with precision 5.")
    points: list[PointIO] = Field(default_factory=list, max_length=2000, description="The way as points.")
    tolerance_m: float | None = Field(default=None, gt=0, le=5000, description="Metres beside the way that are fine.")
    order_id: str | None = Field(default=None, description="The order that is carried.")

    @model_validator(mode="after")
    def _one_line(self) -> "OffRouteIn":
        if (self.polyline is None) == (not self.points):
            message = "send either polyline or points"
            raise ValueError(message)
        return self


class OffRouteOut(BaseModel):
    """How far the rider is from the way."""

    model_config = ConfigDict(from_attributes=True)

    off_route: bool = Field(description="True beyond the tolerance.")
    distance_m: float = Field(description="Metres from the way.")
    tolerance_m: float = Field(description="Metres that are fine.")
    nearest: PointIO = Field(description="The point of the way that is nearest.")
    ahead_m: float = Field(description="Metres of the way from there to its end.")


class ReverseIn(BaseModel):
    """Which point is to be named."""

    lat: float = Field(ge=-90, le=90, description="Degrees north.")
    lng: float = Field(ge=-180, le=180, description="Degrees east.")
    language: str = Field(default="en", max_length=12, description="Preferred language of the names.")


class PlaceOut(BaseModel):
    """A named place."""

    model_config = ConfigDict(from_attributes=True)

    label: str = Field(description="The name with its quarter and city, for a text.")
    name: str = Field(description="Its name.")
    area: str = Field(description="Its quarter.")
    city: str = Field(description="Its city.")
    distance_m: float = Field(description="Metres between it and the point asked about.")
