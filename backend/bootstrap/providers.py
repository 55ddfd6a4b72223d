"""Makes every adapter, at the address that its settings name; the only module that does."""

from dataclasses import dataclass

from backend.channels.providers.instagram.client import InstagramChannel
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.comms.contexts import ContextSigner
from backend.comms.providers.africastalking.client import AfricasTalkingClient
from backend.comms.providers.africastalking.webhook import AfricasTalkingVoice
from backend.comms.providers.exotel.client import ExotelClient
from backend.comms.providers.exotel.webhook import ExotelWebhooks
from backend.comms.settings import AfricasTalkingSettings, ExotelSettings
from backend.conversations.providers.rasa.client import RasaClient
from backend.conversations.settings import DialogueSettings
from backend.geo.providers.nominatim.client import NominatimClient
from backend.geo.providers.offline.maps import OfflineMaps
from backend.geo.providers.osrm.client import OsrmClient
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.payments.providers.daraja.client import DarajaClient
from backend.payments.providers.daraja.webhook import DarajaCallbacks
from backend.payments.providers.upi.client import UpiLinkClient
from backend.payments.providers.upi.webhook import UpiCallbacks
from backend.payments.router import PaymentCallbacks
from backend.payments.settings import DarajaSettings, PaymentsSettings, UpiSettings
from backend.platform.clock import Clock
from backend.platform.http import HttpClient
from backend.platform.settings import PlatformSettings


@dataclass(frozen=True, slots=True)
class Providers:
    """The adapters of this process; a simulator is only another address."""

    whatsapp: WhatsAppChannel
    instagram: InstagramChannel
    daraja: DarajaClient
    upi: UpiLinkClient
    exotel: ExotelClient
    africastalking: AfricasTalkingClient
    rasa: RasaClient
    callbacks: PaymentCallbacks
    paybill_addresses: tuple[str, str]
    voice: ExotelWebhooks
    voice_answers: AfricasTalkingVoice
    http: tuple[HttpClient, ...]

    async def register_paybill(self) -> bool:
        """Tell M-Pesa where payments by hand are confirmed, once; False where it knows addresses already.

        Raises:
            ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError: As any call to it.
        """
        return await self.daraja.register_urls(*self.paybill_addresses)

    async def close(self) -> None:
        """Close what is open."""
        for client in self.http:
            await client.close()
        await self.rasa.close()


def connect(settings: PlatformSettings, clock: Clock) -> Providers:
    """Return the adapters at the addresses that settings name."""
    daraja, upi, exotel = DarajaSettings(), UpiSettings(), ExotelSettings()
    payments, base = PaymentsSettings(), settings.public_base_url
    signer = ContextSigner(exotel.webhook_secret.get_secret_value())
    talking = AfricasTalkingSettings()
    talking_signer = ContextSigner(talking.webhook_secret.get_secret_value())
    http = (
        HttpClient(daraja.base_url, name="daraja", timeout_s=daraja.timeout_s),
        HttpClient(
            upi.base_url,
            name="upi",
            timeout_s=upi.timeout_s,
            auth=(upi.key_id, upi.key_secret.get_secret_value()),
        ),
        HttpClient(
            exotel.api_url,
            name="exotel",
            timeout_s=exotel.timeout_s,
            auth=(exotel.api_key.get_secret_value(), exotel.api_token.get_secret_value()),
        ),
        HttpClient(talking.api_url, name="africastalking", timeout_s=talking.timeout_s),
    )
    upi_secrets = [secret for secret in (upi.webhook_secret, upi.previous_webhook_secret) if secret is not None]
    told_by_mpesa = DarajaCallbacks(base, payments.callback_secret.get_secret_value())
    callbacks = PaymentCallbacks(
        daraja=told_by_mpesa,
        upi=UpiCallbacks([secret.get_secret_value() for secret in upi_secrets]),
    )
    return Providers(
        whatsapp=WhatsAppChannel(WhatsAppSettings()),
        instagram=InstagramChannel(InstagramSettings()),
        daraja=DarajaClient(daraja, http[0], clock, callbacks["daraja"].address("c2b", "pull")),
        upi=UpiLinkClient(http[1]),
        exotel=ExotelClient(exotel, http[2], base, signer),
        africastalking=AfricasTalkingClient(talking, http[3], talking_signer),
        rasa=RasaClient(DialogueSettings()),
        callbacks=callbacks,
        paybill_addresses=told_by_mpesa.paybill_addresses,
        voice=ExotelWebhooks(signer, exotel.voices),
        voice_answers=AfricasTalkingVoice(talking, talking_signer, base),
        http=http,
    )


def geography(settings: GeoSettings, clock: Clock) -> GeoService:
    """Return geography over the map services that have an address."""
    planner, geocoder = None, None
    if settings.osrm_url:
        http = HttpClient(settings.osrm_url, name="osrm", timeout_s=settings.timeout_s)
        planner = OsrmClient(http, settings.osrm_profile)
    if settings.nominatim_url:
        http = HttpClient(settings.nominatim_url, name="nominatim", timeout_s=settings.timeout_s)
        geocoder = NominatimClient(http, settings.user_agent)
    return GeoService(OfflineMaps(settings), settings, clock, planner=planner, geocoder=geocoder)
