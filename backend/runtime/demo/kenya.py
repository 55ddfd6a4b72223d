"""Kenya: a Swahili order on WhatsApp, paid by M-Pesa, accepted by button, delivered with the customer's code."""

from typing import Final

from backend.runtime.demo.expect import Expected
from backend.runtime.demo.hands import Hands
from backend.runtime.demo.talk import Customer, code_in, first_to_get

CUSTOMER, VENDOR, RIDERS = "wanjiru", "njeri", ("kamau", "akinyi")
EXPECTED: Final = Expected(
    title="Kenya: WhatsApp, M-Pesa, vendor by button",
    merchant_id="M-NAIROBI",
    states=("pending", "confirmed", "processing", "handover", "out_for_delivery", "delivered"),
    rails=("mpesa",),
    templates=("Vendor_New_Order", "Rider_Assignment"),
    calls=(),
    accepted_by="whatsapp",
)
_ANSWERS: Final = {
    "nambari": "0711000221",
    "wapi": "Ngara, Kipande House, floor 2",
    "utalipa vipi": "mpesa",
}

# The moments after which the worker may be killed; each sets something going.
MOMENTS: Final = ("written", "prompted", "paid", "accepted", "ready", "rider accepted", "picked up", "delivered")


async def drive(hands: Hands) -> None:
    """Let everybody do their part."""
    await hands.policy("daraja", "manual")
    customer = Customer(hands, CUSTOMER, "whatsapp", _ANSWERS)
    await customer.says(
        "Habari, nataka unga wa jogoo 2kg mbili na sukari kilo moja. Niletee Ngara, Kipande House, floor 2. "
        "Nitalipa na mpesa."
    )
    await hands.passed("written")

    async def prompted() -> bool:
        return bool((await hands.phone(CUSTOMER))["daraja"]["prompts"])

    await customer.until(prompted, "the M-Pesa prompt")
    await hands.passed("prompted")
    await hands.act("daraja", "answer", **{"from": CUSTOMER, "outcome": "pay"})
    await hands.passed("paid")
    await hands.reads(CUSTOMER, "whatsapp", "tumepokea")
    await hands.tap(VENDOR, "vendor_accept:")
    await hands.passed("accepted")
    await hands.reads(CUSTOMER, "whatsapp", "limekubali")
    await hands.advance(10 * 60)
    await hands.tap(VENDOR, "vendor_ready:")
    await hands.passed("ready")
    rider = await first_to_get(hands, RIDERS, "rider_accept:")
    await hands.tap(rider, "rider_accept:")
    await hands.passed("rider accepted")
    await hands.has_button(rider, "whatsapp", "rider_picked:")
    await hands.advance(5 * 60)
    await hands.tap(rider, "rider_picked:")
    await hands.passed("picked up")
    code = code_in(await hands.reads(CUSTOMER, "whatsapp", "iko njiani"))
    await hands.advance(12 * 60)
    await hands.act("whatsapp", "text", **{"from": rider, "text": code})
    await hands.passed("delivered")
    await hands.reads(CUSTOMER, "whatsapp", "imefika")
