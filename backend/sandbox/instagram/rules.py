"""What Instagram's Send API demands, as rows."""

from typing import Final

from backend.sandbox.base import Json
from backend.sandbox.checks import Rule, first_breach
from backend.sandbox.meta import GraphError

TEXT_BYTES: Final = 1000
QUICK_REPLY_TITLE: Final = 20

ENVELOPE: Final = (
    Rule("recipient", dict),
    Rule("recipient.id", required=False),
    Rule("recipient.comment_id", required=False),
    Rule("messaging_type", required=False, one_of=("RESPONSE", "UPDATE", "MESSAGE_TAG")),
    Rule("tag", required=False, one_of=("HUMAN_AGENT",)),
    Rule("message", dict, required=False),
    Rule("sender_action", required=False, one_of=("typing_on", "typing_off", "mark_seen", "react", "unreact")),
)
MESSAGE: Final = (
    Rule("message.text", required=False, most_bytes=TEXT_BYTES),
    Rule("message.quick_replies", list, required=False, longest=13),
    Rule("message.quick_replies[].content_type", one_of=("text", "user_phone_number", "user_email")),
    Rule("message.attachment", dict, required=False),
)
QUICK_REPLY: Final = (Rule("title"), Rule("payload", longest=1000))
ATTACHMENT: Final = (Rule("type", one_of=("image", "video", "audio", "file", "template", "MEDIA_SHARE", "like_heart")),)
MEDIA: Final = (
    Rule("payload.url", required=False, pattern=r"https?://.+"),
    Rule("payload.attachment_id", required=False),
)
BUTTON_RULES: Final = (
    Rule("type", one_of=("web_url", "postback")),
    Rule("title", longest=20),
    Rule("url", required=False, pattern=r"https?://.+"),
    Rule("payload", required=False, longest=1000),
)
TEMPLATES: Final[dict[str, tuple[Rule, ...]]] = {
    "generic": (
        Rule("payload.elements", list, longest=10),
        Rule("payload.elements[].title", longest=80),
        Rule("payload.elements[].subtitle", required=False, longest=80),
        Rule("payload.elements[].buttons", list, required=False, longest=3),
    ),
    "button": (Rule("payload.text", longest=640), Rule("payload.buttons", list, longest=3)),
}


def check_send(payload: Json) -> None:
    """Refuse a send that the provider would refuse for its shape.

    Raises:
        GraphError: Code 100, with the field that is wrong.
    """
    _demand(payload, ENVELOPE)
    if not set(payload["recipient"]) & {"id", "comment_id"}:
        raise refuse("The parameter recipient is required")
    if ("message" in payload) == ("sender_action" in payload):
        raise refuse("Exactly one of message and sender_action is required")
    if payload.get("messaging_type") == "MESSAGE_TAG" and "tag" not in payload:
        raise refuse("The parameter tag is required with messaging_type MESSAGE_TAG")
    if "message" in payload:
        _check_message(payload)


def refuse(words: str) -> GraphError:
    """Return the error for a parameter that is wrong."""
    return GraphError(400, 100, words)


def _check_message(payload: Json) -> None:
    _demand(payload, MESSAGE)
    message = payload["message"]
    if ("text" in message) == ("attachment" in message):
        raise refuse("Exactly one of message[text] and message[attachment] is required")
    if "quick_replies" in message and "text" not in message:
        raise refuse("Quick replies need a text")
    for reply in message.get("quick_replies", []):
        if reply["content_type"] == "text":
            _demand(reply, QUICK_REPLY)
    if "attachment" in message:
        _check_attachment(message["attachment"])


def _check_attachment(attachment: Json) -> None:
    _demand(attachment, ATTACHMENT)
    if attachment["type"] in {"image", "video", "audio", "file"}:
        _demand(attachment, MEDIA)
        if not set(attachment.get("payload", {})) & {"url", "attachment_id"}:
            raise refuse("message[attachment][payload] needs a url or an attachment_id")
    if attachment["type"] == "template":
        _check_template(attachment)


def _check_template(attachment: Json) -> None:
    kind = attachment.get("payload", {}).get("template_type")
    if kind not in TEMPLATES:
        raise refuse(f"Unknown template type {kind}")
    _demand(attachment, TEMPLATES[kind])
    for button in template_buttons(attachment["payload"]):
        _demand(button, BUTTON_RULES)
        if ("url" if button["type"] == "web_url" else "payload") not in button:
            raise refuse(f"A {button['type']} button lacks its target")


def template_buttons(payload: Json) -> list[Json]:
    """Return all buttons of a generic or button template."""
    nested = [b for element in payload.get("elements", []) for b in element.get("buttons", [])]
    return nested + list(payload.get("buttons", []))


def _demand(payload: Json, rules: tuple[Rule, ...]) -> None:
    breach = first_breach(payload, rules)
    if breach:
        raise refuse(f"Param {breach.path} {breach.why}")
