"""Every shape of Instagram's webhooks in our words."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from backend.channels.ports import Channel, Choice, InboundKind, InboundMessage, OutboundKind, OutboundMessage
from backend.channels.providers.instagram.client import InstagramChannel
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.instagram.wire import fit, payload_of

ITEMS: dict[str, Any] = json.loads((Path(__file__).parent / "fixtures" / "entries.json").read_text())["items"]
K = InboundKind
PEOPLE = {"sender": {"id": "IGSID1"}, "recipient": {"id": "IG1"}, "timestamp": 1795357200001}
BASE = OutboundMessage(Channel.INSTAGRAM, "IG1", "IGSID1", OutboundKind.TEXT, body="Namaste")


def channel() -> InstagramChannel:
    return InstagramChannel(InstagramSettings())


def rows_of(*items: dict[str, Any], where: str = "messaging") -> Any:
    entry = {"id": "IG1", "time": 1795357200123, where: list(items)}
    return channel().split(orjson.dumps({"object": "instagram", "entry": [entry]}))


def read_one(name: str) -> Any:
    (row,) = rows_of({**PEOPLE, **ITEMS[name]})
    (item,) = channel().read(row.kind, row.body)
    return item


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("text", {"kind": K.TEXT, "id": "m1", "text": "hii dress iko size M?"}),
        ("story_reply", {"kind": K.STORY_REPLY, "text": "price?"}),
        ("quick_reply", {"kind": K.BUTTON, "text": "M", "payload": "v:size:M"}),
        ("image", {"kind": K.MEDIA}),
        ("voice", {"kind": K.VOICE}),
        ("mention", {"kind": K.STORY_MENTION}),
        ("heart", {"kind": K.STICKER}),
        ("unsupported", {"kind": K.UNSUPPORTED, "id": "m8"}),
        ("deleted", {"kind": K.REVOKE, "target": "m1"}),
        ("postback", {"kind": K.POSTBACK, "payload": "start"}),
        ("reaction", {"kind": K.REACTION, "target": "o1", "emoji": "❤"}),
        ("unreact", {"kind": K.REACTION, "target": "o1", "emoji": ""}),
        ("read", {"kind": K.READ, "target": "o1"}),
        ("edit", {"kind": K.EDIT, "target": "m1", "text": "size L?"}),
        ("referral", {"kind": K.REFERRAL}),
        ("taken", {"kind": K.ROUTING}),
        ("never_seen", {"kind": K.UNSUPPORTED}),
    ],
)
def test_each_kind_of_item(name: str, wanted: dict[str, Any]) -> None:
    """The fixture's item has exactly these facts, and its person."""
    item = read_one(name)
    assert {field: getattr(item, field) for field in wanted} == wanted
    assert (item.account, item.sender.address, item.passive) == ("IG1", "IGSID1", False)


def test_a_message_and_what_happens_to_it_have_different_keys() -> None:
    """One mid names a message, its deletion, its edit, a reaction; the same event twice has one key."""
    names = ("text", "deleted", "edit", "text")
    rows = rows_of(*({**PEOPLE, **ITEMS[name]} for name in names))
    assert [row.external_id for row in rows] == [
        *("messaging:m1", "messaging:m1:deleted", "messaging:m1:edit:1", "messaging:m1")
    ]


def test_an_echo_is_about_the_customer_and_self_is_ignored() -> None:
    """The account is the sender; the person is the recipient."""
    echo = {"sender": {"id": "IG1"}, "recipient": {"id": "IGSID1"}, "timestamp": "1795357200001"}
    (row,) = rows_of({**echo, "message": {"mid": "o9", "text": "Hi", "is_echo": True}})
    (item,) = channel().read(row.kind, row.body)
    assert isinstance(item, InboundMessage)
    assert (item.kind, item.sender.address) == (K.ECHO, "IGSID1")
    (own,) = rows_of({**PEOPLE, "message": {"mid": "o8", "text": "Hi", "is_self": True}})
    assert channel().read(own.kind, own.body) == ()


def test_what_we_overhear_is_marked() -> None:
    """Another application owns the thread."""
    (row,) = rows_of({**PEOPLE, **ITEMS["text"]}, where="standby")
    (item,) = channel().read(row.kind, row.body)
    assert isinstance(item, InboundMessage)
    assert item.passive


def test_a_comment_has_its_own_id_and_time() -> None:
    """A comment of a person becomes a message; one of our own is only noticed."""
    comment = {"id": "178", "from": {"id": "IGSID1", "username": "asha"}, "text": "price?"}
    (row,) = rows_of({"field": "comments", "value": comment}, where="changes")
    (item,) = channel().read(row.kind, row.body)
    assert isinstance(item, InboundMessage)
    assert (row.external_id, item.kind, item.sender.name, item.at.year) == (
        "change:comments:178",
        K.COMMENT,
        "asha",
        2026,
    )


def test_devanagari_is_split_at_a_thousand_bytes() -> None:
    """Parts fit, end between words, and lose nothing."""
    words = "नमस्ते दुकान " * 100
    *head, last = fit(
        OutboundMessage(
            Channel.INSTAGRAM,
            "IG1",
            "I",
            OutboundKind.BUTTONS,
            body=words,
            choices=(Choice("y", "हाँ"), Choice("n", "नहीं")),
        )
    )
    assert all(len(part.body.encode()) <= 1000 for part in (*head, last))
    assert " ".join(part.body for part in (*head, last)).split() == words.split()
    assert len(payload_of(last)["message"]["quick_replies"]) == 2


def test_many_choices_stand_numbered_in_the_text() -> None:
    """Quick replies show on phones alone."""
    choices = tuple(Choice(f"p{n}", f"Kurta {n}") for n in range(4))
    (message,) = fit(OutboundMessage(Channel.INSTAGRAM, "IG1", "I", OutboundKind.LIST, body="Chunein", choices=choices))
    assert message.body == "Chunein\n1. Kurta 0\n2. Kurta 1\n3. Kurta 2\n4. Kurta 3"


def test_a_person_after_the_window_uses_their_tag() -> None:
    """Only words typed by a person carry it."""
    from dataclasses import replace

    assert payload_of(BASE)["messaging_type"] == "RESPONSE"
    tagged = payload_of(replace(BASE, by_person=True))
    assert (tagged["messaging_type"], tagged["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
