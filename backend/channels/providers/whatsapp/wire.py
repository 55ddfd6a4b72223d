"""What the Cloud API takes, in its own words and lengths."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from backend.channels.graph import Json
from backend.channels.lengths import cut, split_chars
from backend.channels.ports import Choice, OutboundKind, OutboundMessage
from backend.channels.templates import clean_parameter, registered_language, registered_name, template_row

MAX_TEXT: Final = 4096
MAX_BODY: Final = 1024
MAX_BUTTONS: Final = 3
MAX_ROWS: Final = 10
_MAX_BUTTON_TITLE: Final = 20
_MAX_ROW_TITLE: Final = 24
_MAX_DESCRIPTION: Final = 72
_MAX_FOOTER: Final = 60
_MAX_ID: Final = {OutboundKind.BUTTONS: 256, OutboundKind.LIST: 200}
_USER_ID: Final = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")
_INTERACTIVE: Final = frozenset(
    {OutboundKind.BUTTONS, OutboundKind.LIST, OutboundKind.LOCATION_REQUEST, OutboundKind.CONTACT_REQUEST}
)


def fit(message: OutboundMessage) -> tuple[OutboundMessage, ...]:
    """Return the message as the API takes it: more than three buttons become a list, long texts several parts."""
    if message.kind is OutboundKind.BUTTONS and len(message.choices) > MAX_BUTTONS:
        message = replace(message, kind=OutboundKind.LIST)
    if message.kind in {OutboundKind.BUTTONS, OutboundKind.LIST}:
        message = replace(
            message, choices=_fitting(message.choices, message.kind), footer=cut(message.footer, _MAX_FOOTER)
        )
    if message.kind is OutboundKind.TEXT:
        return tuple(replace(message, body=part) for part in split_chars(message.body, MAX_TEXT))
    if message.kind in _INTERACTIVE and len(message.body) > MAX_BODY:
        *head, last = split_chars(message.body, MAX_BODY)
        plain = replace(message, kind=OutboundKind.TEXT, choices=(), header="", footer="")
        return (*fit(replace(plain, body="\n".join(head))), replace(message, body=last))
    return (message,)


def _fitting(choices: tuple[Choice, ...], kind: OutboundKind) -> tuple[Choice, ...]:
    """Shorten titles, and keep those of buttons apart from each other, as the API demands."""
    longest = _MAX_BUTTON_TITLE if kind is OutboundKind.BUTTONS else _MAX_ROW_TITLE
    fitted: list[Choice] = []
    for choice in choices[:MAX_ROWS]:
        title = cut(choice.title, longest)
        if any(title == other.title for other in fitted):
            title = f"{cut(choice.title, longest - 3)} {len(fitted) + 1}"
        fitted.append(Choice(choice.id[: _MAX_ID[kind]], title, cut(choice.description, _MAX_DESCRIPTION)))
    return tuple(fitted)


def payload_of(message: OutboundMessage, reference: str) -> Json:
    """Return the request's body; `reference` comes back in every status."""
    if message.kind is OutboundKind.READ:
        typing = {"typing_indicator": {"type": "text"}} if message.typing else {}
        return {"messaging_product": "whatsapp", "status": "read", "message_id": message.target} | typing
    envelope: Json = {"messaging_product": "whatsapp", "recipient_type": "individual", **_addressee(message.to)}
    envelope["biz_opaque_callback_data"] = reference[:512]
    if message.reply_to:
        envelope["context"] = {"message_id": message.reply_to}
    return envelope | _CONTENTS[message.kind](message)


def _addressee(to: str) -> Json:
    return {"recipient": to} if _USER_ID.fullmatch(to) else {"to": to.removeprefix("+")}


def _text(message: OutboundMessage) -> Json:
    return {"type": "text", "text": {"body": message.body, "preview_url": "https://" in message.body}}


def _interactive(message: OutboundMessage, kind: str, action: Json) -> Json:
    body: Json = {"type": kind, "body": {"text": message.body}, "action": action}
    if message.header:
        body["header"] = {"type": "text", "text": cut(message.header, _MAX_FOOTER)}
    if message.footer:
        body["footer"] = {"text": message.footer}
    return {"type": "interactive", "interactive": body}


def _buttons(message: OutboundMessage) -> Json:
    replies = [{"type": "reply", "reply": {"id": c.id, "title": c.title}} for c in message.choices]
    return _interactive(message, "button", {"buttons": replies})


def _list(message: OutboundMessage) -> Json:
    rows = [
        {"id": c.id, "title": c.title} | ({"description": c.description} if c.description else {})
        for c in message.choices
    ]
    return _interactive(message, "list", {"button": cut(message.label or "Menu", 20), "sections": [{"rows": rows}]})


def _location_request(message: OutboundMessage) -> Json:
    return _interactive(message, "location_request_message", {"name": "send_location"})


def _contact_request(message: OutboundMessage) -> Json:
    return _interactive(message, "request_contact_info", {"name": "request_contact_info"})


def _template(message: OutboundMessage) -> Json:
    template_row(message.template, message.params, message.payloads)
    body = {"type": "body", "parameters": [{"type": "text", "text": clean_parameter(p)} for p in message.params]}
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(index),
            "parameters": [{"type": "payload", "payload": payload}],
        }
        for index, payload in enumerate(message.payloads)
    ]
    language = {"policy": "deterministic", "code": registered_language(message.language)}
    return {
        "type": "template",
        "template": {"name": registered_name(message.template), "language": language, "components": [body, *buttons]},
    }


def _media(message: OutboundMessage) -> Json:
    media = message.media
    if media is None:
        error = "a media message needs its file"
        raise ValueError(error)
    content: Json = {"id": media.id} if media.id else {"link": media.url}
    if message.body and media.type in {"image", "video", "document"}:
        content["caption"] = cut(message.body, MAX_BODY)
    if media.filename and media.type == "document":
        content["filename"] = media.filename
    return {"type": media.type, media.type: content}


def _reaction(message: OutboundMessage) -> Json:
    return {"type": "reaction", "reaction": {"message_id": message.target, "emoji": message.emoji}}


_CONTENTS: Final[dict[OutboundKind, Callable[[OutboundMessage], Json]]] = {
    OutboundKind.TEXT: _text,
    OutboundKind.BUTTONS: _buttons,
    OutboundKind.LIST: _list,
    OutboundKind.LOCATION_REQUEST: _location_request,
    OutboundKind.CONTACT_REQUEST: _contact_request,
    OutboundKind.TEMPLATE: _template,
    OutboundKind.MEDIA: _media,
    OutboundKind.REACTION: _reaction,
}
