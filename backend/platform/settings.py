"""Settings of the platform, read once from the environment."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
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

    model_config = SettingsConfigDict(env_prefix="DUKA_", populate_by_name=True, extra="ignore", env_ignore_empty=True)

    environment: Environment = Environment.DEVELOPMENT
    database_url: str = Field(
        default="postgresql://127.0.0.1:5432/duka",
        validation_alias=AliasChoices("DATABASE_URL", "POSTGRES_URL"),
        description="Postgres 15 or newer; the only store of truth.",
    )
    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL", description="Wake-ups and bursts only.")
    broker_url: str | None = Field(
        default=None,
        validation_alias="MQ_BROKER_URL",
        description="A broker to tell events to: redis, amqp, nats or kafka.",
    )
    public_base_url: str = Field(
        default="http://127.0.0.1:8000", validation_alias="PUBLIC_BASE_URL", description="How providers reach us."
    )
    feature_flags: str = Field(
        default="city.nashik.exotel=true,wa=true",
        validation_alias="FEATURE_FLAGS",
        description="Flags where the store says nothing.",
    )
    keep_days: int = Field(
        default=90, ge=14, description="Days that spent timers, read events, handled webhooks and ended sends are kept."
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
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Where a worker shows its metrics; none where it is not set."
    )
    metrics_host: str = Field(default="127.0.0.1", description="The address that a worker's metrics are shown on.")
    heartbeat_file: Path | None = Field(default=None, description="A file that a worker touches while it turns.")
    log_level: str = "INFO"
    log_json: bool = True

    @model_validator(mode="after")
    def _no_placeholders_in_production(self) -> "PlatformSettings":
        """Refuse to start on a placeholder secret outside development."""
        refuse_placeholders(self.environment, self)
        if self.environment is Environment.PRODUCTION and self.sandbox_token is not None:
            message = "DUKA_SANDBOX_TOKEN opens the clock to others; production must not set it"
            raise ValueError(message)
        return self


def refuse_placeholders(environment: Environment, *groups: BaseSettings) -> None:
    """Refuse secrets that stand in this repository; an empty one is no secret, and closes what it would open.

    Args:
        environment: Where the process runs.
        groups: Settings that were read.

    Raises:
        ValueError: In production, one of them or more is still at a development value; the message names them all.
    """
    if environment is not Environment.PRODUCTION:
        return
    weak = sorted(name for group in groups for name in _placeholders(group))
    if weak:
        message = f"production needs its own secrets; still at a development value: {', '.join(weak)}"
        raise ValueError(message)


def _placeholders(group: BaseSettings) -> Iterator[str]:
    """Return the variables of a group whose value is a known one."""
    for name, field in type(group).model_fields.items():
        value = getattr(group, name)
        secret = value.get_secret_value() if isinstance(value, SecretStr) else ""
        if secret and (value == field.default or secret.startswith(DEVELOPMENT_SECRET)):
            yield str(field.validation_alias or f"{group.model_config.get('env_prefix', '')}{name}".upper())
