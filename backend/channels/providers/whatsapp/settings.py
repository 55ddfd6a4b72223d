"""Settings of the WhatsApp Cloud API; the names are paper two's."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WhatsAppSettings(BaseSettings):
    """Where the API is, and the secrets shared with it; without a secret the webhook stays closed."""

    model_config = SettingsConfigDict(env_prefix="WA_", extra="ignore")

    api_url: str = Field(default="https://graph.facebook.com/v25.0", description="Host and version of the Graph API.")
    token: SecretStr = Field(default=SecretStr(""), description="Access token of the system user.")
    phone_number_id: str = Field(default="", description="The number that webhooks are about which name none.")
    account_tokens: dict[str, SecretStr] = Field(
        default={}, description="Tokens by phone number id, where they differ."
    )
    webhook_secret: SecretStr = Field(default=SecretStr(""), description="The app secret that signs webhooks.")
    webhook_secret_previous: SecretStr = Field(default=SecretStr(""), description="The app secret being retired.")
    verify_token: SecretStr = Field(default=SecretStr(""), description="Chosen by us for the subscription handshake.")
    template_namespace: str = Field(default="", description="Kept for providers that ask for it; Meta does not.")
    media_hosts: tuple[str, ...] = Field(
        default=("lookaside.fbsbx.com",), description="Hosts that files may be fetched from, besides the API's own."
    )
    timeout_s: float = 10.0
    rate_per_s: float = Field(default=70.0, description="Sends a second for each number; Meta allows 80 in and out.")
