"""What a person does in their WhatsApp, and the webhooks that follow."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from backend.sandbox.base import Act, ControlError, Json, need
from backend.sandbox.people import Person
from backend.sandbox.settings import WhatsAppNumber
from backend.sandbox.whatsapp.envelope import contact, envelope, sender
from backend.sandbox.whatsapp.sending import deliver, report
from backend.sandbox.whatsapp.state import Media, Message, WhatsAppState

_MIME: Final = {
    "image": "image/jpeg",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}
# The smallest valid JPEG header; what a picture shows is never looked at.
_PIXEL: Final = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////wAALCAABAAEBAREA"
    "/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AR//Z"
)


class PersonSide:
    """The verbs of `/__sim/actor/whatsapp/…`."""

    def __init__(self, state: WhatsAppState) -> None:
        self._state = state
        self._world = state.world

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        simple = {kind: self._wrap(content) for kind, content in _CONTENTS.items()}
        media = {kind: self._media(kind) for kind in _MIME}
        more = {"tap": self.tap, "reaction": self.reaction, "read": self.read, "raw": self.raw, "reach": self.reach}
        return {**simple, **media, **more, "edit": self.edit, "revoke": self.revoke, "contact": self.contact}

    async def tap(self, body: Json) -> Json:
        """Tap a button or a list row of a message; `button` is its id, its title or its number."""
        message = self._message(body)
        button = _chosen(message.buttons, need(body, "button"))
        content, text = _tapped(button)
        context = {"from": message.number.display_phone_number, "id": message.id}
        return self._arrive(message.person, message.number, content | {"context": context}, text, message.id)

    async def reaction(self, body: Json) -> Json:
        """Put an emoji on a message, or take it away with an empty one."""
        message = self._message(body)
        emoji = need(body, "emoji")
        message.reactions["person"] = emoji
        reaction = {"message_id": message.id} | ({"emoji": emoji} if emoji else {})
        content = {"type": "reaction", "reaction": reaction}
        return self._arrive(message.person, message.number, content, "", shown=False)

    async def read(self, body: Json) -> Json:
        """Open the thread: delivered messages become read, and the business hears of it unless receipts are off."""
        person = self._world.people.get(need(body, "from"))
        number = self._number(person, body)
        fresh = [m for m in self._state.thread(number, person).messages if _unread(m)]
        for message in fresh:
            if person.sends_receipts:
                report(self._state, message, "read")
            message.status = "read"
        return {"read": [m.id for m in fresh]}

    async def edit(self, body: Json) -> Json:
        """Change the text of an earlier message of one's own."""
        message = self._message(body)
        message.text = need(body, "text")
        changed = {"type": "text", "text": {"body": message.text}}
        content = {"type": "edit", "edit": {"original_message_id": message.id, "message": changed}}
        return self._arrive(message.person, message.number, content, "", shown=False)

    async def revoke(self, body: Json) -> Json:
        """Delete an earlier message of one's own for everyone."""
        message = self._message(body)
        message.text, message.note = "", "deleted"
        content = {"type": "revoke", "revoke": {"original_message_id": message.id}}
        return self._arrive(message.person, message.number, content, "", shown=False)

    async def contact(self, body: Json) -> Json:
        """Share a contact card, one's own by default; an answer to a request carries its origin."""
        person = self._world.people.meet(need(body, "from"))
        shared = self._world.people.get(body["shared"]) if "shared" in body else person
        phones = [{"phone": f"+{shared.phone}", "wa_id": shared.phone, "type": "CELL"}]
        card: Json = {"name": {"formatted_name": shared.name, "first_name": shared.name}, "phones": phones}
        if body.get("requested"):
            card["origin"] = "contact_request"
        content = {"type": "contacts", "contacts": [card]}
        return self._receive(body, content, f"{shared.name} · +{shared.phone}")

    async def raw(self, body: Json) -> Json:
        """Send any message object as given, for shapes that have no verb."""
        return self._receive(body, dict(need(body, "message")), body.get("text", ""))

    async def reach(self, body: Json) -> Json:
        """Switch the phone on or off; what waited is delivered when it comes on."""
        person = self._world.people.get(need(body, "from"))
        person.reachable = bool(need(body, "reachable"))
        if person.reachable:
            for message in self._state.messages.values():
                if message.person is person and message.status == "sent":
                    self._world.timers.after(0, deliver(self._state, message))
        self._world.changed(person)
        return {"reachable": person.reachable}

    def _wrap(self, build: Callable[[Json], tuple[Json, str]]) -> Act:
        async def act(body: Json) -> Json:
            content, text = build(body)
            return self._receive(body, content, text)

        return act

    def _media(self, kind: str) -> Act:
        async def act(body: Json) -> Json:
            data = base64.b64decode(body["data"]) if "data" in body else _PIXEL
            mime = body.get("mime_type", _MIME[kind])
            media = Media(str(900_000 + self._world.ids.number("media")), mime, data, body.get("filename"))
            self._state.media[media.id] = media
            digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
            item: Json = {"id": media.id, "mime_type": mime, "sha256": digest}
            item |= {k: body[k] for k in ("caption", "filename") if k in body}
            item |= {"voice": True} if kind == "audio" and body.get("voice", True) else {}
            return self._receive(body, {"type": kind, kind: item}, body.get("caption", ""))

        return act

    def _receive(self, body: Json, content: Json, text: str) -> Json:
        person = self._world.people.meet(need(body, "from"))
        number = self._number(person, body)
        reply_to = body.get("reply_to")
        extra: Json = {k: body[k] for k in ("referral",) if k in body}
        context: Json = {"forwarded": True} if body.get("forwarded") else {}
        if reply_to:
            context |= {"from": number.display_phone_number, "id": reply_to}
        if context:
            extra["context"] = context
        return self._arrive(person, number, content | extra, text, reply_to)

    def _arrive(
        self,
        person: Person,
        number: WhatsAppNumber,
        content: Json,
        text: str,
        reply_to: str | None = None,
        *,
        shown: bool = True,
    ) -> Json:
        world, now = self._world, self._world.clock.unix()
        message_id = f"wamid.{world.ids.letters(24)}{world.ids.number('wamid')}"
        thread = self._state.thread(number, person)
        thread.last_inbound_at = now
        message = Message(message_id, number, person, True, content, text, now, "sent", reply_to=reply_to)
        if shown:
            self._state.keep(message)
        item = sender(person) | {"id": message_id, "timestamp": str(int(now))} | content
        value = {"contacts": [contact(person)], "messages": [item]}
        self._post(number, person, f"message.{content.get('type', 'text')}", value, message)
        world.changed(person)
        return {"id": message_id}

    def _post(self, number: WhatsAppNumber, person: Person, kind: str, value: Json, message: Message) -> None:
        async def answered(status: int, _: bytes) -> None:
            if status < 300 and message.status == "sent":  # noqa: PLR2004 - the first status that is no success
                message.status = "delivered"
                self._world.changed(person)

        url = self._world.settings.hook("whatsapp")
        body = envelope(number, "messages", value)
        self._world.webhooks.send("whatsapp", kind, url, body, lane=person.id, answered=answered)

    def _number(self, person: Person, body: Json) -> WhatsAppNumber:
        return self._state.number(body["to"]) if "to" in body else self._state.home_number(person)

    def _message(self, body: Json) -> Message:
        message = self._state.messages.get(need(body, "message_id"))
        if message is None:
            raise ControlError("no such message", status=404)
        return message


def _text(body: Json) -> tuple[Json, str]:
    return {"type": "text", "text": {"body": need(body, "text")}}, body["text"]


def _location(body: Json) -> tuple[Json, str]:
    place = {"latitude": need(body, "latitude"), "longitude": need(body, "longitude")}
    place |= {k: body[k] for k in ("name", "address", "url") if k in body}
    return {"type": "location", "location": place}, body.get("name", "")


def _order(body: Json) -> tuple[Json, str]:
    order = {"catalog_id": body.get("catalog_id", "cat_1"), "product_items": need(body, "items")}
    order |= {"text": body["text"]} if "text" in body else {}
    return {"type": "order", "order": order}, body.get("text", "")


def _unsupported(body: Json) -> tuple[Json, str]:
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    return {"type": "unsupported", "unsupported": {"type": body.get("what", "poll")}, "errors": [error]}, ""


def _system(body: Json) -> tuple[Json, str]:
    return {"type": "system", "system": need(body, "system")}, ""


_CONTENTS: Final[dict[str, Callable[[Json], tuple[Json, str]]]] = {
    "text": _text,
    "location": _location,
    "order": _order,
    "unsupported": _unsupported,
    "system": _system,
}


def _chosen(buttons: list[Json], wanted: Any) -> Json:
    for number, button in enumerate(buttons, start=1):
        if wanted in {button["id"], button["title"], number}:
            return button
    raise ControlError(f"the message has no button {wanted!r}", status=404)


def _tapped(button: Json) -> tuple[Json, str]:
    """Return the inbound content of a tap, by the kind of button."""
    title = button["title"]
    if button["tap"] == "quick_reply":
        return {"type": "button", "button": {"payload": button["id"], "text": title}}, title
    if button["tap"] == "button":
        reply = {"type": "button_reply", "button_reply": {"id": button["id"], "title": title}}
    elif button["tap"] == "list":
        row = {k: button[k] for k in ("id", "title", "description") if k in button}
        reply = {"type": "list_reply", "list_reply": row}
    else:
        raise ControlError("this button opens an address and tells the business nothing", status=409)
    return {"type": "interactive", "interactive": reply}, title


def _unread(message: Message) -> bool:
    return not message.from_person and message.status in {"sent", "delivered"}
