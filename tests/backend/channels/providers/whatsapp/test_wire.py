"""What goes out to the Cloud API, in its lengths."""

from dataclasses import replace
from typing import Any

import pytest

from backend.channels.errors import UnknownTemplateError
from backend.channels.ports import Channel, Choice, MediaRef, OutboundKind, OutboundMessage
from backend.channels.providers.whatsapp.wire import fit, payload_of

K = OutboundKind
BASE = OutboundMessage(Channel.WHATSAPP, "PN1", "+254711000222", K.TEXT, body="Habari")


def choices(count: int, title: str = "Chaguo") -> tuple[Choice, ...]:
    return tuple(Choice(f"pick:{n}", f"{title} {n}") for n in range(count))


def test_a_text_carries_our_reference() -> None:
    """The whole body, as sent."""
    assert payload_of(BASE, "msg:1") == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "254711000222",
        "biz_opaque_callback_data": "msg:1",
        "type": "text",
        "text": {"body": "Habari", "preview_url": False},
    }


@pytest.mark.parametrize(("to", "field"), [("KE.7Q2M4A9", "recipient"), ("KE.ENT.9A", "recipient"), ("254711", "to")])
def test_user_ids_are_addressed_as_such(to: str, field: str) -> None:
    """A person without a number is reached by the user id."""
    assert payload_of(replace(BASE, to=to), "r")[field] == to


def test_four_buttons_are_a_list_and_ten_rows_the_most() -> None:
    """Three stay buttons."""
    message = replace(BASE, kind=K.BUTTONS, choices=choices(3))
    assert fit(message)[0].kind is K.BUTTONS
    (as_list,) = fit(replace(message, choices=choices(12)))
    assert (as_list.kind, len(as_list.choices)) == (K.LIST, 10)
    action = payload_of(as_list, "r")["interactive"]["action"]
    assert (action["button"], action["sections"][0]["rows"][0]) == ("Menu", {"id": "pick:0", "title": "Chaguo 0"})


def test_titles_are_cut_between_written_characters_and_stay_different() -> None:
    """Devanagari vowel signs stay with their letters; two equal short titles get numbers."""
    long = "कृपया पुष्टि कीजिए जी हाँ"
    message = replace(BASE, kind=K.BUTTONS, choices=(Choice("a", long), Choice("b", long)))
    first, second = fit(message)[0].choices
    assert len(first.title) <= 20
    assert len(second.title) <= 20
    assert first.title != second.title
    assert first.title == "कृपया पुष्टि कीजिए…"


def test_long_texts_come_in_parts_and_the_buttons_with_the_last() -> None:
    """4096 for a text, 1024 for words above buttons."""
    words = "neno " * 1_000
    parts = fit(replace(BASE, body=words))
    assert [len(part.body) <= 4096 for part in parts] == [True, True]
    *head, last = fit(replace(BASE, kind=K.BUTTONS, body=words, choices=choices(2)))
    assert {part.kind for part in head} == {K.TEXT}
    assert (last.kind, len(last.body) <= 1024, len(last.choices)) == (K.BUTTONS, True, 2)
    assert " ".join(part.body for part in (*head, last)).split() == words.split()


def test_a_template_has_its_parameters_and_payloads() -> None:
    """Line breaks in a parameter would be refused; each button carries what comes back."""
    message = replace(
        BASE,
        kind=K.TEMPLATE,
        template="Vendor_Ready_Reminder",
        language="sheng",
        params=("ORD7\nORD8", "3"),
        payloads=("vendor_ready:ORD7", "vendor_extend:ORD7"),
    )
    template = payload_of(message, "r")["template"]
    assert template["name"] == "vendor_ready_reminder"
    assert template["language"] == {"policy": "deterministic", "code": "sw"}
    assert template["components"][0]["parameters"][0] == {"type": "text", "text": "ORD7 ORD8"}
    assert template["components"][2] == {
        "type": "button",
        "sub_type": "quick_reply",
        "index": "1",
        "parameters": [{"type": "payload", "payload": "vendor_extend:ORD7"}],
    }
    with pytest.raises(UnknownTemplateError):
        payload_of(replace(message, params=("ORD7",)), "r")


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"kind": K.LOCATION_REQUEST}, {"type": "location_request_message", "action": {"name": "send_location"}}),
        ({"kind": K.CONTACT_REQUEST}, {"type": "request_contact_info", "action": {"name": "request_contact_info"}}),
    ],
)
def test_requests(changes: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Asking for a place or a number."""
    assert payload_of(replace(BASE, **changes), "r")["interactive"] == {"body": {"text": "Habari"}, **wanted}


def test_media_reactions_and_read_marks() -> None:
    """The smaller shapes."""
    media = replace(BASE, kind=K.MEDIA, media=MediaRef("image", url="https://x.test/a.png"))
    assert payload_of(media, "r")["image"] == {"link": "https://x.test/a.png", "caption": "Habari"}
    assert payload_of(replace(BASE, kind=K.REACTION, target="wamid.A", emoji="👍"), "r")["reaction"] == {
        "message_id": "wamid.A",
        "emoji": "👍",
    }
    assert payload_of(replace(BASE, kind=K.READ, target="wamid.A", typing=True), "r") == {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": "wamid.A",
        "typing_indicator": {"type": "text"},
    }
