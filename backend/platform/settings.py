"""Settings of the platform, read once from the environment."""

from enum import StrEnum
from typing import Final

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET: Final = "development-only"  # noqa: S105 - a placeholder that production refuses


class Environment(StrEnum):
    """Where the process runs; anything but production may use placeholder secrets."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class PlatformSettings(BaseSettings):
    """Where the stores are, which keys to use, and how this process presents itself."""

    model_config = SettingsConfigDict(env_prefix="DUKA_", populate_by_name=True, extra="ignore")

    environment: Environment = Environment.DEVELOPMENT
    database_url: str = Field(
        default="postgresql://127.0.0.1:5432/duka",
        validation_alias=AliasChoices("DATABASE_URL", "POSTGRES_URL"),
        description="Postgres 15 or newer; the only store of truth.",
    )
    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL", description="Wake-ups and bursts only.")
    broker_url: str | None = Field(default=None, validation_alias="MQ_BROKER_URL", description="Optional fan-out.")
    public_base_url: str = Field(
        default="http://127.0.0.1:8000", validation_alias="PUBLIC_BASE_URL", description="How providers reach us."
    )
    feature_flags: str = Field(
        default="city.nashik.exotel=true,wa=true",
        validation_alias="FEATURE_FLAGS",
        description="Flags where the store says nothing.",
    )
    pool_size: int = Field(default=10, ge=1, description="Database connections a process may hold.")
    pii_key: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-pii-key"), description="Key material for phones at rest (AES-GCM)."
    )
    pii_previous_key: SecretStr | None = Field(
        default=None, description="Key material being retired; it still decrypts, until `duka rotate-keys` is done."
    )
    pii_index_key: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-pii-index"), description="Key material of the blind index (HMAC)."
    )
    session_secret: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-session"), description="Signs the console's cookies."
    )
    jwt_internal_secret: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-jwt"),
        validation_alias="JWT_INTERNAL_SECRET",
        description="Seed of the current Ed25519 signing key.",
    )
    jwt_previous_secret: SecretStr | None = Field(
        default=None, validation_alias="JWT_PREVIOUS_SECRET", description="Seed of the key being retired."
    )
    sandbox_token: SecretStr | None = Field(
        default=None, description="Opens the clock endpoint to the sandbox; never set in production."
    )
    log_level: str = "INFO"
    log_json: bool = True

    @model_validator(mode="after")
    def _no_placeholders_in_production(self) -> "PlatformSettings":
        """Refuse to start on a placeholder secret outside development."""
        if self.environment is not Environment.PRODUCTION:
            return self
        secrets = {name: value for name, value in self if isinstance(value, SecretStr)}
        weak = [name for name, value in secrets.items() if value.get_secret_value().startswith(DEVELOPMENT_SECRET)]
        if weak or self.sandbox_token is not None:
            named = ", ".join(sorted(weak)) or "sandbox_token"
            message = f"production needs its own secrets; still at a development value: {named}"
            raise ValueError(message)
        return self
