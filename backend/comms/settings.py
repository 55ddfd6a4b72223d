"""Settings of comms: the voice provider, caller ids, limits."""

from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.comms.ivr import text_names
from backend.platform.settings import DEVELOPMENT_SECRET

type CityNumbers = dict[str, dict[Literal["new_order", "reminder", "address"], list[str]]]
_POOLS: Final = "A city's own numbers by purpose; each person is called from the same one of them."


class ExotelSettings(BaseSettings):
    """Access to Exotel and the numbers that people have saved; names as in paper two, section 14."""

    model_config = SettingsConfigDict(env_prefix="EXOTEL_", extra="ignore")

    api_url: str = Field(default="http://127.0.0.1:8099/exotel", description="Scheme, host and prefix of the API.")
    account_sid: str = "duka1"
    api_key: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-exotel-key")
    api_token: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-exotel-token")
    did_new_order: str = "08047000001"
    did_reminder: str = "08047000002"
    did_address: str = "08047000003"
    dids_by_city: CityNumbers = Field(default={}, description=_POOLS)
    app_id: str = Field(default="1001", description="The flow of gather, passthru and greeting at the provider.")
    voices: tuple[str, ...] = Field(
        default=("en", "hi", "mr"), description="Languages that are spoken; a text in others is played, or said in one."
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-exotel-webhook"), description="Signs the context of each call."
    )
    timeout_s: float = 10.0
    calls_per_minute: int = Field(
        default=200, ge=1, description="Requests that the account allows, for all cities together; further calls wait."
    )
    ring_s: int = Field(default=15, description="How long a ring-only call rings.")
    ivr_ring_s: int = Field(default=30, description="How long a menu call rings.")
    status_poll_s: float = Field(
        default=60, description="Seconds after dialling at which a silent call is asked about."
    )


class AfricasTalkingSettings(BaseSettings):
    """Access to Africa's Talking Voice; only those need it whose calls go by it."""

    model_config = SettingsConfigDict(env_prefix="AFRICASTALKING_", extra="ignore")

    api_url: str = Field(
        default="http://127.0.0.1:8099/africastalking", description="Scheme and host of the voice API."
    )
    username: str = Field(default="duka", description="The application's name at the provider.")
    api_key: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-africastalking-key")
    did_new_order: str = "+254711082001"
    did_reminder: str = "+254711082002"
    did_address: str = "+254711082003"
    dids_by_city: CityNumbers = Field(default={}, description=_POOLS)
    voices: dict[str, str] = Field(default={}, description="The voice of a language; the default speaks English alone.")
    webhook_secret: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-africastalking-webhook"),
        description="Signs the context of each call.",
    )
    timeout_s: float = 10.0
    calls_per_minute: int = Field(default=200, ge=1, description="What the account allows; further calls wait.")
    ring_s: int = Field(default=30, description="How long the network lets a phone ring; the API can't be told.")
    ivr_ring_s: int = Field(default=30, description="The same, for a menu call.")


class CommsSettings(BaseSettings):
    """Limits that keep vendors and riders from being flooded."""

    model_config = SettingsConfigDict(env_prefix="COMMS_", extra="ignore")

    admin_number: str = Field(
        default="+254700000009", description="Where a caller who asks for a person is put through."
    )
    context_lives_s: float = Field(
        default=900, description="Seconds after which a digit of a call means nothing any more."
    )
    bridges_per_person: int = Field(
        default=6, ge=1, description="Bridged calls to one person in ten minutes; more are refused (429)."
    )
    kick_offs_per_minute: int = Field(
        default=6, ge=1, description="Kick-offs by API of one ladder of one order in a minute; more are refused (429)."
    )
    ring_covers_s: float = Field(
        default=60, description="Seconds for which one ring stands for all orders of a person and purpose."
    )
    recordings: dict[str, str] = Field(
        default={},
        description="Addresses of what is played in place of a spoken text: `vendor_new_order.start.sw`, by menu, node"
        " and language, or `goodbye.applied.sw`.",
    )
    calls_per_callee_hour: int = Field(
        default=20, description="Calls to one person in an hour, of all orders together."
    )
    voice_provider: Literal["exotel", "africastalking"] = Field(
        default="exotel", description="Who calls where neither city nor country says otherwise."
    )
    voice_by_city: dict[str, Literal["exotel", "africastalking"]] = Field(
        default={}, description="Who calls for the orders of a city."
    )
    voice_by_country: dict[str, Literal["exotel", "africastalking"]] = Field(
        default={}, description="Who calls numbers of a country, by its ISO code."
    )

    @field_validator("recordings")
    @classmethod
    def _of_texts(cls, recordings: dict[str, str]) -> dict[str, str]:
        """Refuse a recording of a text that there is not, since nobody would hear of the slip."""
        if strange := sorted(recordings.keys() - text_names()):
            message = f"there is no such text: {', '.join(strange)}"
            raise ValueError(message)
        return recordings

    def uses(self, provider: str) -> bool:
        """Return whether any call may go by a provider."""
        return provider in {self.voice_provider, *self.voice_by_city.values(), *self.voice_by_country.values()}
