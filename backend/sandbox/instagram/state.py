"""What Instagram remembers: accounts, threads, messages, and who owns a thread."""

from dataclasses import dataclass, field
from typing import Final

from backend.sandbox.base import ControlError, Json
from backend.sandbox.people import Person
from backend.sandbox.settings import InstagramAccount
from backend.sandbox.world import World

WINDOW_S: Final = 86_400
HUMAN_WINDOW_S: Final = 7 * 86_400


@dataclass(slots=True)
class Message:
    """One direct message, in either direction."""

    mid: str
    account: InstagramAccount
    person: Person
    from_person: bool
    content: Json
    text: str
    at: float
    status: str = "sent"
    buttons: list[Json] = field(default_factory=list)
    reactions: dict[str, str] = field(default_factory=dict)
    note: str = ""

    def bubble(self) -> Json:
        """Return the message as the phones page shows it."""
        return {
            "id": self.mid,
            "mine": self.from_person,
            "kind": "attachment" if "attachment" in self.content or "attachments" in self.content else "text",
            "content": self.content,
            "text": self.text,
            "at": self.at,
            "status": self.status,
            "buttons": self.buttons,
            "reactions": list(self.reactions.values()),
            "reply_to": self.content.get("reply_to", {}).get("mid"),
            "note": self.note,
        }


@dataclass(slots=True)
class Thread:
    """What passed between an account and a person; `owner` is "app" or another app that took it."""

    messages: list[Message] = field(default_factory=list)
    last_inbound_at: float | None = None
    typing: bool = False
    owner: str = "app"


class InstagramState:
    """Everything the simulated Instagram keeps."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.reset()

    def reset(self) -> None:
        """Forget all threads and restore tokens and permissions."""
        self.threads: dict[tuple[str, str], Thread] = {}
        self.messages: dict[str, Message] = {}
        self.tokens = {a.token.get_secret_value(): a for a in self.world.settings.instagram_accounts}
        self.human_agent = self.world.settings.instagram_human_agent
        self.comments: dict[str, tuple[str, float]] = {}

    def account(self, key: str) -> InstagramAccount:
        """Return an account by id or user name, or refuse the control request."""
        for account in self.world.settings.instagram_accounts:
            if key in {account.ig_id, account.username}:
                return account
        raise ControlError(f"no Instagram account {key!r}", status=404)

    def home_account(self, person: Person) -> InstagramAccount:
        """Return the account that a person most likely writes to: the second for India, else the first."""
        accounts = self.world.settings.instagram_accounts
        return accounts[1] if person.country == "IN" and len(accounts) > 1 else accounts[0]

    def thread(self, account: InstagramAccount, person: Person) -> Thread:
        """Return the thread of a pair, made on first use."""
        return self.threads.setdefault((account.ig_id, person.id), Thread())

    def keep(self, message: Message) -> None:
        """Append a message to its thread."""
        self.messages[message.mid] = message
        self.thread(message.account, message.person).messages.append(message)
        self.world.changed(message.person)

    def new_mid(self) -> str:
        """Return a fresh message id."""
        return f"aWdf{self.world.ids.letters(20)}{self.world.ids.number('mid')}"

    def notify(self, account: InstagramAccount, person: Person, kind: str, item: Json) -> None:
        """Tell the backend of something in a thread; in `standby` while another app owns it."""
        world, now = self.world, self.world.clock.millis()
        box = "messaging" if self.thread(account, person).owner == "app" else "standby"
        entry = {"id": account.ig_id, "time": now, box: [{"timestamp": now} | item]}
        body = {"object": "instagram", "entry": [entry]}
        world.webhooks.send("instagram", kind, world.settings.hook("instagram"), body, lane=person.id)
        world.changed(person)

    def view(self, person: Person) -> Json:
        """Return the person's Instagram as the phones page shows it."""
        return {
            account.ig_id: {
                "name": account.username,
                "typing": thread.typing,
                "window_until": thread.last_inbound_at + WINDOW_S if thread.last_inbound_at else None,
                "messages": [m.bubble() for m in thread.messages[-200:]],
            }
            for account in self.world.settings.instagram_accounts
            for thread in (self.threads.get((account.ig_id, person.id), Thread()),)
        }
