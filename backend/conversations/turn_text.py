"""What a turn tells the dialogue: the customer's messages as one text, the rest as metadata; pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.channels.ports import CartLine, InboundKind, InboundMessage, Place, SharedContact
from backend.conversations.policies import neutral_text

# What stands for a place or a cart that nobody wrote anything about; its facts go beside the text.
_PIN: Final = "📍"
_CART: Final = "🛒"
_FORM_TOKEN: Final = "flow_token"  # noqa: S105 - the name of a field
_TAPS = frozenset({InboundKind.BUTTON, InboundKind.LIST, InboundKind.POSTBACK})


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a customer, as it is stored."""

    kind: str
    text: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TurnText:
    """What goes to the dialogue: `payload` is the id of a tapped button that is surely ours."""

    text: str
    payload: str | None
    attachments: tuple[Mapping[str, Any], ...]


def words_of(message: InboundMessage) -> str:
    """Return a message as a person would read it in the thread."""
    parts: Iterable[str] = (message.text,)
    if message.place is not None:
        parts = (_place(message.place),)
    elif message.contacts:
        parts = (_contact(contact) for contact in message.contacts)
    elif message.cart:
        parts = (*(_cart_line(line) for line in message.cart), message.text)
    elif message.kind is InboundKind.FORM:
        parts = (message.text, *_answers(message.detail.get("form", {})))
    return "\n".join(part for part in parts if part)


def _place(place: Place) -> str:
    named = ", ".join(part for part in (place.name, place.address) if part)
    return named or f"{place.lat:.6f}, {place.lng:.6f}"


def _contact(contact: SharedContact) -> str:
    return ", ".join(contact.phones) or contact.name


def _answers(form: Mapping[str, Any]) -> Iterable[str]:
    """Yield what was filled in, a line a field; the token only says which form it was."""
    for name, value in form.items():
        if name != _FORM_TOKEN:
            many = value if isinstance(value, list) else [value]
            yield f"{name}: {', '.join(str(one) for one in many)}"


def _cart_line(line: CartLine) -> str:
    return f"{line.quantity:g} x {line.sku}"


def turn_text(said: Sequence[Said], known_payloads: Collection[str]) -> TurnText:
    """Join the messages of one turn.

    Args:
        said: In order of arrival; a text repeated at once counts a single time.
        known_payloads: Ids of the buttons that we sent in this session; others are taken for their titles.
    """
    lines: list[str] = []
    payload: str | None = None
    for message in said:
        line, tapped = _line(message, known_payloads)
        payload = tapped or payload
        if not lines or lines[-1] != line:
            lines.append(line)
    attachments = tuple(part for message in said for part in _attachments(message.content))
    return TurnText("\n".join(lines), payload, attachments)


def _line(message: Said, known: Collection[str]) -> tuple[str, str | None]:
    payload = str(message.content.get("payload") or "")
    if message.kind not in _TAPS or payload not in known:
        return neutral_text(_written(message)), None
    return payload if payload.startswith("/") else neutral_text(message.text or payload), payload


def _written(message: Said) -> str:
    """Return what the customer wrote; coordinates and SKUs would be read as numbers and goods."""
    content = message.content
    if content.get("cart"):
        return str(content.get("note") or _CART)
    place = content.get("place")
    return message.text if not place or place["name"] or place["address"] else _PIN


def _attachments(content: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    if place := content.get("place"):
        yield {"kind": "location", **place}
    for contact in content.get("contacts", ()):
        phone = next(iter(contact["phones"]), None)
        yield {"kind": "contact", "name": contact["name"], "phone": phone, "requested": contact["requested"]}
    if cart := content.get("cart"):
        yield {"kind": "cart", "lines": cart, "note": content.get("note", "")}
    detail = content.get("detail", {})
    if "story" in detail:
        yield {"kind": "story", "url": detail["story"].get("url", "")}
