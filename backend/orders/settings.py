"""Settings of orders."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OrdersSettings(BaseSettings):
    """How answers that cross are told apart; how long each promise may take is a ladder's rows."""

    model_config = SettingsConfigDict(env_prefix="ORDERS_", extra="ignore")

    crossing_s: int = Field(default=10, ge=0, description="An answer this soon after its contrary tells the desk.")
