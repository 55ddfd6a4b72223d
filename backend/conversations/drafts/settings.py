"""How patient the dialogue is."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class DraftSettings(BaseSettings):
    """Limits of the dialogue with a customer."""

    model_config = SettingsConfigDict(env_prefix="DUKA_DRAFT_", extra="ignore")

    abandoned_after_s: int = Field(default=3600, gt=0, description="Silence after which a draft is given up.")
    failed_turns: int = Field(
        default=2, ge=1, description="Turns in a row without progress before a person takes over."
    )
