"""Which voice provider calls whom, and what its calls go by."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import phonenumbers

from backend.comms.ladders import Purpose
from backend.comms.settings import AfricasTalkingSettings, CommsSettings, ExotelSettings

EXOTEL: Final = "exotel"
AFRICASTALKING: Final = "africastalking"


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """One provider's calls.

    Attributes:
        channel: The provider; sends, stored webhooks and outages go by its name.
        caller_ids: The number for each purpose, which people have saved.
        pools: A city's own numbers for a purpose, by the city's name in small letters.
        ring_s: How long a ring-only call rings, where the provider lets us say so.
        ivr_ring_s: How long a menu call rings.
        status_poll_s: Seconds after dialling at which a silent call is asked about; None where nobody can be asked.
        calls_per_minute: Calls that the account may place in a minute.
    """

    channel: str
    caller_ids: Mapping[Purpose, str]
    pools: Mapping[str, Mapping[Purpose, Sequence[str]]]
    ring_s: int
    ivr_ring_s: int
    status_poll_s: float | None
    calls_per_minute: int

    def caller_id(self, purpose: Purpose, city: str, callee: str) -> str:
        """Return the number that somebody is called from: always the same one of their city's, so that they know it.

        A number more or less moves those people alone who are called from it.
        """
        pool = self.pools.get(city.casefold(), {}).get(purpose) or [self.caller_ids[purpose]]
        return max(pool, key=lambda number: hashlib.sha256(f"{callee} {number}".encode()).digest())


def line_of(settings: ExotelSettings | AfricasTalkingSettings) -> VoiceLine:
    """Return the line that a provider's settings make."""
    return VoiceLine(
        channel=EXOTEL if isinstance(settings, ExotelSettings) else AFRICASTALKING,
        caller_ids={
            Purpose.NEW_ORDER: settings.did_new_order,
            Purpose.REMINDER: settings.did_reminder,
            Purpose.ADDRESS: settings.did_address,
        },
        pools={
            city.casefold(): {Purpose(purpose): numbers for purpose, numbers in pools.items()}
            for city, pools in settings.dids_by_city.items()
        },
        ring_s=settings.ring_s,
        ivr_ring_s=settings.ivr_ring_s,
        status_poll_s=settings.status_poll_s if isinstance(settings, ExotelSettings) else None,
        calls_per_minute=settings.calls_per_minute,
    )


def channel_for(settings: CommsSettings, city: str, phone: str = "") -> str:
    """Return the provider for a call: the city's, else that of the number's country, else the default.

    Args:
        settings: Holds the choices.
        city: Where the order is.
        phone: E.164 of the person called; empty where it does not matter yet.
    """
    by_city = {name.casefold(): provider for name, provider in settings.voice_by_city.items()}
    if city.casefold() in by_city:
        return by_city[city.casefold()]
    if not settings.voice_by_country:
        return settings.voice_provider
    try:
        country = phonenumbers.region_code_for_number(phonenumbers.parse(phone)) or ""
    except phonenumbers.NumberParseException:
        country = ""
    return settings.voice_by_country.get(country, settings.voice_provider)
