"""Settings of vendors."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class VendorsSettings(BaseSettings):
    """When an outlet that does not answer is taken off."""

    model_config = SettingsConfigDict(env_prefix="VENDORS_", extra="ignore")

    misses_until_inactive: int = Field(default=3, ge=1, description="Unanswered orders in a row before it is off.")
