"""Settings of reports."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ReportsSettings(BaseSettings):
    """When a day's report is made and sent."""

    model_config = SettingsConfigDict(env_prefix="REPORTS_", extra="ignore")

    public_base_url: str = Field(
        default="http://127.0.0.1:8000",
        validation_alias="PUBLIC_BASE_URL",
        description="Where the console is, for links in files and messages.",
    )
    after_midnight_s: int = Field(default=300, ge=0, description="From the day's end until its report is made.")
    send_hour: int = Field(default=7, ge=0, le=23, description="Not sent before this hour of the merchant's day.")
    too_late_s: int = Field(default=43_200, ge=0, description="A report that comes this late is kept and not sent.")
