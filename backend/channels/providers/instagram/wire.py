"""What Instagram's Send API takes, in its own words and lengths."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from backend.channels.errors import Action, ChannelRefusedError
from backend.channels.graph import Json
from backend.channels.lengths import cut, split_bytes
from backend.channels.ports import Choice, OutboundKind, OutboundMessage

MAX_TEXT_BYTES: Final = 1000
MAX_QUICK_REPLIES: Final = 13
_MAX_TITLE: Final = 20
_MAX_PAYLOAD: Final = 1000
_ASKING: Final = frozenset({OutboundKind.BUTTONS, OutboundKind.LIST, OutboundKind.LOCATION_REQUEST})
_NUMBERED_FROM: Final = 4


def fit(message: OutboundMessage) -> tuple[OutboundMessage, ...]:
    """Return the message as Instagram takes it.

    Choices become quick replies, which only phones show, so longer lists stand numbered in the text as well; a place
    can't be asked for by button; texts are cut at 1000 bytes.
    """
    if message.kind in _ASKING:
        message = replace(message, kind=OutboundKind.BUTTONS, choices=_fitting(message.choices), body=_body(message))
    if message.kind not in {OutboundKind.TEXT, OutboundKind.BUTTONS, OutboundKind.CONTACT_REQUEST}:
        return (message,)
    *head, last = split_bytes(message.body, MAX_TEXT_BYTES)
    plain = replace(message, kind=OutboundKind.TEXT, choices=())
    return (*(replace(plain, body=part) for part in head), replace(message, body=last))


def _fitting(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(c.id[:_MAX_PAYLOAD], cut(c.title, _MAX_TITLE)) for c in choices[:MAX_QUICK_REPLIES])


def _body(message: OutboundMessage) -> str:
    """Number the choices in the text where there are many, or a title would be cut."""
    titles = [choice.title for choice in message.choices]
    if len(titles) < _NUMBERED_FROM and all(len(title) <= _MAX_TITLE for title in titles):
        return message.body
    lines = (
        f"{number}. {choice.title}" + (f" - {choice.description}" if choice.description else "")
        for number, choice in enumerate(message.choices, 1)
    )
    return "\n".join([message.body, *lines])


def payload_of(message: OutboundMessage) -> Json:
    """Return the request's body.

    Raises:
        ChannelRefusedError: Instagram has no such kind of message.
    """
    recipient = {"comment_id": message.comment} if message.comment else {"id": message.to}
    envelope: Json = {"recipient": recipient}
    if message.kind in _ACTIONS:
        return envelope | _ACTIONS[message.kind](message)
    if message.kind not in _CONTENTS:
        raise ChannelRefusedError("instagram.kind", f"no {message.kind} on Instagram", Action.OTHER_CHANNEL)
    tagged = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    kind = tagged if message.by_person else {"messaging_type": "RESPONSE"}
    return envelope | kind | {"message": _CONTENTS[message.kind](message)}


def _text(message: OutboundMessage) -> Json:
    return {"text": message.body}


def _quick_replies(message: OutboundMessage) -> Json:
    replies = [{"content_type": "text", "title": c.title, "payload": c.id} for c in message.choices]
    return {"text": message.body} | ({"quick_replies": replies} if replies else {})


def _contact_request(message: OutboundMessage) -> Json:
    return {"text": message.body, "quick_replies": [{"content_type": "user_phone_number"}]}


def _media(message: OutboundMessage) -> Json:
    media = message.media
    if media is None:
        error = "a media message needs its file"
        raise ValueError(error)
    kind = media.type if media.type in {"image", "video", "audio"} else "file"
    payload = {"attachment_id": media.id} if media.id else {"url": media.url}
    return {"attachment": {"type": kind, "payload": payload}}


_CONTENTS: Final[dict[OutboundKind, Callable[[OutboundMessage], Json]]] = {
    OutboundKind.TEXT: _text,
    OutboundKind.BUTTONS: _quick_replies,
    OutboundKind.CONTACT_REQUEST: _contact_request,
    OutboundKind.MEDIA: _media,
}


def _seen(message: OutboundMessage) -> Json:
    return {"sender_action": "typing_on" if message.typing else "mark_seen"}


def _react(message: OutboundMessage) -> Json:
    payload: Json = {"message_id": message.target}
    if not message.emoji:
        return {"sender_action": "unreact", "payload": payload}
    return {"sender_action": "react", "payload": payload | {"reaction": "love"}}


_ACTIONS: Final[dict[OutboundKind, Callable[[OutboundMessage], Json]]] = {
    OutboundKind.READ: _seen,
    OutboundKind.REACTION: _react,
}
