"""Wire models of the analytics; every rate is in [0, 1], and null where there is nothing to divide by."""

from pydantic import BaseModel, ConfigDict, Field


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore")


class HourOut(BaseModel):
    """One hour of the day, in the merchant's time."""

    hour: int = Field(ge=0, le=23, description="The hour.")
    offered: int = Field(description="Orders offered in it.")
    missed: int = Field(description="Of those, how many nobody answered in time.")


class VendorReport(_Row):
    """How an outlet answered and prepared."""

    vendor_id: str = Field(description="The outlet.")
    name: str = Field(description="Its name.")
    city: str = Field(description="Its city.")
    tier: str = Field(description="Its tier.")
    active: bool = Field(description="Whether it takes orders now.")
    misses: int = Field(description="Orders in a row that it has not answered.")
    offered: int = Field(description="Orders that waited for it.")
    accepted: int = Field(description="Orders that it took.")
    rejected: int = Field(description="Orders that it refused.")
    missed: int = Field(description="Orders that were not answered before a person was called.")
    delivered: int = Field(description="Of its orders, how many were delivered.")
    late_ready: int = Field(description="Orders that were packed after the time it gave.")
    accept_s: float | None = Field(description="Mean seconds to accept.")
    prep_minutes: float | None = Field(description="Mean minutes of preparation.")
    acceptance_rate: float | None = Field(description="Accepted of those offered.")
    miss_rate: float | None = Field(description="Missed of those offered.")
    by_hour: list[HourOut] = Field(description="The same by hour of the day, hours without orders left out.")


class RiderReport(_Row):
    """How a rider answered and delivered."""

    rider_id: str = Field(description="The rider.")
    name: str = Field(description="Their name.")
    city: str = Field(description="Their city.")
    offered: int = Field(description="Orders offered.")
    accepted: int = Field(description="Orders taken.")
    rejected: int = Field(description="Orders refused.")
    unanswered: int = Field(description="Offers that ran out.")
    carried: int = Field(description="Orders picked up.")
    delivered: int = Field(description="Orders delivered.")
    on_time: int = Field(description="Deliveries within the window from pick-up.")
    failed: int = Field(description="Deliveries that failed at the door.")
    off_routes: int = Field(description="Times that they left the way.")
    delivery_minutes: float | None = Field(description="Mean minutes from pick-up to the door.")
    acceptance_rate: float | None = Field(description="Accepted of those answered or run out.")
    on_time_rate: float | None = Field(description="On time of those delivered (OTD).")
    off_route_rate: float | None = Field(description="Of the orders carried, how many were off the way at least once.")


class OrdersReport(_Row):
    """Orders of a city and vendor tier: promises broken, and how far people had to be chased."""

    city: str = Field(description="The city.")
    tier: str = Field(description="The outlets' tier.")
    placed: int = Field(description="Orders placed.")
    confirmed: int = Field(description="Orders paid or approved.")
    delivered: int = Field(description="Orders delivered.")
    cancelled: int = Field(description="Orders called off.")
    vendor_accept_breaches: int = Field(description="Orders that no vendor answered in time.")
    preparation_breaches: int = Field(description="Orders that were not packed in time.")
    rider_breaches: int = Field(description="Orders that riders did not answer, or that nobody carried.")
    address_breaches: int = Field(description="Changed addresses that no rider confirmed in time.")
    delivery_breaches: int = Field(description="Deliveries beyond their window.")
    rung: int = Field(description="Orders for which somebody was rung.")
    called: int = Field(description="Orders for which somebody got a voice menu.")
    escalated_to_admin: int = Field(description="Orders that came to a person of the city.")
    median_minutes: float | None = Field(description="Median minutes from payment to the door.")


class FunnelReport(_Row):
    """How far a ladder went until it was answered; each chase is one ladder of one order at one person."""

    city: str = Field(description="The city.")
    tier: str = Field(description="The outlets' tier.")
    ladder: str = Field(description="Which ladder.")
    chased: int = Field(description="Chases.")
    whatsapp: int = Field(description="Of them, how many were written to.")
    ring: int = Field(description="How many were rung.")
    ivr: int = Field(description="How many got a voice menu.")
    admin: int = Field(description="How many came to a person.")
    answered: int = Field(description="How many were answered in the end.")
    answered_after_whatsapp: int = Field(description="Answered after the message, before the next step.")
    answered_after_ring: int = Field(description="Answered after the ring, before the next step.")
    answered_after_ivr: int = Field(description="Answered after the voice menu, before a person was called.")
    answered_after_admin: int = Field(description="Answered after a person was called.")
    by_whatsapp: int = Field(description="Answered by a button or words on WhatsApp.")
    by_ivr: int = Field(description="Answered by a digit.")
    by_others: int = Field(description="Answered by app, page or API.")
    median_answer_s: float | None = Field(description="Median seconds from the first step to the answer.")


class ChannelReport(_Row):
    """What became of what went out on a channel."""

    channel: str = Field(description="whatsapp, exotel_ring, exotel_ivr or bridge.")
    sent: int = Field(description="Messages or calls, those held back included.")
    reached: int = Field(description="Delivered, or picked up.")
    read: int = Field(description="Read, or picked up.")
    failed: int = Field(description="Refused, busy or not answered.")
    withheld: int = Field(description="Held back by a rule.")


class CommsReport(BaseModel):
    """WhatsApp against rings and menus."""

    days: int = Field(description="The last so many days.")
    funnel: list[FunnelReport] = Field(description="By city, vendor tier and ladder.")
    channels: list[ChannelReport] = Field(description="By channel.")


class OrdersReports(BaseModel):
    """Orders by city and vendor tier."""

    days: int = Field(description="The last so many days.")
    groups: list[OrdersReport] = Field(description="By city and tier.")
