"""The Cloud API's items in our words; pure, and tolerant of what it has never seen."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from backend.channels.graph import HANDLING, UNREADABLE, ErrorClass, Json, dict_of, dicts, instant
from backend.channels.ports import (
    AccountNotice,
    CartLine,
    Channel,
    ConsentNotice,
    DeliveryReceipt,
    DeliveryStatus,
    InboundItem,
    InboundKind,
    InboundMessage,
    MediaRef,
    Party,
    Place,
    SharedContact,
    TemplateNotice,
)
from backend.channels.providers.whatsapp import webhook
from backend.channels.providers.whatsapp.errors import classify
from backend.channels.templates import template_named

_STATUSES: Final = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}
_MEDIA_TYPES: Final = ("image", "video", "document", "audio", "sticker")


def read(kind: str, body: bytes) -> Sequence[InboundItem]:
    """Read one stored row.

    Raises:
        ValueError: The row lacks what no item of its kind can do without, such as an id.
    """
    if kind == UNREADABLE:
        return (AccountNotice(Channel.WHATSAPP, "", UNREADABLE, {"body": body.decode("utf-8", "replace")}),)
    row = dict_of(orjson.loads(body))
    return (_READERS.get(kind, _account_notice)(row),)


def _account(row: Json) -> str:
    return str(dict_of(row.get("metadata")).get("phone_number_id") or "")


def _need(item: Json, name: str) -> str:
    value = item.get(name)
    if not value:
        message = f"the item has no {name}"
        raise ValueError(message)
    return str(value)


def _e164(digits: Any) -> str | None:
    text = str(digits or "").lstrip("+")
    return f"+{text}" if text.isdigit() else None


def party(sender: Json, contact: Json) -> Party:
    """Return the person of a message; a number may be hidden, and old webhooks carry no user id."""
    wa_id, user_id = contact.get("wa_id") or sender.get("from"), contact.get("user_id") or sender.get("from_user_id")
    phone = _e164(wa_id)
    # A hidden number can leave the user id in `from`.
    ids = [str(value) for value in (phone and phone[1:], user_id, sender.get("from")) if value]
    if not ids:
        message = "the item names no sender"
        raise ValueError(message)
    return Party(ids[0], tuple(dict.fromkeys(ids)), phone, str(dict_of(contact.get("profile")).get("name") or ""))


def _message(row: Json) -> InboundMessage:
    item = dict_of(row.get("item"))
    contact = next(iter(dicts(row.get("contacts"))), {})
    kind = str(item.get("type") or "")
    context = dict_of(item.get("context"))
    fields = _BODIES.get(kind, _unsupported)(item)
    detail = {name: item[name] for name in ("referral", "group_id") if item.get(name)}
    if context.get("referred_product"):
        detail["product"] = context["referred_product"]
    detail.update(fields.pop("detail", {}))
    return InboundMessage(
        channel=Channel.WHATSAPP,
        account=_account(row),
        id=_need(item, "id"),
        sender=party(item, contact),
        at=instant(item.get("timestamp") or 0),
        business=str(row.get("business") or ""),
        reply_to=str(context.get("id") or ""),
        detail=detail,
        **fields,
    )


def _text(item: Json) -> Json:
    return {"kind": InboundKind.TEXT, "text": str(dict_of(item.get("text")).get("body") or "")}


def _button(item: Json) -> Json:
    button = dict_of(item.get("button"))
    text = str(button.get("text") or "")
    return {"kind": InboundKind.BUTTON, "text": text, "payload": str(button.get("payload") or text)}


def _interactive(item: Json) -> Json:
    interactive = dict_of(item.get("interactive"))
    kind = str(interactive.get("type") or "")
    inner = dict_of(interactive.get(kind))
    if kind in {"button_reply", "list_reply"}:
        reply_kind = InboundKind.BUTTON if kind == "button_reply" else InboundKind.LIST
        return {"kind": reply_kind, "text": str(inner.get("title") or ""), "payload": str(inner.get("id") or "")}
    if kind == "nfm_reply":
        return {"kind": InboundKind.FORM, "text": str(inner.get("body") or ""), "detail": {"form": _form(inner)}}
    return _unsupported(item)


def _form(reply: Json) -> Json:
    """Read a flow's answer: text that holds JSON, which need not be an object."""
    try:
        answer = orjson.loads(reply.get("response_json") or "{}")
    except (orjson.JSONDecodeError, TypeError):
        answer = reply.get("response_json")
    return answer if isinstance(answer, dict) else {"answer": answer}


def _location(item: Json) -> Json:
    place = dict_of(item.get("location"))
    try:
        lat, lng = float(place["latitude"]), float(place["longitude"])
    except (KeyError, TypeError, ValueError):
        return _unsupported(item)
    name, address = str(place.get("name") or ""), str(place.get("address") or "")
    return {"kind": InboundKind.LOCATION, "place": Place(lat, lng, name, address)}


def _contacts(item: Json) -> Json:
    return {"kind": InboundKind.CONTACTS, "contacts": tuple(_contact(card) for card in dicts(item.get("contacts")))}


def _contact(card: Json) -> SharedContact:
    phones = (_e164(p.get("wa_id")) or str(p.get("phone") or "") for p in dicts(card.get("phones")))
    name = str(dict_of(card.get("name")).get("formatted_name") or "")
    return SharedContact(name, tuple(p for p in phones if p), card.get("origin") == "contact_request")


def _media(item: Json) -> Json:
    kind = str(item["type"])
    media = dict_of(item.get(kind))
    found = {name: str(media.get(name) or "") for name in ("id", "url", "mime_type", "sha256", "filename")}
    inbound = InboundKind.STICKER if kind == "sticker" else InboundKind.MEDIA
    if kind == "audio":
        inbound = InboundKind.VOICE
    return {"kind": inbound, "text": str(media.get("caption") or ""), "media": (MediaRef(type=kind, **found),)}


def _order(item: Json) -> Json:
    order = dict_of(item.get("order"))
    lines = tuple(_cart_line(line) for line in dicts(order.get("product_items")))
    if not lines:
        return _unsupported(item)
    catalog = {"catalog_id": order.get("catalog_id")}
    return {"kind": InboundKind.ORDER_CART, "text": str(order.get("text") or ""), "cart": lines, "detail": catalog}


def _cart_line(line: Json) -> CartLine:
    quantity = float(line.get("quantity") or 0)
    return CartLine(
        _need(line, "product_retailer_id"), quantity, str(line.get("item_price") or ""), str(line.get("currency") or "")
    )


def _reaction(item: Json) -> Json:
    reaction = dict_of(item.get("reaction"))
    target, emoji = str(reaction.get("message_id") or ""), str(reaction.get("emoji") or "")
    return {"kind": InboundKind.REACTION, "target": target, "emoji": emoji, "text": emoji}


def _edit(item: Json) -> Json:
    edit = dict_of(item.get("edit"))
    inner = dict_of(edit.get("message"))
    text = dict_of(inner.get("text")).get("body") or dict_of(inner.get(str(inner.get("type")))).get("caption")
    return {"kind": InboundKind.EDIT, "target": str(edit.get("original_message_id") or ""), "text": str(text or "")}


def _revoke(item: Json) -> Json:
    return {"kind": InboundKind.REVOKE, "target": str(dict_of(item.get("revoke")).get("original_message_id") or "")}


def _system(item: Json) -> Json:
    system = dict_of(item.get("system"))
    changes = {name: system[name] for name in ("type", "wa_id", "user_id") if system.get(name)}
    return {"kind": InboundKind.SYSTEM, "text": str(system.get("body") or ""), "detail": {"system": changes}}


def _unsupported(item: Json) -> Json:
    """Keep whole what we can't read: an unknown type, or a known one without its body."""
    return {"kind": InboundKind.UNSUPPORTED, "raw": item}


_BODIES: Final[dict[str, Callable[[Json], Json]]] = {
    "text": _text,
    "button": _button,
    "interactive": _interactive,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
    **dict.fromkeys(_MEDIA_TYPES, _media),
}


def _echo(row: Json) -> InboundMessage:
    """Read what the shop's own people sent from the app on the same number; the sender is the customer's side."""
    item = dict_of(row.get("item"))
    fields = _BODIES.get(str(item.get("type") or ""), _unsupported)(item)
    said = {name: fields[name] for name in ("text", "media", "place") if name in fields}
    to = _need(item, "to").lstrip("+")
    return InboundMessage(
        channel=Channel.WHATSAPP,
        account=_account(row),
        id=_need(item, "id"),
        kind=InboundKind.ECHO,
        sender=Party(to, (to,), _e164(to)),
        at=instant(item.get("timestamp") or 0),
        **said,
    )


def _status(row: Json) -> DeliveryReceipt:
    item = dict_of(row.get("item"))
    error = next(iter(dicts(item.get("errors"))), {})
    details = dict_of(error.get("error_data")).get("details")
    return DeliveryReceipt(
        channel=Channel.WHATSAPP,
        account=_account(row),
        message_id=_need(item, "id"),
        status=_STATUSES.get(str(item.get("status")), DeliveryStatus.UNKNOWN),
        at=instant(item.get("timestamp") or 0),
        business=str(row.get("business") or ""),
        reference=str(item.get("biz_opaque_callback_data") or ""),
        error_code=str(error.get("code") or ""),
        error_detail=str(details or error.get("title") or "")[:300],
        action=HANDLING[classify(error)].action if error else "",
        of_account=classify(error) is ErrorClass.STOP_ACCOUNT,
    )


def _template(row: Json) -> TemplateNotice:
    item = dict_of(row.get("item"))
    at = instant(row["time"]) if row.get("time") else datetime.fromtimestamp(0, UTC)
    name, language = template_named(_need(item, "message_template_name")), _need(item, "message_template_language")
    status, reason = str(item.get("event") or ""), str(item.get("reason") or "")
    return TemplateNotice(Channel.WHATSAPP, str(row.get("account") or ""), name, language, status, reason, at)


def _preference(row: Json) -> ConsentNotice:
    item = dict_of(row.get("item"))
    sender = party({"from": item.get("wa_id"), "from_user_id": item.get("user_id")}, {})
    wanted = str(item.get("value")) in {"resume", "signup"}
    return ConsentNotice(Channel.WHATSAPP, _account(row), sender, wanted, instant(item.get("timestamp") or 0))


def _account_notice(row: Json) -> AccountNotice:
    account = str(row.get("account") or _account(row))
    return AccountNotice(Channel.WHATSAPP, account, str(row.get("field") or "error"), dict_of(row.get("item")))


_READERS: Final[dict[str, Callable[[Json], InboundItem]]] = {
    webhook.MESSAGE: _message,
    webhook.ECHO: _echo,
    webhook.STATUS: _status,
    webhook.TEMPLATE: _template,
    webhook.PREFERENCE: _preference,
}
