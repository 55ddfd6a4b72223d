"""Settings of geography; without addresses of map services it works offline."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GeoSettings(BaseSettings):
    """Where map services are, and what is assumed without them."""

    model_config = SettingsConfigDict(env_prefix="GEO_", extra="ignore")

    osrm_url: str = Field(default="", description="Scheme, host and prefix of an OSRM server; empty for none.")
    osrm_profile: str = Field(default="driving", description="The profile that riders travel by.")
    nominatim_url: str = Field(default="", description="Scheme, host and prefix of a Nominatim server; empty for none.")
    user_agent: str = Field(default="duka/0.1", description="How we introduce ourselves to Nominatim, as it asks.")
    timeout_s: float = Field(default=3.0, gt=0, description="Seconds for a map service, then the offline answer.")
    road_factor: float = Field(default=1.35, ge=1, description="Length of the road over the great circle.")
    speed_kmh: float = Field(default=22.0, gt=0, description="Speed in a city that is not listed.")
    city_speeds_kmh: dict[str, float] = Field(
        default={"nairobi": 20.0, "nashik": 24.0}, description="Speed of a two-wheeler by city."
    )
    off_route_m: float = Field(default=250.0, gt=0, description="Metres beside the line that still count as on it.")
    place_within_m: float = Field(default=3000.0, gt=0, description="Farthest named place that describes a point.")
