"""Settings of Instagram messaging; host and secret tell the two forms (own log-in, linked Page) apart."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class InstagramSettings(BaseSettings):
    """Where the API is, and the secrets shared with it; without a secret the webhook stays closed."""

    model_config = SettingsConfigDict(env_prefix="IG_", extra="ignore")

    api_url: str = Field(
        default="https://graph.instagram.com/v25.0",
        description="Host and version; graph.facebook.com where accounts are linked to Pages.",
    )
    account_tokens: dict[str, SecretStr] = Field(
        default={}, description="Token (user or Page) by Instagram account id."
    )
    webhook_secret: SecretStr = Field(default=SecretStr(""), description="The app secret that signs webhooks.")
    webhook_secret_previous: SecretStr = Field(default=SecretStr(""), description="The app secret being retired.")
    verify_token: SecretStr = Field(default=SecretStr(""), description="Chosen by us for the subscription handshake.")
    app_id: str = Field(default="", description="Our own application; threads routed elsewhere are only recorded.")
    human_agent: bool = Field(default=False, description="Whether Meta approved the human agent tag for this app.")
    media_hosts: tuple[str, ...] = Field(
        default=("cdninstagram.com", "fbcdn.net", "fbsbx.com"), description="Domains that files may be fetched from."
    )
    timeout_s: float = 10.0
    rate_per_s: float = Field(default=200.0, description="Sends a second for each account; Meta allows 300.")
