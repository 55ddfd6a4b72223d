"""From what the dialogue answers to what is sent: one message where possible; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.channels.ports import Choice, MediaRef, OutboundKind
from backend.conversations.ports import DialogueReply

_MAX_BUTTONS: Final = 3
# What the channel can ask for by a button of its own, by the slot that the question is about.
_REQUESTS: Final = {"address": OutboundKind.LOCATION_REQUEST, "phone": OutboundKind.CONTACT_REQUEST}


@dataclass(frozen=True, slots=True)
class Words:
    """One message to a customer, before it is addressed."""

    text: str
    kind: OutboundKind = OutboundKind.TEXT
    choices: tuple[Choice, ...] = ()
    label: str = ""
    footer: str = ""
    media: MediaRef | None = None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """What a turn says, and the slot that its question is about; `asks` is False where the dialogue named none."""

    words: tuple[Words, ...]
    asked: str | None
    asks: bool


def compose(replies: Sequence[DialogueReply], asked: str | None = None) -> TurnResult:
    """Merge the replies of a turn: texts to one, with the last buttons; pictures stand before it.

    Args:
        replies: What the dialogue says.
        asked: The slot that the conversation's open question is about, where the replies name none.
    """
    pictures = tuple(
        Words("", OutboundKind.MEDIA, media=MediaRef(type="image", url=r.image)) for r in replies if r.image
    )
    custom: dict[str, Any] = {}
    for reply in replies:
        custom |= dict(reply.custom)
    text = "\n\n".join(reply.text.strip() for reply in replies if reply.text.strip())
    buttons = next((reply.buttons for reply in reversed(replies) if reply.buttons), ())
    choices = tuple(Choice(button.payload, button.title) for button in buttons)
    about = custom.get("asked", asked)
    said = (_message(text, choices, custom, str(about)),) if text else ()
    return TurnResult((*pictures, *said), str(about) if about else None, "asked" in custom)


def _message(text: str, choices: tuple[Choice, ...], custom: Mapping[str, Any], asked: str) -> Words:
    kind = _REQUESTS.get(asked, OutboundKind.TEXT)
    if choices:
        kind = OutboundKind.BUTTONS if len(choices) <= _MAX_BUTTONS else OutboundKind.LIST
    label, footer = str(custom.get("list_label") or ""), str(custom.get("footer") or "")
    return Words(text, kind, choices, label, footer)
