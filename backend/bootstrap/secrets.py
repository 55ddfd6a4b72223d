"""Every group of settings that holds secrets, so that none starts in production with a value that anybody can read."""

from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.comms.lines import AFRICASTALKING
from backend.comms.settings import AfricasTalkingSettings, CommsSettings, ExotelSettings
from backend.dispatch.settings import DispatchSettings
from backend.payments.settings import DarajaSettings, PaymentsSettings, UpiSettings
from backend.platform.settings import PlatformSettings, refuse_placeholders

HOLDERS = (
    DarajaSettings,
    DispatchSettings,
    ExotelSettings,
    InstagramSettings,
    PaymentsSettings,
    UpiSettings,
    WhatsAppSettings,
)
IF_USED = {AFRICASTALKING: AfricasTalkingSettings}


def check_secrets(settings: PlatformSettings) -> None:
    """Refuse to start in production while a secret is still a placeholder.

    Raises:
        ValueError: Names every variable that has to be set.
    """
    used = [holder for line, holder in IF_USED.items() if CommsSettings().uses(line)]
    refuse_placeholders(settings.environment, *(holder() for holder in (*HOLDERS, *used)))
