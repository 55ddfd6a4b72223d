"""Pure decisions about messages: what each kind asks for, when the bot answers, which words stop us."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from backend.channels.ports import InboundKind


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind of message asks for while the bot owns the conversation.

    Attributes:
        to_bot: The bot answers it.
        at_once: It is a choice, so no further message is waited for.
        hand_over: A person takes the thread, for this reason.
        say: Key of the sentence that the customer gets.
    """

    to_bot: bool = False
    at_once: bool = False
    hand_over: str = ""
    say: str = ""

    @property
    def is_heard(self) -> bool:
        """True where somebody does something about it."""
        return self.to_bot or bool(self.hand_over or self.say)


RULES: Final = {
    InboundKind.TEXT: KindRule(to_bot=True),
    InboundKind.STORY_REPLY: KindRule(to_bot=True),
    InboundKind.LOCATION: KindRule(to_bot=True),
    InboundKind.CONTACTS: KindRule(to_bot=True),
    InboundKind.BUTTON: KindRule(to_bot=True, at_once=True),
    InboundKind.LIST: KindRule(to_bot=True, at_once=True),
    InboundKind.POSTBACK: KindRule(to_bot=True, at_once=True),
    InboundKind.ORDER_CART: KindRule(to_bot=True, at_once=True),
    InboundKind.VOICE: KindRule(hand_over="voice_note", say="voice_note"),
    InboundKind.MEDIA: KindRule(hand_over="media", say="image"),
    InboundKind.FORM: KindRule(hand_over="form", say="form"),
    InboundKind.UNSUPPORTED: KindRule(hand_over="unsupported", say="unsupported"),
    InboundKind.COMMENT: KindRule(hand_over="comment"),
    InboundKind.STICKER: KindRule(say="sticker"),
    InboundKind.STORY_MENTION: KindRule(),
    InboundKind.REFERRAL: KindRule(),
    InboundKind.SYSTEM: KindRule(),
}

# What the channels tell of a person who has not written to us opens no window for free texts.
_NO_MESSAGES: Final = frozenset({InboundKind.COMMENT, InboundKind.REFERRAL, InboundKind.SYSTEM})

# Only whole messages that can mean nothing else; "acha" alone is "leave it" in Swahili but "fine" in Hindi, so the
# dialogue, which reads the language, decides about such words.
_STOP_WORDS: Final = frozenset(
    (
        *("stop", "unsubscribe", "opt out", "stop messages", "stop messaging me"),
        *("komesha", "acha kutuma", "acha kutuma ujumbe", "simamisha ujumbe", "wacha kunitext"),
        *("message band karo", "msg band karo", "messages band karo", "संदेश बंद करो", "मैसेज बंद करो"),
        *("मेसेज बंद करा", "संदेश बंद करा", "message band kara"),
    )
)
_START_WORDS: Final = frozenset(("start", "unstop", "anza", "anza tena", "shuru karo", "शुरू करो", "सुरू करा", "suru kara"))
_YES_EMOJI: Final = frozenset("👍👌✅💯❤🙏🆗😀😊🔥💪🤝")
_NO_EMOJI: Final = frozenset("👎❌🚫🙅🛑")
_RANK: Final = {"queued": 0, "unknown": 1, "sent": 2, "failed": 3, "delivered": 4, "read": 5}


def bare_words(text: str) -> str:
    """Return the words of a short message without punctuation, emoji and case."""
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in unicodedata.normalize("NFC", text).casefold())
    return " ".join("".join(kept).split())


def is_stop(text: str) -> bool:
    """True where the whole message asks us to write no more."""
    return bare_words(text) in _STOP_WORDS


def is_start(text: str) -> bool:
    """True where the whole message asks us to write again."""
    return bare_words(text) in _START_WORDS


def meaning_of(emoji: str) -> bool | None:
    """Return what a reaction says to a question: yes, no, or neither."""
    first = emoji[:1]
    return True if first in _YES_EMOJI else False if first in _NO_EMOJI else None


def opens_window(kind: InboundKind) -> bool:
    """True where the customer has written to us, so that the channel lets us write freely for a while."""
    return kind not in _NO_MESSAGES


def neutral_text(text: str) -> str:
    """Return a customer's text in which a leading slash can't be taken for a command to the dialogue."""
    return text.strip().lstrip("/ \t\n\u200b\ufeff") or "?"


def moves_on(current: str, new: str) -> bool:
    """True where a status is further than the one known; a failure counts until the message has arrived."""
    return _RANK.get(new, 0) > _RANK.get(current, 0)


def turn_due(
    came_at: datetime, burst_started_at: datetime | None, *, silence_s: float, cap_s: float, at_once: bool
) -> datetime:
    """Return when the bot shall answer a message: after a silence, but not long after the burst's first one."""
    if at_once:
        return came_at
    due = came_at + timedelta(seconds=silence_s)
    return due if burst_started_at is None else max(came_at, min(due, burst_started_at + timedelta(seconds=cap_s)))
