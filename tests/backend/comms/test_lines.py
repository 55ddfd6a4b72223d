"""Who calls whom, by city, by country, else by default; and what is refused in production."""

from collections import Counter

import pytest

from backend.bootstrap.secrets import check_secrets
from backend.comms.ladders import Purpose
from backend.comms.lines import VoiceLine, channel_for, line_of
from backend.comms.settings import CommsSettings, ExotelSettings
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


def test_a_city_has_its_own_numbers_and_each_person_one_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """People save the number; so it stays theirs, and one more in the pool moves only those who are called from it."""
    usual = line_of(ExotelSettings())
    monkeypatch.setenv("EXOTEL_DIDS_BY_CITY", '{"Nashik": {"new_order": ["0801", "0802", "0803"]}}')
    line = line_of(ExotelSettings())
    monkeypatch.setenv("EXOTEL_DIDS_BY_CITY", '{"Nashik": {"new_order": ["0801", "0802", "0803", "0804"]}}')
    larger = line_of(ExotelSettings())
    people = [f"vendor:V-{number}" for number in range(200)]

    def numbers(of: VoiceLine, purpose: Purpose, city: str) -> dict[str, str]:
        return {one: of.caller_id(purpose, city, one) for one in people}

    before, after = numbers(line, Purpose.NEW_ORDER, "nashik"), numbers(larger, Purpose.NEW_ORDER, "Nashik")
    assert before == numbers(line, Purpose.NEW_ORDER, "Nashik")
    assert {min(Counter(before.values()).values()) > 40, set(before.values()) == {"0801", "0802", "0803"}} == {True}
    assert {after[one] for one in people if after[one] != before[one]} == {"0804"}
    for purpose, city in ((Purpose.REMINDER, "Nashik"), (Purpose.NEW_ORDER, "Mumbai")):
        assert set(numbers(line, purpose, city).values()) == {usual.caller_ids[purpose]}


def test_secrets_are_wanted_of_those_who_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no call goes by Africa's Talking, production does not ask for its key."""
    settings = PlatformSettings.model_construct(environment=Environment.PRODUCTION)
    with pytest.raises(ValueError, match="EXOTEL_API_KEY") as without:
        check_secrets(settings)
    assert "AFRICASTALKING" not in str(without.value)
    monkeypatch.setenv("COMMS_VOICE_BY_COUNTRY", '{"KE": "africastalking"}')
    with pytest.raises(ValueError, match=r"AFRICASTALKING_API_KEY.*AFRICASTALKING_WEBHOOK_SECRET"):
        check_secrets(settings)
