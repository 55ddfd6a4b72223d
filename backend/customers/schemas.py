"""Wire models of customers."""

from datetime import datetime

from pydantic import BaseModel, Field

from backend.customers.ports import AddressOnFile, CustomerView


class AddressOut(BaseModel):
    """A place that the customer had something delivered to."""

    address_id: str = Field(description="Id of the address.")
    text: str = Field(description="The address as a rider would need it.")
    lat: float | None = Field(description="Latitude in degrees, where known.")
    lng: float | None = Field(description="Longitude in degrees, where known.")


class PreferencesOut(BaseModel):
    """What the customer wants of us."""

    opted_out: bool = Field(description="True where we must not write first.")
    script: str | None = Field(description="Script that the customer writes in, such as `Latn`.")
    language_confidence: float = Field(description="How sure the language is, in [0, 1].")


class UserOut(BaseModel):
    """A customer's profile."""

    user_id: str = Field(description="Id of the customer.")
    merchant_id: str = Field(description="The merchant that they buy from.")
    name: str | None = Field(description="As the channel shows it, or as they told us.")
    language: str | None = Field(description="Language of the replies, such as `sw` or `hi-Latn`.")
    has_phone: bool = Field(description="True where a number is on file; the number itself is not shown here.")
    prefs: PreferencesOut = Field(description="What the customer wants of us.")
    addresses: list[AddressOut] = Field(description="Places on file, the last used first.")
    created_at: datetime = Field(description="First message.")


def user_out(view: CustomerView, addresses: list[AddressOnFile]) -> UserOut:
    """Show a customer."""
    return UserOut(
        user_id=view.id,
        merchant_id=view.merchant_id,
        name=view.name,
        language=view.language,
        has_phone=view.phone is not None,
        prefs=PreferencesOut(
            opted_out=view.opted_out, script=view.script, language_confidence=view.language_confidence
        ),
        addresses=[AddressOut(address_id=row.id, text=row.text, lat=row.lat, lng=row.lng) for row in addresses],
        created_at=view.created_at,
    )
