"""What the sandbox is told: addresses, accounts, secrets shared with the backend; defaults are development values."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WhatsAppNumber(BaseModel):
    """A business number on the Cloud API."""

    phone_number_id: str
    display_phone_number: str
    waba_id: str
    name: str


class InstagramAccount(BaseModel):
    """A professional account with messaging."""

    ig_id: str
    username: str
    name: str
    token: SecretStr


class Shortcode(BaseModel):
    """A paybill, or a till with the store number that requests carry."""

    shortcode: str
    passkey: SecretStr
    name: str
    till: str | None = None
    initiator: str = "duka"
    may_disburse: bool = True
    validates_c2b: bool = False


class FlowStep(BaseModel):
    """One applet of a voice flow; `then` and `otherwise` name the next applet, empty means hang up."""

    name: str
    applet: Literal["greeting", "gather", "passthru"]
    url: str
    then: str = ""
    otherwise: str = ""


class Persona(BaseModel):
    """Somebody who owns a phone when the simulation starts."""

    id: str
    name: str
    role: Literal["customer", "vendor", "rider"]
    phone: str


def _numbers() -> list[WhatsAppNumber]:
    return [
        WhatsAppNumber(
            phone_number_id="100000000000001",
            display_phone_number="254700000001",
            waba_id="200000000000001",
            name="Nairobi Grocer",
        ),
        WhatsAppNumber(
            phone_number_id="100000000000002",
            display_phone_number="919900000001",
            waba_id="200000000000002",
            name="Nashik Kitchen",
        ),
    ]


def _instagram() -> list[InstagramAccount]:
    return [
        InstagramAccount(
            ig_id="17841400000000001",
            username="nairobi.grocer",
            name="Nairobi Grocer",
            token=SecretStr("dev-ig-token-1"),
        ),
        InstagramAccount(
            ig_id="17841400000000002",
            username="nashik.kitchen",
            name="Nashik Kitchen",
            token=SecretStr("dev-ig-token-2"),
        ),
    ]


def _shortcodes() -> list[Shortcode]:
    return [
        Shortcode(
            shortcode="600999", passkey=SecretStr("development-only-passkey"), name="NAIROBI GROCER", till="5600999"
        )
    ]


def _people() -> list[Persona]:
    return [
        Persona(id="wanjiru", name="Wanjiru", role="customer", phone="254711000221"),
        Persona(id="otieno", name="Otieno", role="customer", phone="254711000222"),
        Persona(id="njeri", name="Mama Njeri", role="vendor", phone="254711000231"),
        Persona(id="kamau", name="Kamau", role="rider", phone="254711000241"),
        Persona(id="akinyi", name="Akinyi", role="rider", phone="254711000242"),
        Persona(id="asha", name="Asha", role="customer", phone="919900000011"),
        Persona(id="rohan", name="Rohan", role="customer", phone="919900000012"),
        Persona(id="suresh", name="Suresh", role="vendor", phone="919900000021"),
        Persona(id="ravi", name="Ravi", role="rider", phone="919900000031"),
        Persona(id="meena", name="Meena", role="rider", phone="919900000032"),
    ]


class SandboxSettings(BaseSettings):
    """The sandbox's settings, read from `SANDBOX_…` variables; lists are given as JSON."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", extra="ignore")

    host: str = "127.0.0.1"
    port: int = 8099
    public_url: str = "http://127.0.0.1:8099"
    seed: int = 7
    people: list[Persona] = Field(default_factory=_people)

    backend_url: str = "http://127.0.0.1:8000"
    clock_token: SecretStr = SecretStr("development-only-sandbox-clock")
    forward_clock: bool = False
    whatsapp_webhook_path: str = "/webhooks/whatsapp"
    instagram_webhook_path: str = "/webhooks/instagram"
    upi_webhook_path: str = "/webhooks/upi"
    exotel_webhook_path: str = "/webhooks/exotel"
    africastalking_webhook_path: str = "/webhooks/africastalking/voice"

    whatsapp_numbers: list[WhatsAppNumber] = Field(default_factory=_numbers)
    whatsapp_token: SecretStr = SecretStr("development-only-wa-token")
    whatsapp_app_secret: SecretStr = SecretStr("development-only-wa-secret")
    whatsapp_old_app_secret: SecretStr = SecretStr("development-only-wa-secret-old")
    whatsapp_verify_token: SecretStr = SecretStr("development-only-wa-verify")
    whatsapp_throughput_per_s: int = Field(80, description="Messages per second and number; 0 lifts the limit.")
    whatsapp_pair_burst: int = Field(
        0, description="Messages to one person before one per 6 s applies; 0 = no pair rate."
    )
    whatsapp_delivery_s: float = 0.3

    instagram_accounts: list[InstagramAccount] = Field(default_factory=_instagram)
    instagram_app_secret: SecretStr = SecretStr("development-only-ig-secret")
    instagram_old_app_secret: SecretStr = SecretStr("development-only-ig-secret-old")
    instagram_verify_token: SecretStr = SecretStr("development-only-ig-verify")
    instagram_human_agent: bool = Field(True, description="Whether Meta approved the human agent tag for this app.")

    daraja_consumer_key: SecretStr = SecretStr("development-only-key")
    daraja_consumer_secret: SecretStr = SecretStr("development-only-secret")
    daraja_shortcodes: list[Shortcode] = Field(default_factory=_shortcodes)
    daraja_https_only: bool = Field(False, description="Refuse callback addresses without https, as production does.")
    daraja_stk_echoes_c2b: bool = Field(
        False, description="Report prompts that were paid as paybill confirmations too."
    )
    daraja_spike_arrest_per_s: int = Field(0, description="Requests per second before the spike arrest; 0 = none.")
    daraja_pull_page: int = Field(100, description="Transactions in one answer of the pull feed.")
    daraja_prompt_s: float = 60.0
    daraja_callback_s: float = 0.5

    upi_fee_basis_points: int = Field(0, description="The provider's charge for each payment, of 10,000; taxes in it.")
    upi_key_id: SecretStr = SecretStr("rzp_test_duka")
    upi_key_secret: SecretStr = SecretStr("development-only-upi-key")
    upi_webhook_secret: SecretStr = SecretStr("development-only-upi-webhook")
    upi_old_webhook_secret: SecretStr = SecretStr("development-only-upi-webhook-old")

    exotel_sid: str = "duka1"
    exotel_key: SecretStr = SecretStr("development-only-exotel-key")
    exotel_token: SecretStr = SecretStr("development-only-exotel-token")
    exotel_exophones: list[str] = Field(default=["08047000001", "08047000002", "08047000003"])
    exotel_labels: dict[str, str] = Field(
        default={"08047000001": "New order", "08047000002": "Reminder", "08047000003": "Address update"},
        description="Under which names people saved the ExoPhones.",
    )
    exotel_calls_per_min: int = 200
    exotel_flows: dict[str, list[FlowStep]] = Field(
        default={}, description="Flows by app id; empty = the default menu."
    )

    africastalking_username: str = "duka"
    africastalking_key: SecretStr = SecretStr("development-only-africastalking-key")
    africastalking_numbers: list[str] = Field(default=["+254711082001", "+254711082002", "+254711082003"])
    africastalking_ring_s: float = Field(30.0, description="How long the network lets a phone ring.")

    maps_speed_kmh: float = 22.0
    maps_road_factor: float = 1.35

    def hook(self, provider: str) -> str:
        """Return the backend's webhook address for a provider."""
        return self.backend_url.rstrip("/") + str(getattr(self, f"{provider}_webhook_path"))

    def flows(self) -> dict[str, list[FlowStep]]:
        """Return the voice flows: those given, else one menu that asks, reports the digits, asks on or says goodbye."""
        return {key: list(steps) for key, steps in (self.exotel_flows or {"1001": self._default_flow()}).items()}

    def _default_flow(self) -> list[FlowStep]:
        hook = self.hook("exotel")
        return [
            FlowStep(name="menu", applet="gather", url=f"{hook}/gather", then="digits"),
            FlowStep(name="digits", applet="passthru", url=f"{hook}/passthru", then="bye", otherwise="menu"),
            FlowStep(name="bye", applet="greeting", url=f"{hook}/greeting"),
        ]
