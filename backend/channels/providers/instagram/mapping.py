"""Instagram's items in our words; pure, and tolerant of what it has never seen."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from backend.channels.graph import UNREADABLE, Json, dict_of, dicts, instant
from backend.channels.ports import (
    AccountNotice,
    Channel,
    InboundItem,
    InboundKind,
    InboundMessage,
    MediaRef,
    Party,
)
from backend.channels.providers.instagram import webhook

_ROUTING: Final = ("pass_thread_control", "take_thread_control", "request_thread_control")
_VOICE: Final = "audio"
_LIKE: Final = "like_heart"


def read(kind: str, body: bytes) -> Sequence[InboundItem]:
    """Read one stored row; an echo or message that is only about ourselves gives none.

    Raises:
        ValueError: The row lacks what no item of its kind can do without, such as an id.
    """
    if kind == UNREADABLE:
        return (AccountNotice(Channel.INSTAGRAM, "", UNREADABLE, {"body": body.decode("utf-8", "replace")}),)
    row = dict_of(orjson.loads(body))
    if kind == webhook.CHANGE:
        return (_change(row),)
    item = dict_of(row.get("item"))
    if dict_of(item.get("message")).get("is_self"):
        return ()
    return (_messaging(str(row.get("account") or ""), item, passive=kind == webhook.STANDBY),)


def _messaging(account: str, item: Json, *, passive: bool) -> InboundMessage:
    name = next((name for name in _PARTS if item.get(name)), "")
    inner = dict_of(item.get(name))
    fields = _PARTS.get(name, _unsupported)(inner, item)
    detail = {"referral": referral} if (referral := _referral(item)) else {}
    return InboundMessage(
        channel=Channel.INSTAGRAM,
        account=account,
        sender=_person(account, item),
        at=_at(item.get("timestamp")),
        passive=passive,
        **{"id": str(inner.get("mid") or ""), "detail": detail, **fields},
    )


def _at(time: Any) -> datetime:
    """Read a time; an item without one gets the epoch, and the reader takes the time of its arrival."""
    return instant(time) if time else datetime.fromtimestamp(0, UTC)


def _person(account: str, item: Json) -> Party:
    """Return the customer's side: the sender, or the recipient where our account is the sender."""
    sender, recipient = (str(dict_of(item.get(side)).get("id") or "") for side in ("sender", "recipient"))
    igsid = recipient if sender == account else sender
    if not igsid:
        message = "the item names no person"
        raise ValueError(message)
    return Party(igsid, (igsid,))


def _referral(item: Json) -> Json:
    inside = (dict_of(item.get(name)).get("referral") for name in ("message", "postback"))
    return dict_of(item.get("referral")) or next((dict_of(found) for found in inside if found), {})


def _message(inner: Json, item: Json) -> Json:
    text = str(inner.get("text") or "")
    reply = dict_of(inner.get("reply_to"))
    fields: Json = {"text": text, "reply_to": str(reply.get("mid") or "")}
    for applies, change in _SPECIAL:
        if applies(inner):
            return fields | change(inner)
    if reply.get("story"):
        return fields | {"kind": InboundKind.STORY_REPLY, "detail": {"story": reply["story"]}}
    if attachments := dicts(inner.get("attachments")):
        return fields | _attached(attachments, inner)
    return fields | {"kind": InboundKind.TEXT} if text else _unsupported(inner, item) | {"id": inner.get("mid")}


def _echo(inner: Json) -> Json:
    return {"kind": InboundKind.ECHO, "media": _media(dicts(inner.get("attachments")))}


def _deleted(inner: Json) -> Json:
    return {"kind": InboundKind.REVOKE, "id": f"{inner.get('mid')}:deleted", "target": str(inner.get("mid") or "")}


def _not_passed_on(inner: Json) -> Json:
    return {"kind": InboundKind.UNSUPPORTED, "raw": inner}


def _quick_reply(inner: Json) -> Json:
    return {"kind": InboundKind.BUTTON, "payload": str(dict_of(inner["quick_reply"]).get("payload") or "")}


_SPECIAL: Final[tuple[tuple[Callable[[Json], bool], Callable[[Json], Json]], ...]] = (
    (lambda inner: bool(inner.get("is_deleted")), _deleted),
    (lambda inner: bool(inner.get("is_echo")), _echo),
    (lambda inner: bool(inner.get("is_unsupported")), _not_passed_on),
    (lambda inner: bool(inner.get("quick_reply")), _quick_reply),
)


def _attached(attachments: list[Json], inner: Json) -> Json:
    types = {str(attachment.get("type") or "") for attachment in attachments}
    if types == {_LIKE}:
        return {"kind": InboundKind.STICKER, "text": "❤️"}
    kind = InboundKind.MEDIA
    if "story_mention" in types:
        kind = InboundKind.STORY_MENTION
    elif types == {_VOICE}:
        kind = InboundKind.VOICE
    found = {"kind": kind, "media": _media(attachments)}
    return found if found["media"] else {"kind": InboundKind.UNSUPPORTED, "raw": inner}


def _media(attachments: list[Json]) -> tuple[MediaRef, ...]:
    pairs = ((str(a.get("type") or ""), dict_of(a.get("payload"))) for a in attachments)
    return tuple(
        MediaRef(type=kind, url=str(payload["url"]), filename=str(payload.get("title") or ""))
        for kind, payload in pairs
        if payload.get("url")
    )


def _postback(inner: Json, item: Json) -> Json:
    sender, at = dict_of(item.get("sender")).get("id"), item.get("timestamp")
    return {
        "kind": InboundKind.POSTBACK,
        "id": str(inner.get("mid") or f"postback:{sender}:{at}"),
        "text": str(inner.get("title") or ""),
        "payload": str(inner.get("payload") or ""),
    }


def _reaction(inner: Json, item: Json) -> Json:
    emoji = str(inner.get("emoji") or "") if inner.get("action") != "unreact" else ""
    identity = f"{inner.get('mid')}:reaction:{item.get('timestamp')}"
    return {
        "kind": InboundKind.REACTION,
        "id": identity,
        "target": str(inner.get("mid") or ""),
        "emoji": emoji,
        "text": emoji,
    }


def _read(inner: Json, _item: Json) -> Json:
    return {"kind": InboundKind.READ, "id": f"{inner.get('mid')}:read", "target": str(inner.get("mid") or "")}


def _edit(inner: Json, _item: Json) -> Json:
    identity = f"{inner.get('mid')}:edit:{inner.get('num_edit')}"
    target, text = str(inner.get("mid") or ""), str(inner.get("text") or "")
    return {"kind": InboundKind.EDIT, "id": identity, "target": target, "text": text}


def _opened(_inner: Json, item: Json) -> Json:
    return {
        "kind": InboundKind.REFERRAL,
        "id": f"referral:{dict_of(item.get('sender')).get('id')}:{item.get('timestamp')}",
    }


def _routed(inner: Json, item: Json) -> Json:
    name = next(name for name in _ROUTING if item.get(name))
    identity = f"{name}:{dict_of(item.get('sender')).get('id')}:{item.get('timestamp')}"
    return {"kind": InboundKind.ROUTING, "id": identity, "detail": {"control": name} | inner}


def _unsupported(_inner: Json, item: Json) -> Json:
    identity = f"other:{dict_of(item.get('sender')).get('id')}:{item.get('timestamp')}"
    return {"kind": InboundKind.UNSUPPORTED, "id": identity, "raw": item}


_PARTS: Final[dict[str, Callable[[Json, Json], Json]]] = {
    "message": _message,
    "postback": _postback,
    "reaction": _reaction,
    "read": _read,
    "message_edit": _edit,
    "referral": _opened,
    **dict.fromkeys(_ROUTING, _routed),
}


def _change(row: Json) -> InboundItem:
    item, account = dict_of(row.get("item")), str(row.get("account") or "")
    author: dict[str, Any] = dict_of(item.get("from"))
    person = str(author.get("self_ig_scoped_id") or author.get("id") or "")
    if row.get("field") not in {"comments", "live_comments"} or not person or not item.get("id"):
        return AccountNotice(Channel.INSTAGRAM, account, str(row.get("field") or "change"), item)
    if person == account:
        return AccountNotice(Channel.INSTAGRAM, account, "own_comment", item)
    return InboundMessage(
        channel=Channel.INSTAGRAM,
        account=account,
        id=str(item["id"]),
        kind=InboundKind.COMMENT,
        sender=Party(person, (person,), None, str(author.get("username") or "")),
        at=_at(row.get("time")),
        text=str(item.get("text") or ""),
        detail={"media": dict_of(item.get("media")), "parent_id": item.get("parent_id")},
    )
