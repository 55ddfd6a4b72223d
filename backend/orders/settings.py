"""Settings of orders: how long each promise may take."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class OrdersSettings(BaseSettings):
    """Delays of the timers that an order's steps arm, in seconds."""

    model_config = SettingsConfigDict(env_prefix="ORDERS_", extra="ignore")

    reservation_expiry_s: int = Field(default=1800, ge=60, description="Life of an unpaid order and of its stock.")
    payment_reminder_s: int = Field(
        default=1200, ge=0, description="From placing to the reminder of what is to be paid; 0 for none."
    )
    crossing_s: int = Field(default=10, ge=0, description="An answer this soon after its contrary tells the desk.")
    reminder_lead_s: int = Field(default=180, ge=0, description="Reminder this long before the preparation ends.")
    pickup_window_s: int = Field(default=900, ge=60, description="From packed to picked up, before a person looks.")
    delivery_window_s: int = Field(default=2700, ge=60, description="From pick-up to the latest delivery on time.")
