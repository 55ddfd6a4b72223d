"""Reads what a vendor or rider asks for, from a tapped button or typed words; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from backend.comms.partner_words import typed_meaning
from backend.platform.actors import ActorKind

# The states of an order (vendors) or of an assignment (riders) that an action makes sense in.
FITS: Final[Mapping[str, tuple[str, ...]]] = {
    "vendor_accept": ("confirmed",),
    "vendor_reject": ("confirmed",),
    "vendor_prep": ("confirmed", "processing"),
    "vendor_ready": ("processing",),
    "vendor_extend": ("processing",),
    "vendor_return": (),
    "rider_accept": ("offered",),
    "rider_reject": ("offered", "accepted"),
    "rider_picked": ("offered", "accepted"),
    "rider_waits": ("offered", "accepted"),
    "rider_trouble": ("picked_up",),
    "rider_delivered": ("picked_up", "accepted", "offered"),
    "rider_on_way": ("picked_up",),
    "rider_photo": ("picked_up",),
    "rider_proven": ("picked_up",),
    "rider_upi": ("picked_up",),
    "rider_cash": ("picked_up",),
    "address_confirm": ("offered", "accepted", "picked_up"),
    "bridge_admin": ("confirmed", "processing", "offered", "accepted", "picked_up"),
}
_CODE: Final = re.compile(r"\d{4}")
_MINUTES: Final = re.compile(r"(\d{1,3})\s*(?:m|min|mins|minutes?|dakika|मिनट|मिनिटे|मिनिट)?", re.IGNORECASE)
_DAKIKA: Final = re.compile(r"dakika\s+(\d{1,3})", re.IGNORECASE)
_LONGEST_PAYLOAD: Final = 3


@dataclass(frozen=True, slots=True)
class Wish:
    """An action with its argument; without an order, the one open order that it fits is meant."""

    action: str
    argument: str = ""
    order_id: str = ""


def tapped(payload: str) -> Wish | None:
    """Read a button's id, `action:order` or `action:argument:order`; None where it is none of ours."""
    action, *rest = payload.split(":")
    if action not in FITS or not 1 <= len(rest) < _LONGEST_PAYLOAD:
        return None
    return Wish(action, rest[0] if len(rest) > 1 else "", rest[-1])


def typed(text: str, role: ActorKind) -> Wish | None:
    """Read typed words; None where they ask for nothing that we know."""
    plain = text.strip()
    if role is ActorKind.RIDER and _CODE.fullmatch(code := plain.replace(" ", "")):
        return Wish("rider_delivered", code)
    minutes = _MINUTES.fullmatch(plain) or _DAKIKA.fullmatch(plain)
    if role is ActorKind.VENDOR and minutes:
        return Wish("vendor_prep", minutes.group(1))
    meaning = typed_meaning(text)
    action = "bridge_admin" if meaning == "help" else f"{role}_{meaning}"
    return Wish(action) if action in FITS else None
