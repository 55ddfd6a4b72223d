"""Every shape of the Cloud API in our words; what is unknown survives."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from backend.channels.ports import (
    CartLine,
    ConsentNotice,
    DeliveryReceipt,
    DeliveryStatus,
    InboundKind,
    InboundMessage,
    MediaRef,
    Party,
    Place,
    SharedContact,
    TemplateNotice,
)
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings

FIXTURES = Path(__file__).parent / "fixtures"
MESSAGES: dict[str, Any] = json.loads((FIXTURES / "messages.json").read_text())["messages"]
K = InboundKind


def channel() -> WhatsAppChannel:
    return WhatsAppChannel(WhatsAppSettings())


def body_of(message: dict[str, Any], contact: dict[str, Any] | None = None) -> bytes:
    person = contact if contact is not None else {"profile": {"name": "Wanjiru"}, "wa_id": "254711000222"}
    given = {"from": "254711000222", "id": "wamid.X", "timestamp": "1795357200", **message}
    value = {"metadata": {"phone_number_id": "PN1"}, "contacts": [person], "messages": [given]}
    return orjson.dumps({"entry": [{"id": "W", "changes": [{"field": "messages", "value": value}]}]})


def read_one(body: bytes) -> Any:
    (row,) = channel().split(body)
    (item,) = channel().read(row.kind, row.body)
    return item


def test_a_batch_is_cut_to_every_item_under_the_providers_ids() -> None:
    """Two entries, three changes, one id twice: each item has its key, and the unknown field is kept."""
    batch = json.loads((FIXTURES / "batch.json").read_text())["body"]
    rows = channel().split(orjson.dumps(batch))
    assert [row.external_id for row in rows] == [
        "message:wamid.A1",
        "message:wamid.A2",
        "message:wamid.A1",
        "status:wamid.OUT7:delivered",
        "status:wamid.OUT7:sent",
        "template:700001:PAUSED:1795357400",
        "other:WABA1:something_new:SURPRISE:1795357400",
    ]
    items = [channel().read(row.kind, row.body)[0] for row in rows]
    assert [item.sender.name for item in items if isinstance(item, InboundMessage)] == ["Wanjiru", "Otieno", "Wanjiru"]
    assert [item.status for item in items if isinstance(item, DeliveryReceipt)] == [
        DeliveryStatus.DELIVERED,
        DeliveryStatus.SENT,
    ]
    assert [(item.account, item.name, item.status) for item in items if isinstance(item, TemplateNotice)] == [
        ("WABA1", "Customer_Delay", "PAUSED")
    ]
    told = [(item.account, item.business) for item in items if isinstance(item, InboundMessage | DeliveryReceipt)]
    assert told == [("PN1", "WABA1")] * 5


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("text", {"kind": K.TEXT, "text": "habari", "reply_to": "wamid.OUT1"}),
        ("button_reply", {"kind": K.BUTTON, "text": "Confirm", "payload": "ord:7:confirm"}),
        ("list_reply", {"kind": K.LIST, "text": "Unga 2kg", "payload": "pick:2"}),
        ("flow", {"kind": K.FORM, "detail": {"form": {"size": "M"}}}),
        ("flow_odd", {"kind": K.FORM, "detail": {"form": {"answer": [1, 2]}}}),
        ("template_button", {"kind": K.BUTTON, "text": "Accept", "payload": "vendor_accept:ORD7"}),
        ("location", {"kind": K.LOCATION, "place": Place(-1.2921, 36.7873, "Yaya Centre", "Argwings Kodhek Rd")}),
        ("image", {"kind": K.MEDIA, "text": "risiti", "media": (MediaRef("image", "M1", "", "image/jpeg", "abc"),)}),
        ("voice", {"kind": K.VOICE}),
        ("document", {"kind": K.MEDIA, "media": (MediaRef("document", "M3", "", "application/pdf", "", "lpo.pdf"),)}),
        ("sticker", {"kind": K.STICKER}),
        ("order", {"kind": K.ORDER_CART, "text": "haraka", "cart": (CartLine("UNGA-2KG", 2.0, "176", "KES"),)}),
        ("contacts", {"kind": K.CONTACTS, "contacts": (SharedContact("Wanjiru K", ("+254711000222",), True),)}),
        ("reaction", {"kind": K.REACTION, "target": "wamid.OUT1", "emoji": "👍"}),
        ("reaction_removed", {"kind": K.REACTION, "target": "wamid.OUT1", "emoji": ""}),
        ("edit", {"kind": K.EDIT, "target": "wamid.A1", "text": "tatu"}),
        ("revoke", {"kind": K.REVOKE, "target": "wamid.A1"}),
        ("system", {"kind": K.SYSTEM, "text": "changed number"}),
        ("unsupported", {"kind": K.UNSUPPORTED}),
        ("never_seen", {"kind": K.UNSUPPORTED}),
        ("interactive_empty", {"kind": K.UNSUPPORTED}),
        ("location_broken", {"kind": K.UNSUPPORTED}),
    ],
)
def test_each_kind_of_message(name: str, wanted: dict[str, Any]) -> None:
    """The fixture's message has exactly these facts."""
    message = read_one(body_of(MESSAGES[name]))
    assert {field: getattr(message, field) for field in wanted} == wanted
    assert message.account == "PN1"
    if wanted["kind"] is K.UNSUPPORTED:
        assert message.raw["type"] == MESSAGES[name]["type"]


@pytest.mark.parametrize(
    ("message", "contact", "wanted"),
    [
        (
            {"from_user_id": "KE.7Q2M4A9"},
            {"wa_id": "254711000222", "user_id": "KE.7Q2M4A9"},
            Party("254711000222", ("254711000222", "KE.7Q2M4A9"), "+254711000222"),
        ),
        ({"from": None, "from_user_id": "KE.7Q2"}, {"user_id": "KE.7Q2"}, Party("KE.7Q2", ("KE.7Q2",), None)),
        ({"from": "KE.7Q2"}, {}, Party("KE.7Q2", ("KE.7Q2",), None)),
        ({}, {}, Party("254711000222", ("254711000222",), "+254711000222")),
    ],
)
def test_the_sender_with_and_without_a_number(message: dict[str, Any], contact: dict[str, Any], wanted: Party) -> None:
    """Old webhooks have no user id, new ones may have no number, some carry the id in `from`."""
    found = read_one(body_of({"type": "text", "text": {"body": "x"}, **message}, contact))
    assert found.sender == wanted


def test_a_failed_status_says_what_to_do() -> None:
    """The code is classed; our reference comes back."""
    status = {
        "id": "wamid.O",
        "status": "failed",
        "timestamp": "1795357300",
        "biz_opaque_callback_data": "msg:7",
        "errors": [{"code": "131047", "title": "Re-engagement", "error_data": {"details": "24 hours"}}],
    }
    value = {"metadata": {"phone_number_id": "PN1"}, "statuses": [status]}
    receipt = read_one(orjson.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}))
    assert (receipt.reference, receipt.error_code, receipt.error_detail, receipt.action) == (
        *("msg:7", "131047", "24 hours", "use_template"),
    )


def test_the_persons_own_opt_out_is_read() -> None:
    """WhatsApp's own switch for marketing."""
    row = {"wa_id": "254711000222", "category": "marketing_messages", "value": "stop", "timestamp": 1795357300}
    value = {"metadata": {"phone_number_id": "PN1"}, "user_preferences": [row]}
    notice = read_one(orjson.dumps({"entry": [{"changes": [{"field": "user_preferences", "value": value}]}]}))
    assert isinstance(notice, ConsentNotice)
    assert (notice.wanted, notice.sender.phone) == (False, "+254711000222")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"not json", b'{"entry":5}', b'{"entry":[{"changes":[5]}]}'])
def test_what_is_no_webhook_of_theirs_is_kept_whole(body: bytes) -> None:
    """A signed body that can't be cut is one row with all its bytes."""
    (row,) = channel().split(body)
    assert (row.kind, row.body) == ("unreadable", body)


def test_a_message_without_an_id_is_not_lost_and_not_read() -> None:
    """It gets a key of ours, and reading it fails alone."""
    (row,) = channel().split(body_of({"id": None, "type": "text", "text": {"body": "x"}}))
    assert row.external_id.startswith("message:")
    with pytest.raises(ValueError, match="no id"):
        channel().read(row.kind, row.body)
