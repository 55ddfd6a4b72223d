"""What happens to the business's account at Meta: tokens, templates, blocks, opt-outs, staff answering by hand."""

from collections.abc import Mapping

from backend.sandbox.base import Act, Json, need
from backend.sandbox.settings import WhatsAppNumber
from backend.sandbox.whatsapp.envelope import account_event, envelope
from backend.sandbox.whatsapp.state import WhatsAppState


class AccountSide:
    """The verbs of `/__sim/accounts/whatsapp/…`."""

    def __init__(self, state: WhatsAppState) -> None:
        self._state = state

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        return {
            "token": self.token,
            "templates": self.template,
            "template_status": self.template_status,
            "number": self.number,
            "failures": self.failures,
            "preference": self.preference,
            "staff_echo": self.staff_echo,
        }

    async def token(self, body: Json) -> Json:
        """Replace the valid token, which revokes the one in use."""
        self._state.token = need(body, "token")
        return {"revoked": True}

    async def template(self, body: Json) -> Json:
        """Register a template."""
        return self._state.templates.register(body)

    async def template_status(self, body: Json) -> Json:
        """Pause, disable or approve a template, and tell the business."""
        template = self._state.templates.find(need(body, "name"), need(body, "language"))
        template.status = need(body, "status")
        value = {
            "event": template.status,
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "reason": body.get("reason", "NONE"),
        }
        self._tell(self._number(body), "message_template_status_update", value)
        return {"status": template.status}

    async def number(self, body: Json) -> Json:
        """Let every send from a number fail with a code (locked, unpaid, rate limited), or end that with null."""
        number = self._number(body)
        code = need(body, "code")
        if code is None:
            self._state.account_errors.pop(number.phone_number_id, None)
        else:
            self._state.account_errors[number.phone_number_id] = int(code)
        return {"code": code}

    async def failures(self, body: Json) -> Json:
        """Choose whether refusals by window or account come at once or later, as a failed status."""
        self._state.async_failures = bool(need(body, "asynchronous"))
        return {"asynchronous": self._state.async_failures}

    async def preference(self, body: Json) -> Json:
        """Let a person stop or resume marketing messages in WhatsApp's own settings."""
        person = self._state.world.people.get(need(body, "from"))
        now = self._state.world.clock.seconds()
        row = {"wa_id": person.phone, "category": "marketing_messages", "value": need(body, "value"), "timestamp": now}
        value = {"user_preferences": [row | {"detail": "User requested to change marketing messages"}]}
        self._send(envelope(self._number(body), "user_preferences", value), "user_preferences")
        return row

    async def staff_echo(self, body: Json) -> Json:
        """Let somebody of the shop answer from the WhatsApp Business app on the same number."""
        number, world = self._number(body), self._state.world
        person = world.people.get(need(body, "to_person"))
        echo = {
            "from": number.display_phone_number,
            "to": person.phone,
            "id": f"wamid.{world.ids.letters(24)}{world.ids.number('wamid')}",
            "timestamp": str(world.clock.seconds()),
            "type": "text",
            "text": {"body": need(body, "text")},
        }
        self._send(envelope(number, "smb_message_echoes", {"message_echoes": [echo]}), "smb_message_echoes")
        return {"id": echo["id"]}

    def _number(self, body: Json) -> WhatsAppNumber:
        numbers = self._state.world.settings.whatsapp_numbers
        return self._state.number(body["number"]) if "number" in body else numbers[0]

    def _tell(self, number: WhatsAppNumber, name: str, value: Json) -> None:
        self._send(account_event(number, name, value, self._state.world.clock.seconds()), name)

    def _send(self, payload: Json, kind: str) -> None:
        world = self._state.world
        world.webhooks.send("whatsapp", kind, world.settings.hook("whatsapp"), payload)
