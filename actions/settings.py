"""Where the backend is, and how the action server proves who it is."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ActionSettings(BaseSettings):
    """Read once, at the start."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True)

    backend_url: str = Field(
        default="http://127.0.0.1:8000", validation_alias="DUKA_BACKEND_URL", description="The backend's API."
    )
    token: SecretStr | None = Field(
        default=None, validation_alias="DUKA_ACTIONS_TOKEN", description="A service token with the role `bot`."
    )
    signing_secret: SecretStr = Field(
        default=SecretStr("development-only-jwt"),
        validation_alias="JWT_INTERNAL_SECRET",
        description="Where no token is given, the seed of the key that short-lived ones are signed with.",
    )
    host: str = Field(default="127.0.0.1", validation_alias="ACTIONS_HOST", description="Loopback by default.")
    port: int = Field(default=5055, validation_alias="ACTIONS_PORT", description="Where Rasa finds us.")
    timeout_s: float = Field(
        default=2.0, gt=0, validation_alias="ACTIONS_TIMEOUT_S", description="What one answer of the backend may take."
    )
    log_level: str = Field(default="INFO", validation_alias="DUKA_LOG_LEVEL", description="Least level that is logged.")
