"""Settings of payments and their providers."""

import base64

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.payments.policies import PayoutWay
from backend.platform.settings import DEVELOPMENT_SECRET


class PaymentsSettings(BaseSettings):
    """How long we wait, when we ask, and what signs our callback addresses."""

    model_config = SettingsConfigDict(env_prefix="PAYMENTS_", extra="ignore")

    callback_secret: SecretStr = Field(
        default=SecretStr(f"{DEVELOPMENT_SECRET}-callback-key"), description="Signs the callback path of each attempt."
    )
    confirm_from_minor: int = Field(
        default=5_000_000,
        ge=0,
        description="From this amount on a prompt that is told as paid counts once the provider has been asked too.",
    )
    retry_after_s: float = Field(
        default=125,
        ge=0,
        description="Seconds after which a prompt that failed for a passing reason goes once more; 0: never.",
    )
    receipt_check_s: float = Field(
        default=600, gt=0, description="Seconds after which a pasted code that nobody has answered for brings a person."
    )
    link_expiry_s: int = Field(default=1800, ge=900, description="How long a UPI link can be paid.")
    refund_admin_limit_minor: int = Field(
        default=500_000, ge=0, description="The largest refund that an admin approves; more needs the owner."
    )
    payout_ways: tuple[PayoutWay, ...] = Field(
        default=(), description="How approved refunds go out by API, the first that fits: reversal, b2c; none by hand."
    )
    payout_query_after_s: tuple[float, ...] = Field(
        default=(60, 300, 900), min_length=1, description="Seconds after a payout at which a silent one is asked about."
    )
    payout_give_up_after_s: float = Field(default=1800, description="Seconds after which it goes to a person.")
    rider_cash_cap_minor: dict[str, int] = Field(
        default={"KES": 1_500_000, "INR": 1_000_000},
        description="Cash by currency from which on a rider is offered no more orders to be paid in cash.",
    )
    cash_hand_in_s: float = Field(
        default=86_400, gt=0, description="Seconds after which cash that a rider still carries brings a person."
    )
    cod_limit_minor: dict[str, int] = Field(
        default={}, description="The largest order by city that may be paid in cash; no limit where a city has none."
    )
    manual_code_shape: str = Field(default=r"^[A-Z0-9]{10}$", description="Shape of an M-Pesa receipt code.")


class DarajaSettings(BaseSettings):
    """Access to Daraja; the sandbox is only another host."""

    model_config = SettingsConfigDict(env_prefix="DARAJA_", extra="ignore")

    base_url: str = Field(default="http://127.0.0.1:8099/daraja", description="Scheme, host and prefix of the API.")
    consumer_key: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-key")
    consumer_secret: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-secret")
    passkey: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-passkey")
    shortcode: str = Field(default="600999", description="Our paybill, or the store number that our till belongs to.")
    till: str = Field(
        default="", pattern="^([0-9]{5,7})?$", description="The till that customers pay; the paybill where empty."
    )
    initiator: str = "duka"
    security_credential: SecretStr = Field(
        default=SecretStr(base64.b64encode(f"{DEVELOPMENT_SECRET}-credential".encode()).decode()),
        description="The initiator's password, encrypted with Safaricom's certificate and written in base64.",
    )
    timeout_s: float = 15.0
    pull_nominated_number: str = Field(
        default="", description="The number that was nominated for Pull Transactions; the feed is off without one."
    )
    pull_shortcodes: tuple[str, ...] = Field(default=(), description="Paybills and tills to read; ours where empty.")
    pull_every_s: float = Field(default=300, ge=15, description="Seconds between two readings of a shortcode.")
    pull_overlap_s: float = Field(
        default=1800, ge=60, description="Seconds before the last reading that are read again, for what came late."
    )
    pull_first_s: float = Field(default=86_400, le=172_000, description="Seconds that the first reading looks back.")
    pull_backoff_most_s: float = Field(default=3600, gt=0, description="The longest pause after failures in a row.")

    @property
    def paid_to(self) -> str:
        """The number that customers pay, and that their payments are confirmed for."""
        return self.till or self.shortcode

    @property
    def paybill(self) -> str:
        """The paybill that customers pay; empty where they pay a till."""
        return "" if self.till else self.shortcode

    @property
    def pulled(self) -> tuple[str, ...]:
        """The shortcodes that are read."""
        return (self.pull_shortcodes or (self.paid_to,)) if self.pull_nominated_number else ()


class UpiSettings(BaseSettings):
    """Access to the UPI link provider."""

    model_config = SettingsConfigDict(env_prefix="UPI_", extra="ignore")

    base_url: str = Field(default="http://127.0.0.1:8099/upi", description="Scheme, host and prefix of the API.")
    key_id: str = "rzp_test_duka"
    key_secret: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-upi-key")
    webhook_secret: SecretStr = SecretStr(f"{DEVELOPMENT_SECRET}-upi-webhook")
    previous_webhook_secret: SecretStr | None = None
    timeout_s: float = 10.0
