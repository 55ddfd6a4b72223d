"""Pure decisions about messages, as tables of cases."""

from datetime import timedelta

import pytest

from backend.channels.ports import Choice, InboundKind, OutboundKind
from backend.conversations.composing import Words, compose
from backend.conversations.policies import RULES, is_start, is_stop, meaning_of, moves_on, neutral_text, turn_due
from backend.conversations.ports import DialogueReply, ReplyButton
from backend.conversations.turn_text import Said, turn_text
from tests.support.clock import START


@pytest.mark.parametrize("words", ["STOP", "stop!", " Stop. ", "acha kutuma", "Message band karo", "मेसेज बंद करा"])
def test_words_that_stop_us(words: str) -> None:
    """The whole message, in any case and with any punctuation."""
    assert is_stop(words)


@pytest.mark.parametrize("words", ["don't stop", "acha", "stop the second one", "", "👍", "bus stop ke paas"])
def test_words_that_do_not(words: str) -> None:
    """`acha` is "fine" in Hindi; a stop inside a sentence is about something else."""
    assert not is_stop(words)
    assert is_start("START")


@pytest.mark.parametrize(
    ("emoji", "wanted"), [("👍", True), ("👍🏾", True), ("❤️", True), ("❌", False), ("😮", None), ("", None)]
)
def test_reactions(emoji: str, wanted: bool | None) -> None:  # noqa: FBT001 - a table of cases
    """Skin tones and variation selectors change nothing."""
    assert meaning_of(emoji) is wanted


@pytest.mark.parametrize(
    ("now", "new", "moves"),
    [
        ("queued", "sent", True),
        ("unknown", "sent", True),
        ("sent", "failed", True),
        ("failed", "sent", False),
        ("delivered", "failed", False),
        ("failed", "delivered", True),
        ("read", "delivered", False),
        ("sent", "sent", False),
    ],
)
def test_statuses_only_move_forward(now: str, new: str, moves: bool) -> None:  # noqa: FBT001 - a table of cases
    """A failure counts until the message has arrived."""
    assert moves_on(now, new) is moves


@pytest.mark.parametrize(
    ("typed", "wanted"), [("/restart", "restart"), (" // x", "x"), ("/", "?"), ("1/2 kg", "1/2 kg")]
)
def test_slashes(typed: str, wanted: str) -> None:
    """Only leading ones are commands."""
    assert neutral_text(typed) == wanted


@pytest.mark.parametrize(
    ("started_s_ago", "at_once", "wanted_s"),
    [(None, False, 1.2), (0, False, 1.2), (4.5, False, 0.5), (9, False, 0), (0, True, 0)],
)
def test_when_a_burst_ends(started_s_ago: float | None, at_once: bool, wanted_s: float) -> None:  # noqa: FBT001
    """After the silence, but not long after the first; a tap at once."""
    started = START - timedelta(seconds=started_s_ago) if started_s_ago is not None else None
    due = turn_due(START, started, silence_s=1.2, cap_s=5, at_once=at_once)
    assert (due - START).total_seconds() == pytest.approx(wanted_s)


def test_every_kind_that_reaches_a_thread_has_a_rule() -> None:
    """Edits, reads, echoes and their like are dealt with before the rules."""
    special = {"reaction", "edit", "revoke", "echo", "read", "routing"}
    assert {str(kind) for kind in InboundKind} - special == {str(kind) for kind in RULES}


def test_replies_become_one_message() -> None:
    """Texts are joined, pictures stand before, the question's slot is kept."""
    replies = [
        DialogueReply("Moja", image="https://x.test/a.png"),
        DialogueReply("Mbili", (ReplyButton("Ndiyo", "y"),), custom={"asked": "confirm", "footer": "Duka"}),
    ]
    result = compose(replies)
    assert (result.asked, result.asks) == ("confirm", True)
    assert result.words[0].kind is OutboundKind.MEDIA
    assert result.words[1] == Words("Moja\n\nMbili", OutboundKind.BUTTONS, (Choice("y", "Ndiyo"),), "", "Duka")
    assert compose([DialogueReply("x")], "address").words[0].kind is OutboundKind.LOCATION_REQUEST
    assert compose([DialogueReply("x")]).asks is False


def test_only_payloads_of_ours_steer_the_dialogue() -> None:
    """A payload that we never sent counts as its title."""
    tap = Said("button", "Ndiyo", {"payload": "/confirm"})
    assert turn_text([tap], {"/confirm"}).text == "/confirm"
    assert turn_text([tap], set()).text == "Ndiyo"
    assert turn_text([Said("text", "/confirm", {})], {"/confirm"}).text == "confirm"
