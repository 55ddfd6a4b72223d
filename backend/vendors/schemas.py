"""Wire models of vendors."""

from datetime import time

from pydantic import BaseModel, Field, model_validator

from backend.vendors.ports import OpenSpan, VendorView


class VendorOut(BaseModel):
    """An outlet's profile and standing."""

    vendor_id: str = Field(description="Id of the outlet.")
    merchant_id: str = Field(description="The business that it belongs to.")
    name: str = Field(description="As customers know it.")
    city: str = Field(description="City that it serves.")
    language: str = Field(description="Language of its calls and messages.")
    tier: str = Field(description="Service level that its ladders follow.")
    status: str = Field(description="`active` or `inactive`.")
    inactive_reason: str | None = Field(description="Why it is off.")
    misses: int = Field(description="Orders in a row that it did not answer.")
    phone_ending: str = Field(description="Last three digits of its number, to tell two numbers apart.")
    address: str = Field(description="Where riders pick up.")
    lat: float | None = Field(description="Latitude in degrees, where known.")
    lng: float | None = Field(description="Longitude in degrees, where known.")


def vendor_out(view: VendorView) -> VendorOut:
    """Show an outlet."""
    return VendorOut(
        vendor_id=view.id,
        merchant_id=view.merchant_id,
        name=view.name,
        city=view.city,
        language=view.language,
        tier=view.tier,
        status="active" if view.active else "inactive",
        inactive_reason=view.inactive_reason,
        misses=view.misses,
        phone_ending=view.phone[-3:],
        address=view.address_text,
        lat=view.lat,
        lng=view.lng,
    )


class DeactivateIn(BaseModel):
    """Why an outlet is taken off."""

    reason: str = Field(default="by_ops", min_length=1, max_length=200, description="Kept with the outlet.")


class SpanModel(BaseModel):
    """A span in which an outlet is open, in local time."""

    weekday: int = Field(ge=0, le=6, description="Monday is 0.")
    open: time = Field(description="First minute open, such as `08:00`.")
    close: time = Field(description="First minute closed, later on the same day.")

    @model_validator(mode="after")
    def _forward(self) -> "SpanModel":
        """Refuse a span that ends before it begins."""
        if self.open >= self.close:
            message = "close must be later than open; split a span that crosses midnight"
            raise ValueError(message)
        return self


class HoursIn(BaseModel):
    """An outlet's week."""

    hours: list[SpanModel] = Field(max_length=50, description="Spans; a day without one is closed.")

    def spans(self) -> list[OpenSpan]:
        """Return the spans in our words."""
        return [OpenSpan(span.weekday, span.open, span.close) for span in self.hours]


class HoursOut(BaseModel):
    """An outlet's week, and whether it is open now."""

    vendor_id: str = Field(description="Id of the outlet.")
    timezone: str = Field(description="Zone of the times, such as `Africa/Nairobi`.")
    open_now: bool = Field(description="True where it is open; one that never told its hours always is.")
    hours: list[SpanModel] = Field(description="Spans, by weekday.")


def span_models(spans: tuple[OpenSpan, ...]) -> list[SpanModel]:
    """Show a week."""
    return [SpanModel(weekday=span.weekday, open=span.opens, close=span.closes) for span in spans]
