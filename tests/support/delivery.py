"""Brings a confirmed order of the house to the door, by the phones of those who carry it."""

import re

from tests.support.house import CUSTOMER, VENDOR, House


async def deliver(house: House, order: str) -> None:
    """Ring the vendor, accept by button, and carry it to the door, where the customer's code proves it."""
    await house.wait(125)
    await house.hands.tap(VENDOR, "vendor_accept:")
    await house.at_rest()
    await house.hands.tap(VENDOR, "vendor_ready:")
    await house.at_rest()
    rider = await asked_rider(house)
    await house.hands.tap(rider, "rider_accept:")
    await house.at_rest()
    await house.hands.tap(rider, "rider_picked:")
    await house.at_rest()
    told = (await house.hands.bubbles(CUSTOMER, "whatsapp"))[-1].text
    [code] = re.findall(r"\b\d{4,6}\b", told)
    await house.hands.act("whatsapp", "text", **{"from": rider, "text": code})
    await house.at_rest()
    assert (await house.steps(order))[-1][0] == "delivered"


async def asked_rider(house: House) -> str:
    """The rider who has something to answer."""

    async def look() -> str | None:
        for rider in ("ravi", "meena"):
            if any(row.buttons for row in await house.hands.bubbles(rider, "whatsapp")):
                return rider
        return None

    return await house.hands.until("a rider to be asked", look)
