"""Instagram's webhooks: cut to items, each under the provider's own id."""

from collections.abc import Callable
from typing import Final

from backend.channels.graph import Json, dict_of, dicts, intake_row
from backend.platform.inbox import IntakeRow

MESSAGING: Final = "messaging"
STANDBY: Final = "standby"
CHANGE: Final = "change"


def rows_of(entry: Json) -> list[IntakeRow]:
    """Return the rows of one entry: what is addressed to us, what we only overhear, and changes."""
    account = str(entry.get("id") or "")
    return [
        *(_messaging(account, item, MESSAGING) for item in dicts(entry.get("messaging"))),
        *(_messaging(account, item, STANDBY) for item in dicts(entry.get("standby"))),
        *(_change(account, change, entry.get("time")) for change in dicts(entry.get("changes"))),
    ]


def _messaging(account: str, item: Json, kind: str) -> IntakeRow:
    ids = {str(dict_of(item.get(side)).get("id") or "") for side in ("sender", "recipient")}
    lane = next(iter(sorted(ids - {account, ""})), account)
    return intake_row(kind, _key(item), {"account": account, "item": item}, lane=lane)


def _key(item: Json) -> str:
    """Return what names the event among all: `mid` alone is shared by a message and what happens to it later."""
    sender, at = str(dict_of(item.get("sender")).get("id") or ""), str(item.get("timestamp") or "")
    for name in ("message", "postback", "reaction", "read", "message_edit"):
        inner = dict_of(item.get(name))
        mid = str(inner.get("mid") or "")
        if mid:
            return _KEYS[name](inner, mid, sender, at)
    names = ",".join(sorted(set(item) - {"sender", "recipient", "timestamp"}))
    return f"{names}:{sender}:{at}" if sender and at else ""


_KEYS: Final[dict[str, Callable[[Json, str, str, str], str]]] = {
    "message": lambda inner, mid, _sender, _at: f"{mid}:deleted" if inner.get("is_deleted") else mid,
    "postback": lambda _inner, mid, _sender, _at: mid,
    "reaction": lambda inner, mid, sender, at: f"{mid}:{sender}:{inner.get('action')}:{at}",
    "read": lambda _inner, mid, sender, _at: f"{mid}:{sender}:read",
    "message_edit": lambda inner, mid, _sender, _at: f"{mid}:edit:{inner.get('num_edit')}",
}


def _change(account: str, change: Json, time: int | str | None) -> IntakeRow:
    """Keep a change; comments have an id, edits may come this way too."""
    value = dict_of(change.get("value"))
    name = str(change.get("field") or "")
    if name == "message_edit":
        return _messaging(account, value if "message_edit" in value else {"message_edit": value}, MESSAGING)
    key = f"{name}:{value['id']}" if value.get("id") else ""
    lane = str(dict_of(value.get("from")).get("id") or "")
    return intake_row(CHANGE, key, {"account": account, "field": name, "time": time, "item": value}, lane=lane)
