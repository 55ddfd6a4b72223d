"""Messages from the business to a person: acceptance, delivery, and the statuses that tell of it."""

from collections.abc import Callable
from typing import Any, Final

from backend.sandbox.base import Json
from backend.sandbox.meta import GraphError
from backend.sandbox.people import Person
from backend.sandbox.settings import WhatsAppNumber
from backend.sandbox.whatsapp import rules
from backend.sandbox.whatsapp.envelope import envelope
from backend.sandbox.whatsapp.state import Message, WhatsAppState
from backend.sandbox.whatsapp.templates import Template

_TYPING_S: Final = 25
# A send to these people is accepted and fails later, as the provider does.
_NOT_ON_WHATSAPP = 131026


async def send(state: WhatsAppState, number: WhatsAppNumber, payload: Json) -> Json:
    """Accept a message as `POST /messages` does and set its delivery going.

    Raises:
        GraphError: The refusal of the provider.
    """
    rules.check_message(payload)
    person = recipient(state, number, payload)
    state.meter(number, person)
    kind = payload.get("type", "text")
    template, text = state.templates.check(payload) if kind == "template" else (None, _text(payload))
    _check_references(state, payload)
    late_error = _late_error(state, number, person, payload)
    if late_error and late_error != _NOT_ON_WHATSAPP and not state.async_failures:
        raise rules.refuse(late_error, _why(late_error))
    return _accept(state, number, person, payload, template, text, late_error)


def recipient(state: WhatsAppState, number: WhatsAppNumber, payload: Json) -> Person:
    """Return whom a payload is for; `to` wins over `recipient`."""
    address = str(payload.get("to") or payload.get("recipient"))
    if address.removeprefix("+") == number.display_phone_number:
        raise rules.refuse(131021, "The sender and the recipient are the same number.")
    person = state.world.people.find(address)
    if person is None and "to" not in payload:
        raise GraphError(400, 100, "Invalid parameter", "The recipient is not a user id of this business.")
    digits = address.removeprefix("+")
    return person or Person(id=f"unknown{digits}", name=digits, role="customer", phone=digits, has_whatsapp=False)


def mark_read(state: WhatsAppState, number: WhatsAppNumber, payload: Json) -> Json:
    """Mark an inbound message as read, and show the typing sign if asked."""
    rules.check_read(payload)
    message = state.messages.get(payload["message_id"])
    if message is None or not message.from_person or message.number != number:
        raise GraphError(400, 100, "Invalid parameter", "Message with this id was not received on this number.")
    thread = state.thread(number, message.person)
    for earlier in thread.messages:
        if earlier.from_person and earlier.at <= message.at:
            earlier.status = "read"
    if "typing_indicator" in payload:
        thread.typing_until = state.world.clock.unix() + _TYPING_S
        state.world.timers.after(_TYPING_S, _told(state, message.person))
    state.world.changed(message.person)
    return {"success": True}


def report(state: WhatsAppState, message: Message, status: str, error: int | None = None) -> None:
    """Tell the backend of a message's new status."""
    message.status = status
    person, data = message.person, message.content.get("biz_opaque_callback_data")
    item: Json = {"id": message.id, "status": status, "timestamp": str(state.world.clock.seconds())}
    if "to" in message.content or not person.hides_phone:
        item["recipient_id"] = person.phone
    if not (status == "failed" and "to" in message.content):
        item["recipient_user_id"] = person.user_id
    if data:
        item["biz_opaque_callback_data"] = data
    if error is not None:
        item["errors"] = [status_error(error)]
    else:
        item["pricing"] = _pricing(message)
    value = {"statuses": [item]}
    state.world.webhooks.send(
        "whatsapp",
        f"status.{status}",
        state.world.settings.hook("whatsapp"),
        envelope(message.number, "messages", value),
        lane=person.id,
    )
    state.world.changed(person)


def status_error(code: int) -> Json:
    """Return an error as statuses carry it."""
    title = rules.TITLES.get(code, "Unknown error")
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": _why(code)},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }


def deliver(state: WhatsAppState, message: Message) -> Callable[[], Any]:
    """Return the action that puts the message on the person's phone, if it is reachable."""

    async def go() -> None:
        if message.status == "sent" and message.person.reachable:
            report(state, message, "delivered")

    return go


def _accept(
    state: WhatsAppState,
    number: WhatsAppNumber,
    person: Person,
    payload: Json,
    template: Template | None,
    text: str,
    late_error: int | None,
) -> Json:
    world = state.world
    message = Message(
        id=f"wamid.{world.ids.letters(24)}{world.ids.number('wamid')}",
        number=number,
        person=person,
        from_person=False,
        content=payload,
        text=text,
        at=world.clock.unix(),
        buttons=_buttons(payload, template),
        reply_to=payload.get("context", {}).get("message_id"),
    )
    _put_on_thread(state, message)
    _set_going(state, message, late_error)
    address = payload.get("to") or payload.get("recipient")
    contact = {"input": address, "user_id": person.user_id} | ({} if person.hides_phone else {"wa_id": person.phone})
    accepted = {"id": message.id} | ({"message_status": "accepted"} if template else {})
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [accepted]}


def _put_on_thread(state: WhatsAppState, message: Message) -> None:
    thread = state.thread(message.number, message.person)
    thread.typing_until = 0.0
    if message.content.get("type") != "reaction":
        state.keep(message)
        return
    reaction = message.content["reaction"]
    state.messages[message.id] = message
    state.messages[reaction["message_id"]].reactions["business"] = reaction["emoji"]
    state.world.changed(message.person)


def _set_going(state: WhatsAppState, message: Message, late_error: int | None) -> None:
    async def leave() -> None:
        report(state, message, "failed" if late_error else "sent", late_error)

    state.world.timers.after(0, leave)
    if late_error is None:
        state.world.timers.after(state.world.settings.whatsapp_delivery_s, deliver(state, message))


def _late_error(state: WhatsAppState, number: WhatsAppNumber, person: Person, payload: Json) -> int | None:
    """Return the error that a well-formed message still meets, or None."""
    if number.phone_number_id in state.account_errors:
        return state.account_errors[number.phone_number_id]
    if not person.has_whatsapp:
        return _NOT_ON_WHATSAPP
    if payload.get("type") != "template" and not state.window_open(number, person):
        return 131047
    return None


def _why(code: int) -> str:
    special = {
        131047: "Message failed to send because more than 24 hours have passed since the customer last replied.",
        131026: "Message Undeliverable.",
    }
    return special.get(code, rules.TITLES.get(code, ""))


def _check_references(state: WhatsAppState, payload: Json) -> None:
    context = payload.get("context", {}).get("message_id")
    if context is not None and context not in state.messages:
        raise rules.refuse(131009, "context.message_id is unknown")
    kind = payload.get("type", "text")
    if kind == "reaction" and payload["reaction"]["message_id"] not in state.messages:
        raise rules.refuse(131009, "reaction.message_id is unknown")
    if kind in rules.MEDIA_TYPES and "id" in payload[kind] and payload[kind]["id"] not in state.media:
        raise rules.refuse(131053, "media id does not exist or has expired")


def _text(payload: Json) -> str:
    kind = payload.get("type", "text")
    body = payload[kind]
    if kind == "text":
        return str(body["body"])
    if kind == "interactive":
        return str(body["body"]["text"])
    return str(body.get("caption", "")) if isinstance(body, dict) else ""


def _buttons(payload: Json, template: Template | None) -> list[Json]:
    """Return what the person can tap, with the ids that a tap reports."""
    if template is not None:
        return _template_buttons(payload, template)
    interactive = payload.get("interactive", {})
    action = interactive.get("action", {})
    replies = [{"tap": "button", **b["reply"]} for b in action.get("buttons", [])]
    rows = [{"tap": "list", **row} for section in action.get("sections", []) for row in section["rows"]]
    return replies + rows


def _template_buttons(payload: Json, template: Template) -> list[Json]:
    parameters = {
        str(c.get("index")): p
        for c in payload["template"].get("components", [])
        if c["type"] == "button"
        for p in c.get("parameters", [])
    }
    return [
        {
            "tap": button.kind,
            "id": parameters.get(str(number), {}).get("payload", button.text),
            "title": button.text,
            "url": button.url.replace("{{1}}", parameters.get(str(number), {}).get("text", "")),
        }
        for number, button in enumerate(template.buttons)
    ]


def _pricing(message: Message) -> Json:
    template = message.content.get("type") == "template"
    return {
        "billable": template,
        "pricing_model": "PMP",
        "type": "regular" if template else "free_customer_service",
        "category": "utility" if template else "service",
    }


def _told(state: WhatsAppState, person: Person) -> Callable[[], Any]:
    async def go() -> None:
        state.world.changed(person)

    return go
