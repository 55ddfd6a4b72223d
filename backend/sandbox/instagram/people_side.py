"""What a person, or somebody of the shop, does in Instagram's own app, and the webhooks that follow."""

from collections.abc import Mapping
from typing import Any, Final

from backend.sandbox.base import Act, ControlError, Json, need
from backend.sandbox.instagram.state import InstagramState, Message
from backend.sandbox.people import Person
from backend.sandbox.settings import InstagramAccount

_CDN: Final = "/instagram/cdn/"
_ATTACHMENTS: Final = ("image", "video", "audio", "file", "share", "story_mention", "ig_reel", "reel", "ig_post")


class PersonSide:
    """The verbs of `/__sim/actor/instagram/…`."""

    def __init__(self, state: InstagramState) -> None:
        self._state = state

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        attached = {kind: self._attachment(kind) for kind in _ATTACHMENTS}
        return {
            **attached,
            "text": self.text,
            "tap": self.tap,
            "story_reply": self.story_reply,
            "reaction": self.reaction,
            "read": self.read,
            "revoke": self.unsend,
            "unsend": self.unsend,
            "edit": self.edit,
            "referral": self.referral,
            "unsupported": self.unsupported,
            "comment": self.comment,
            "human_echo": self.human_echo,
        }

    async def text(self, body: Json) -> Json:
        """Write a text, perhaps in reply to a message."""
        content: Json = {"text": need(body, "text")}
        if "reply_to" in body:
            content["reply_to"] = {"mid": body["reply_to"]}
        if "referral" in body:
            content["referral"] = body["referral"]
        return self._arrive(body, "text", content, body["text"])

    async def story_reply(self, body: Json) -> Json:
        """Answer a story."""
        story = {"id": body.get("story_id", "17900000000000001"), "url": self._cdn("story.jpg")}
        content = {"text": need(body, "text"), "reply_to": {"story": story}}
        return self._arrive(body, "story_reply", content, body["text"], note="replied to your story")

    async def unsupported(self, body: Json) -> Json:
        """Send something that the platform does not pass on."""
        return self._arrive(body, "unsupported", {"is_unsupported": True}, "", note="not supported")

    async def tap(self, body: Json) -> Json:
        """Tap a quick reply or a postback button; `button` is its id, its title or its number."""
        message = self._message(body)
        button = _chosen(message.buttons, need(body, "button"))
        if button["tap"] == "quick_reply":
            content = {"text": button["title"], "quick_reply": {"payload": button["id"]}}
            return self._put(message.person, message.account, "quick_reply", content, button["title"])
        if button["tap"] != "postback":
            raise ControlError("this button opens an address and tells the business nothing", status=409)
        return self._postback(message, button)

    async def reaction(self, body: Json) -> Json:
        """React to a message, or take the reaction back with an empty emoji."""
        message, emoji = self._message(body), need(body, "emoji")
        message.reactions["person"] = emoji
        reaction = {"mid": message.mid, "action": "react" if emoji else "unreact"}
        reaction |= {"reaction": body.get("reaction", "other"), "emoji": emoji} if emoji else {}
        return self._event(message, "reaction", {"reaction": reaction})

    async def read(self, body: Json) -> Json:
        """Open the thread; the account hears of the newest message seen."""
        person = self._state.world.people.get(need(body, "from"))
        account = self._account(person, body)
        fresh = [m for m in self._state.thread(account, person).messages if not m.from_person and m.status == "sent"]
        for message in fresh:
            message.status = "read"
        if fresh and person.sends_receipts:
            self._event(fresh[-1], "read", {"read": {"mid": fresh[-1].mid}})
        return {"read": [m.mid for m in fresh]}

    async def unsend(self, body: Json) -> Json:
        """Take back a message of one's own."""
        message = self._message(body)
        message.text, message.note = "", "unsent"
        return self._event(message, "unsend", {"message": {"mid": message.mid, "is_deleted": True}})

    async def edit(self, body: Json) -> Json:
        """Change a message of one's own."""
        message = self._message(body)
        message.text, message.note = need(body, "text"), "edited"
        changed = {"mid": message.mid, "text": message.text, "num_edit": body.get("num_edit", 1)}
        return self._event(message, "edit", {"message_edit": changed})

    async def referral(self, body: Json) -> Json:
        """Come from an advertisement or a link."""
        person = self._state.world.people.meet(need(body, "from"))
        account = self._account(person, body)
        referral = {"source": "ADS", "type": "OPEN_THREAD"} | need(body, "referral")
        self._state.notify(account, person, "referral", _parties(person, account) | {"referral": referral})
        return {"referral": referral}

    async def comment(self, body: Json) -> Json:
        """Comment on a post; the business may answer once in private."""
        world = self._state.world
        person = world.people.meet(need(body, "from"))
        account = self._account(person, body)
        comment_id = f"178{world.ids.letters(14, '0123456789')}"
        self._state.comments[comment_id] = (person.id, world.clock.unix())
        value = {
            "id": comment_id,
            "from": {"id": person.igsid, "username": person.username},
            "text": need(body, "text"),
            "media": {"id": "17900000000000009", "media_product_type": "FEED"},
        }
        entry = {"id": account.ig_id, "time": world.clock.seconds(), "changes": [{"field": "comments", "value": value}]}
        payload = {"object": "instagram", "entry": [entry]}
        world.webhooks.send("instagram", "comment", world.settings.hook("instagram"), payload, lane=person.id)
        return {"id": comment_id}

    async def human_echo(self, body: Json) -> Json:
        """Let somebody of the shop answer in Instagram's app: an echo whose id no send of ours returned."""
        person = self._state.world.people.get(need(body, "to_person"))
        account = self._account(person, body)
        text = need(body, "text")
        message = Message(
            self._state.new_mid(), account, person, False, {"text": text}, text, self._state.world.clock.unix()
        )
        self._state.keep(message)
        item: Json = {"sender": {"id": account.ig_id}, "recipient": {"id": person.igsid}}
        item["message"] = {"mid": message.mid, "is_echo": True, "text": text}
        self._state.notify(account, person, "echo", item)
        return {"id": message.mid}

    def _attachment(self, kind: str) -> Act:
        async def act(body: Json) -> Json:
            url = body.get("url", self._cdn(f"{kind}.jpg"))
            content = {"attachments": [{"type": kind, "payload": {"url": url}}]}
            return self._arrive(body, kind, content, body.get("text", ""))

        return act

    def _arrive(self, body: Json, kind: str, content: Json, text: str, note: str = "") -> Json:
        person = self._state.world.people.meet(need(body, "from"))
        return self._put(person, self._account(person, body), kind, content, text, note)

    def _put(
        self, person: Person, account: InstagramAccount, kind: str, content: Json, text: str, note: str = ""
    ) -> Json:
        state, now = self._state, self._state.world.clock.unix()
        state.thread(account, person).last_inbound_at = now
        message = Message(state.new_mid(), account, person, True, content, text, now, note=note)
        state.keep(message)
        item = _parties(person, account) | {"message": {"mid": message.mid} | content}
        state.notify(account, person, kind, item)
        return {"id": message.mid}

    def _postback(self, message: Message, button: Json) -> Json:
        state = self._state
        thread = state.thread(message.account, message.person)
        thread.last_inbound_at = state.world.clock.unix()
        postback = {"mid": state.new_mid(), "title": button["title"], "payload": button["id"]}
        state.keep(
            Message(postback["mid"], message.account, message.person, True, {}, button["title"], thread.last_inbound_at)
        )
        return self._event(message, "postback", {"postback": postback})

    def _event(self, message: Message, kind: str, item: Json) -> Json:
        parties = _parties(message.person, message.account)
        self._state.notify(message.account, message.person, kind, parties | item)
        return {"id": message.mid}

    def _account(self, person: Person, body: Json) -> InstagramAccount:
        return self._state.account(body["to"]) if "to" in body else self._state.home_account(person)

    def _message(self, body: Json) -> Message:
        message = self._state.messages.get(need(body, "message_id"))
        if message is None:
            raise ControlError("no such message", status=404)
        return message

    def _cdn(self, name: str) -> str:
        return self._state.world.settings.public_url.rstrip("/") + _CDN + name


class AccountSide:
    """The verbs of `/__sim/accounts/instagram/…`."""

    def __init__(self, state: InstagramState) -> None:
        self._state = state

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        return {"token": self.token, "human_agent": self.human_agent, "owner": self.owner}

    async def token(self, body: Json) -> Json:
        """Replace an account's token, which revokes the one in use."""
        account = self._state.account(need(body, "account"))
        self._state.tokens = {t: a for t, a in self._state.tokens.items() if a is not account}
        self._state.tokens[need(body, "token")] = account
        return {"revoked": True}

    async def human_agent(self, body: Json) -> Json:
        """Grant or withdraw Meta's approval of the human agent tag."""
        self._state.human_agent = bool(need(body, "approved"))
        return {"approved": self._state.human_agent}

    async def owner(self, body: Json) -> Json:
        """Let an app take or give back a thread; others see it in standby."""
        person = self._state.world.people.get(need(body, "person"))
        account = self._state.account(body["account"]) if "account" in body else self._state.home_account(person)
        thread = self._state.thread(account, person)
        before, thread.owner = thread.owner, "app"
        kind = "pass_thread_control" if need(body, "owner") == "app" else "take_thread_control"
        item = {kind: {"previous_owner_app_id": before, "new_owner_app_id": body["owner"], "metadata": ""}}
        self._state.notify(account, person, kind, _parties(person, account) | item)
        thread.owner = body["owner"]
        return {"owner": thread.owner}


def _parties(person: Person, account: InstagramAccount) -> Json:
    return {"sender": {"id": person.igsid}, "recipient": {"id": account.ig_id}}


def _chosen(buttons: list[Json], wanted: Any) -> Json:
    for number, button in enumerate(buttons, start=1):
        if wanted in {button["id"], button["title"], number}:
            return button
    raise ControlError(f"the message has no button {wanted!r}", status=404)
