"""Webhooks of the Cloud API: cut to items, each under the provider's own id."""

from typing import Final

import orjson

from backend.channels.graph import Json, dict_of, dicts, intake_row
from backend.channels.templates import LABELS, TEMPLATES, template_named
from backend.platform.db.types import blind_index
from backend.platform.inbox import IntakeRow

MESSAGE: Final = "message"
STATUS: Final = "status"
ECHO: Final = "echo"
TEMPLATE: Final = "template"
PREFERENCE: Final = "preference"
ERROR: Final = "error"
OTHER: Final = "other"
_MSG_ID: Final = b'"msg_id"'


def rows_of(entry: Json) -> list[IntakeRow]:
    """Return the rows of one entry: every message, status and event of every change."""
    return [row for change in dicts(entry.get("changes")) for row in _rows_of_change(entry, change)]


def flat_row(body: bytes, account: str) -> IntakeRow | None:
    """Read a quick reply in the one-level form of paper two, section 17, as some partners send it; None for any other.

    Args:
        body: As it came.
        account: The number that such replies are to, since the form names none.
    """
    if _MSG_ID not in body:
        return None
    try:
        reply = dict_of(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None
    sender, message_id = str(reply.get("phone") or "").lstrip("+"), str(reply.get("msg_id") or "")
    if not sender or not message_id:
        return None
    label = str(reply.get("button") or "")
    payload = payload_of(str(reply.get("template") or ""), label, str(reply.get("order_id") or ""))
    item = {"from": sender, "id": message_id, "type": "button", "button": {"text": label, "payload": payload}}
    return _message({}, {"metadata": {"phone_number_id": account}}, item, MESSAGE)


def payload_of(template: str, label: str, order_id: str) -> str:
    """Return what a button of a template means, as its payload would say; the label itself where nobody knows."""
    name = template_named(template)
    row, labels = TEMPLATES.get(name), [known.casefold() for known in LABELS.get(name, ())]
    if row is None or not order_id or label.casefold() not in labels:
        return label
    return f"{row.buttons[labels.index(label.casefold())]}:{order_id}"


def _rows_of_change(entry: Json, change: Json) -> list[IntakeRow]:
    value = dict_of(change.get("value"))
    rows = [
        *(_message(entry, value, message, MESSAGE) for message in dicts(value.get("messages"))),
        *(_message(entry, value, message, ECHO) for message in dicts(value.get("message_echoes"))),
        *(_status(entry, value, status) for status in dicts(value.get("statuses"))),
        *(_preference(value, row) for row in dicts(value.get("user_preferences"))),
        *(
            intake_row(ERROR, "", {"metadata": value.get("metadata"), "item": item})
            for item in dicts(value.get("errors"))
        ),
    ]
    return rows or [_event(entry, change, value)]


def _message(entry: Json, value: Json, message: Json, kind: str) -> IntakeRow:
    sender = str(message.get("from_user_id") or message.get("from") or "")
    person = message.get("to") if kind == ECHO else sender
    item = {
        "business": entry.get("id"),
        "metadata": value.get("metadata"),
        "contacts": _contacts_of(value, message),
        "item": message,
    }
    return intake_row(kind, str(message.get("id") or ""), item, lane=str(person or ""))


def _contacts_of(value: Json, message: Json) -> list[Json]:
    """Return the contact that belongs to the message; a batch may hold those of several people."""
    contacts = dicts(value.get("contacts"))
    ids = {message.get("from"), message.get("from_user_id")} - {None}
    matching = [contact for contact in contacts if ids & {contact.get("wa_id"), contact.get("user_id")}]
    return matching or (contacts if len(contacts) == 1 else [])


def _status(entry: Json, value: Json, status: Json) -> IntakeRow:
    key = f"{status['id']}:{status.get('status')}" if status.get("id") else ""
    person = str(status.get("recipient_user_id") or status.get("recipient_id") or "")
    item = {"business": entry.get("id"), "metadata": value.get("metadata"), "item": status}
    return intake_row(STATUS, key, item, lane=person)


def _preference(value: Json, row: Json) -> IntakeRow:
    person = str(row.get("wa_id") or row.get("user_id") or "")
    # The provider has no id for it, and one of ours must not name the person.
    key = f"{blind_index(person).hex()[:32]}:{row.get('category')}:{row['timestamp']}" if row.get("timestamp") else ""
    return intake_row(PREFERENCE, key, {"metadata": value.get("metadata"), "item": row}, lane=person)


def _event(entry: Json, change: Json, value: Json) -> IntakeRow:
    """Keep an event about a template or the account; what we don't know is kept as it came."""
    name, time = change.get("field"), entry.get("time")
    item = {"account": entry.get("id"), "time": time, "field": name, "item": value}
    template = value.get("message_template_id")
    if name == "message_template_status_update" and template:
        return intake_row(TEMPLATE, f"{template}:{value.get('event')}:{time}" if time else "", item)
    about = template or value.get("event") or value.get("display_phone_number")
    return intake_row(OTHER, f"{entry.get('id')}:{name}:{about}:{time}" if time and about else "", item)
