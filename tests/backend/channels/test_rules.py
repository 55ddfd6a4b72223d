"""Windows, lengths, templates and error classes, as tables of cases."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from backend.channels.errors import ChannelRefusedError, UnknownTemplateError
from backend.channels.graph import answered
from backend.channels.lengths import cut, graphemes, split_bytes
from backend.channels.ports import Channel, MediaRef, OutboundKind, OutboundMessage, Permission
from backend.channels.providers.instagram.errors import classify as classify_instagram
from backend.channels.providers.whatsapp.errors import classify as classify_whatsapp
from backend.channels.sealing import seal, unseal
from backend.channels.templates import clean_parameter, registered_language, template_row
from backend.channels.windows import permission
from backend.platform.errors import OutcomeUnknownError, ProviderUnavailableError
from backend.platform.http import HttpResponse
from tests.support.clock import START


@pytest.mark.parametrize(
    ("channel", "hours", "wanted"),
    [
        (Channel.WHATSAPP, None, Permission.TEMPLATE_ONLY),
        (Channel.WHATSAPP, 23.99, Permission.FREE),
        (Channel.WHATSAPP, 24, Permission.TEMPLATE_ONLY),
        (Channel.INSTAGRAM, None, Permission.NOTHING),
        (Channel.INSTAGRAM, 23.99, Permission.FREE),
        (Channel.INSTAGRAM, 24, Permission.PERSON_ONLY),
        (Channel.INSTAGRAM, 24 * 7, Permission.NOTHING),
    ],
)
def test_windows(channel: Channel, hours: float | None, wanted: Permission) -> None:
    """What is allowed by the age of the customer's last message."""
    last = START - timedelta(hours=hours) if hours is not None else None
    assert permission(channel, last, START) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("नमस्ते", ["न", "म", "स्ते"]), ("👩‍👧a", ["👩‍👧", "a"]), ("🇰🇪🇮🇳", ["🇰🇪", "🇮🇳"]), ("👍🏾", ["👍🏾"]), ("", [])],
)
def test_written_characters_stay_whole(text: str, wanted: list[str]) -> None:
    """Vowel signs, conjuncts, joined emoji, flags, skin tones."""
    assert list(graphemes(text)) == wanted


def test_cutting_and_splitting() -> None:
    """An ellipsis where something was left out; no part is longer than allowed, even without spaces."""
    assert cut("Thibitisha oda yako sasa", 10) == "Thibitish…"
    assert cut("sawa", 4) == "sawa"
    assert split_bytes("नमस्ते" * 3, 20) == ["नमस्ते", "नमस्ते", "नमस्ते"]
    assert split_bytes("moja mbili", 10) == ["moja mbili"]
    assert split_bytes("moja mbili tatu", 10) == ["moja mbili", "tatu"]


def _answer(status: int, body: Any, **headers: str) -> HttpResponse:
    return HttpResponse(status, headers, orjson.dumps(body))


@pytest.mark.parametrize(
    ("code", "status", "wanted"),
    [
        (131047, 400, "use_template"),
        ("131026", 400, "other_channel"),
        (131050, 400, "stop_marketing"),
        (131008, 400, "fix_code"),
        (131030, 400, "fix_settings"),
        (130472, 400, "give_up"),
        (132015, 400, "use_fallback_template"),
        (999999, 400, "ask_person"),
    ],
)
def test_refusals_say_what_to_do(code: int | str, status: int, wanted: str) -> None:
    """Each final code has one action, as number or as text."""
    with pytest.raises(ChannelRefusedError) as refused:
        answered(_answer(status, {"error": {"code": code}}), "whatsapp", classify_whatsapp)
    assert (refused.value.code, str(refused.value.action)) == (f"whatsapp.{code}", wanted)


@pytest.mark.parametrize(
    ("code", "status", "wait_s"), [(130429, 429, 6), (131056, 400, 6), (131000, 400, None), (190, 401, None)]
)
def test_what_may_be_tried_again(code: int, status: int, wait_s: float | None) -> None:
    """Throttles name a time; transient and account errors are left to back-off and breaker."""
    with pytest.raises(ProviderUnavailableError) as refused:
        answered(_answer(status, {"error": {"code": code}}), "whatsapp", classify_whatsapp)
    assert refused.value.retry_after_s == wait_s


@pytest.mark.parametrize("body", [{"error": {"code": 131016}}, {}, "gateway"])
def test_server_errors_leave_the_outcome_open(body: Any) -> None:
    """A 5xx may have been carried out."""
    with pytest.raises(OutcomeUnknownError):
        answered(_answer(503, body), "whatsapp", classify_whatsapp)


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        ({"code": 10, "error_subcode": 2534022}, "needs_template"),
        ({"code": 10}, "stop_channel"),
        ({"code": 100, "error_subcode": 2018001}, "other_channel"),
        ({"code": 613}, "throttle"),
        ({"code": 7}, "unknown"),
    ],
)
def test_instagram_reads_the_subcode_first(error: dict[str, int], wanted: str) -> None:
    """One code means several things."""
    assert classify_instagram(error) == wanted


def test_templates_are_checked_before_they_are_queued() -> None:
    """Names, counts, languages, and the shape of a parameter."""
    assert template_row("Vendor_New_Order", ("a", "b", "c", "d", "e")).buttons[0] == "vendor_accept"
    with pytest.raises(UnknownTemplateError):
        template_row("Vendor_New_Order", ("a",))
    with pytest.raises(UnknownTemplateError):
        template_row("No_Such", ())
    assert [registered_language(one) for one in ("sheng", "hi-Latn", "mr", "fr")] == ["sw", "hi", "mr", "en"]
    assert clean_parameter(" a\n\tb     c ") == "a b c"
    assert clean_parameter("") == "-"


def test_a_queued_message_hides_person_and_words() -> None:
    """The row can be read for its kind and template alone, and comes back whole."""
    message = OutboundMessage(
        Channel.WHATSAPP, "PN1", "254711000222", OutboundKind.MEDIA, body="siri", media=MediaRef("image", id="M1")
    )
    payload = seal(message)
    assert unseal(payload) == message
    stored = orjson.dumps(payload)
    assert b"254711000222" not in stored
    assert b"siri" not in stored
