"""India: a Hinglish order on Instagram, cash agreed, the vendor reached by voice menu, UPI at the door."""

from typing import Final

from backend.runtime.demo.expect import Expected
from backend.runtime.demo.hands import Hands
from backend.runtime.demo.talk import Customer, code_in, first_to_get

CUSTOMER, VENDOR, RIDERS = "asha", "suresh", ("ravi", "meena")
EXPECTED: Final = Expected(
    title="India: Instagram, cash then UPI at the door, vendor by voice menu",
    merchant_id="M-NASHIK",
    states=("pending", "confirmed", "processing", "handover", "out_for_delivery", "delivered"),
    rails=("upi",),
    templates=("Vendor_New_Order", "Rider_Assignment"),
    calls=(("vendor_accept", "exotel_ring"), ("vendor_accept", "exotel_ivr")),
    accepted_by="ivr",
)
_ANSWERS: Final = {
    "number": "9900000011",
    "kahan": "College Road, Thatte Nagar, flat 4",
    "address": "College Road, Thatte Nagar, flat 4",
    "payment": "cash on delivery",
}

# The moments after which the worker may be killed; each sets something going.
MOMENTS: Final = (
    "written",
    "booked",
    "ring ignored",
    "digit pressed",
    "ready",
    "rider accepted",
    "picked up",
    "code asked for",
    "paid at the door",
    "delivered",
)


async def drive(hands: Hands) -> None:
    """Let everybody do their part."""
    await hands.policy("upi", "manual")
    await hands.policy("exotel", "manual")
    customer = Customer(hands, CUSTOMER, "instagram", _ANSWERS)
    await customer.says(
        "Bhaiya do vada pav aur ek cutting chai bhej do. College Road, Thatte Nagar, flat 4 pe dena. "
        "Cash on delivery kar lo. Mera number 9900000011"
    )
    await hands.passed("written")

    async def booked() -> bool:
        rows = await hands.bubbles(CUSTOMER, "instagram")
        return any("taiyar rakh" in row.text.casefold() for row in rows)

    await customer.until(booked, "the booking")
    await hands.passed("booked")
    await hands.has_button(VENDOR, "whatsapp", "vendor_accept:")
    await _ignore_the_ring(hands)
    await hands.passed("ring ignored")
    await _accept_by_menu(hands)
    await hands.passed("digit pressed")
    await hands.reads(CUSTOMER, "instagram", "le liya hai")
    await hands.advance(17 * 60 + 5)
    await hands.tap(VENDOR, "vendor_ready:")
    await hands.passed("ready")
    rider = await first_to_get(hands, RIDERS, "rider_accept:")
    await hands.tap(rider, "rider_accept:")
    await hands.passed("rider accepted")
    await hands.has_button(rider, "whatsapp", "rider_picked:")
    await hands.advance(4 * 60)
    await hands.tap(rider, "rider_picked:")
    await hands.passed("picked up")
    code = code_in(await hands.reads(CUSTOMER, "instagram", "raaste mein hai"))
    await hands.advance(11 * 60)
    await hands.tap(rider, "rider_upi:")
    await hands.passed("code asked for")
    await _pay_at_the_door(hands, rider)
    await hands.passed("paid at the door")
    await hands.act("whatsapp", "text", **{"from": rider, "text": code})
    await hands.passed("delivered")
    await hands.reads(CUSTOMER, "instagram", "pahunch gaya")


async def _rings(hands: Hands) -> str:
    """Wait for the vendor's phone to ring; return the call."""

    async def look() -> str | None:
        calls = (await hands.phone(VENDOR))["exotel"]["calls"]
        return next((str(call["sid"]) for call in calls if call["phase"] == "ringing"), None)

    return await hands.until(f"{VENDOR}'s phone to ring", look)


async def _ignore_the_ring(hands: Hands) -> None:
    await hands.advance(121)
    await hands.act("exotel", "ignore", sid=await _rings(hands))


async def _accept_by_menu(hands: Hands) -> None:
    await hands.advance(61)
    call = await _rings(hands)
    await hands.act("exotel", "answer", sid=call)
    await hands.act("exotel", "digits", sid=call, digits="1")


async def _pay_at_the_door(hands: Hands, rider: str) -> None:
    """Let the customer scan the code on the rider's phone and pay."""
    shown = await hands.reads(rider, "whatsapp", "/q/qr_")
    code = next(word for word in shown.text.split() if "/q/qr_" in word).rpartition("/")[2].strip(".,")
    await hands.act("upi", "scan", **{"from": CUSTOMER, "id": code})
    await hands.act("upi", "pay", id=code)
