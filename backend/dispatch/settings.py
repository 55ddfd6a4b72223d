"""Settings of dispatch."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.platform.settings import DEVELOPMENT_SECRET


class DispatchSettings(BaseSettings):
    """How riders are chosen and deliveries proven."""

    model_config = SettingsConfigDict(env_prefix="DISPATCH_", extra="ignore")

    auto_assign: bool = Field(default=True, description="Offer a packed order to the best rider without asking.")
    most_offers: int = Field(
        default=3, ge=1, description="Riders who are asked about an order before a person chooses."
    )
    otp_tries: int = Field(default=5, ge=1, description="Wrong codes before a person looks.")
    otp_key: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-otp"), description="Derives each delivery's code."
    )
    proof_most_bytes: int = Field(default=8_388_608, ge=1, description="Bytes of a photo or signature, as it comes.")
    proof_most: int = Field(default=5, ge=1, description="Photos and signatures that may be begun for an order.")
    proof_expiry_s: float = Field(default=86_400, gt=0, description="From beginning an upload until it is forgotten.")
    on_time_s: float = Field(default=2700, gt=0, description="From pick-up to a delivery that counts as on time.")
    load_penalty_m: float = Field(default=1500, description="Metres that each order carried counts as.")
    unknown_distance_m: float = Field(default=5000, description="Distance of a rider whose position is not known.")
    refusal_penalty_m: float = Field(
        default=2000,
        ge=0,
        description="Metres that a rider counts as farther who takes no offer; others in proportion.",
    )
    batch_every_s: float = Field(default=15, gt=0, description="Seconds between batches of a city that has them.")
    batch_most: int = Field(default=40, ge=1, description="Orders that one batch assigns; the rest comes in the next.")
    batch_patience_s: float = Field(default=120, ge=0, description="Wait in vain after which a person is told.")
    stop_s: float = Field(default=120, ge=0, description="Seconds at a counter or a door, for plans.")
