"""What the Cloud API demands of a message, as rows."""

from typing import Final

from backend.sandbox.base import Json
from backend.sandbox.checks import Breach, Rule, first_breach
from backend.sandbox.meta import GraphError

TITLES: Final = {
    0: "AuthException",
    3: "API Method",
    10: "Permission Denied",
    100: "Invalid parameter",
    190: "Invalid OAuth access token.",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131031: "Account has been locked",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Message not delivered to maintain healthy ecosystem engagement",
    131050: "User has stopped marketing messages",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131062: "Business-scoped user ids are not supported for this message",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132005: "Template hydrated text too long",
    132012: "Template parameter format mismatch",
    132015: "Template is paused",
    132016: "Template is disabled",
    133016: "Account register deregister rate limit exceeded",
}

TYPES: Final = (
    "text",
    "interactive",
    "template",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
)
USER_ID: Final = r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}"

ENVELOPE: Final = (
    Rule("messaging_product", one_of=("whatsapp",)),
    Rule("recipient_type", required=False, one_of=("individual", "group")),
    Rule("to", required=False, pattern=r"\+?[0-9]{7,15}"),
    Rule("recipient", required=False, pattern=USER_ID),
    Rule("type", required=False, one_of=TYPES),
    Rule("biz_opaque_callback_data", required=False, longest=512),
    Rule("context", dict, required=False),
)
READ: Final = (
    Rule("messaging_product", one_of=("whatsapp",)),
    Rule("status", one_of=("read",)),
    Rule("message_id"),
    Rule("typing_indicator", dict, required=False),
)
TYPING: Final = (Rule("typing_indicator.type", one_of=("text",)),)
_MEDIA: Final = (Rule("id", required=False), Rule("link", required=False, pattern=r"https?://.+"))

CONTENT: Final[dict[str, tuple[Rule, ...]]] = {
    "text": (Rule("text.body", longest=4096), Rule("text.preview_url", bool, required=False)),
    "image": (Rule("image", dict), Rule("image.caption", required=False, longest=1024)),
    "video": (Rule("video", dict), Rule("video.caption", required=False, longest=1024)),
    "document": (Rule("document", dict), Rule("document.caption", required=False, longest=1024)),
    "audio": (Rule("audio", dict),),
    "sticker": (Rule("sticker", dict),),
    "location": (Rule("location.latitude", (int, float, str)), Rule("location.longitude", (int, float, str))),
    "contacts": (Rule("contacts", list), Rule("contacts[].name.formatted_name")),
    "reaction": (Rule("reaction.message_id"), Rule("reaction.emoji", shortest=0)),
    "interactive": (Rule("interactive", dict), Rule("interactive.type")),
    "template": (
        Rule("template.name", longest=512),
        Rule("template.language.code"),
        Rule("template.language.policy", required=False, one_of=("deterministic",)),
        Rule("template.components", list, required=False, shortest=0),
        Rule("template.components[].type", one_of=("header", "body", "button")),
        Rule("template.components[].parameters", list, required=False, shortest=0),
        Rule(
            "template.components[].parameters[].type",
            one_of=("text", "payload", "image", "document", "video", "location", "currency", "date_time"),
        ),
        Rule("template.components[].parameters[].text", required=False, longest=1024),
        Rule("template.components[].parameters[].payload", required=False, longest=256),
    ),
}

_FRAME: Final = (
    Rule("interactive.body.text", longest=1024),
    Rule("interactive.footer.text", required=False, longest=60),
    Rule("interactive.header.text", required=False, longest=60),
)
_NO_HEADER: Final = (Rule("interactive.body.text", longest=1024),)
INTERACTIVE: Final[dict[str, tuple[Rule, ...]]] = {
    "button": (
        *_FRAME,
        Rule("interactive.action.buttons", list, longest=3),
        Rule("interactive.action.buttons[].type", one_of=("reply",)),
        Rule("interactive.action.buttons[].reply.id", longest=256),
        Rule("interactive.action.buttons[].reply.title", longest=20),
    ),
    "list": (
        *_FRAME,
        Rule("interactive.action.button", longest=20),
        Rule("interactive.action.sections", list, longest=10),
        Rule("interactive.action.sections[].title", required=False, longest=24),
        Rule("interactive.action.sections[].rows", list, longest=10),
        Rule("interactive.action.sections[].rows[].id", longest=200),
        Rule("interactive.action.sections[].rows[].title", longest=24),
        Rule("interactive.action.sections[].rows[].description", required=False, longest=72),
    ),
    "location_request_message": (*_NO_HEADER, Rule("interactive.action.name", one_of=("send_location",))),
    "request_contact_info": (*_NO_HEADER, Rule("interactive.action.name", one_of=("request_contact_info",))),
    "cta_url": (
        *_FRAME,
        Rule("interactive.action.name", one_of=("cta_url",)),
        Rule("interactive.action.parameters.display_text", longest=20),
        Rule("interactive.action.parameters.url", pattern=r"https?://.+", longest=2000),
    ),
    "flow": (
        *_FRAME,
        Rule("interactive.action.name", one_of=("flow",)),
        Rule("interactive.action.parameters.flow_message_version", one_of=("3",)),
        Rule("interactive.action.parameters.flow_id"),
        Rule("interactive.action.parameters.flow_token", required=False),
        Rule("interactive.action.parameters.flow_cta", longest=30),
        Rule("interactive.action.parameters.flow_action", required=False, one_of=("navigate", "data_exchange")),
    ),
}
MEDIA_TYPES: Final = ("image", "video", "audio", "document", "sticker")
_MOST_ROWS = 10


def refuse(code: int, details: str = "", status: int = 400) -> GraphError:
    """Return the error for a code, with the provider's title."""
    return GraphError(status, code, TITLES.get(code, "Unknown error"), details)


def check_message(payload: Json) -> None:
    """Refuse a message that the provider would refuse for its shape.

    Raises:
        GraphError: With the code and details of the first fault.
    """
    _demand(first_breach(payload, ENVELOPE), top=True)
    if "to" not in payload and "recipient" not in payload:
        raise GraphError(400, 100, "The parameter to is required.", "The parameter to is required.")
    kind = payload.get("type", "text")
    _demand(first_breach(payload, CONTENT[kind]))
    if kind == "interactive":
        _check_interactive(payload)
    if kind in MEDIA_TYPES:
        _check_media(payload[kind])


def check_read(payload: Json) -> None:
    """Refuse a read mark that the provider would refuse."""
    _demand(first_breach(payload, READ), top=True)
    if "typing_indicator" in payload:
        _demand(first_breach(payload, TYPING))


def _check_interactive(payload: Json) -> None:
    kind = payload["interactive"]["type"]
    if kind not in INTERACTIVE:
        raise refuse(131009, f"interactive.type {kind} is not supported")
    _demand(first_breach(payload, INTERACTIVE[kind]))
    action = payload["interactive"]["action"]
    rows = [row for section in action.get("sections", []) for row in section["rows"]]
    if len(rows) > _MOST_ROWS:
        raise refuse(131009, f"Total row count exceed max allowed count: {_MOST_ROWS}")
    _unique([row["id"] for row in rows], "row id")
    _unique([b["reply"]["id"] for b in action.get("buttons", [])], "button id")
    _unique([b["reply"]["title"] for b in action.get("buttons", [])], "button title")


def _check_media(media: Json) -> None:
    _demand(first_breach(media, _MEDIA))
    if ("id" in media) == ("link" in media):
        raise refuse(131009, "exactly one of id and link must be given")


def _unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise refuse(131009, f"Duplicated {what}")


def _demand(breach: Breach | None, *, top: bool = False) -> None:
    if breach is None:
        return
    words = f"{breach.path} {breach.why}"
    if breach.missing:
        raise GraphError(400, 100, f"The parameter {breach.path} is required.", words) if top else refuse(131008, words)
    raise refuse(131009, words)
