"""Who calls whom, by city, by country, else by default; and what is refused in production."""

import pytest

from backend.bootstrap.secrets import check_secrets
from backend.comms.lines import channel_for
from backend.comms.settings import CommsSettings
from backend.platform.settings import Environment, PlatformSettings

KENYAN, INDIAN = "+254700000201", "+919900000021"


@pytest.mark.parametrize(
    ("settings", "city", "phone", "channel"),
    [
        ({}, "Nairobi", KENYAN, "exotel"),
        ({"voice_provider": "africastalking"}, "Nashik", INDIAN, "africastalking"),
        ({"voice_by_country": {"KE": "africastalking"}}, "Nairobi", KENYAN, "africastalking"),
        ({"voice_by_country": {"KE": "africastalking"}}, "Nairobi", INDIAN, "exotel"),
        ({"voice_by_country": {"KE": "africastalking"}}, "Nairobi", "not a number", "exotel"),
        ({"voice_by_city": {"Nairobi": "africastalking"}}, "nairobi", INDIAN, "africastalking"),
        (
            {"voice_by_city": {"nairobi": "exotel"}, "voice_by_country": {"KE": "africastalking"}},
            "Nairobi",
            KENYAN,
            "exotel",
        ),
    ],
)
def test_the_narrowest_choice_holds(settings: dict[str, object], city: str, phone: str, channel: str) -> None:
    """City before country before default, in any case."""
    assert channel_for(CommsSettings(**settings), city, phone) == channel  # type: ignore[arg-type]


def test_secrets_are_wanted_of_those_who_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no call goes by Africa's Talking, production does not ask for its key."""
    settings = PlatformSettings.model_construct(environment=Environment.PRODUCTION)
    with pytest.raises(ValueError, match="EXOTEL_API_KEY") as without:
        check_secrets(settings)
    assert "AFRICASTALKING" not in str(without.value)
    monkeypatch.setenv("COMMS_VOICE_BY_COUNTRY", '{"KE": "africastalking"}')
    with pytest.raises(ValueError, match=r"AFRICASTALKING_API_KEY.*AFRICASTALKING_WEBHOOK_SECRET"):
        check_secrets(settings)
