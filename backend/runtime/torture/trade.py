"""The load: as many orders at once as are wanted, each driven by its people until it is over or left to a person."""

import asyncio
from collections.abc import Iterator
from time import monotonic
from typing import Any, Final

from sqlalchemy import text

from backend.platform.auth.principal import Role
from backend.platform.db.session import Database
from backend.platform.http import HttpResponse
from backend.runtime.torture.clock import Pace
from backend.runtime.torture.dice import Answer, Wish
from backend.runtime.torture.hands import Api, Sandbox
from backend.runtime.torture.town import KENYA, SKU, Quarter, Someone, Town, quarter_of

_LOOK_EVERY_S: Final = 0.4
_CLOSED: Final = frozenset({"delivered", "cancelled", "returned"})
_CREATED: Final = 201
_STANDING: Final = text("SELECT id, state, rider_id FROM orders WHERE id = ANY(:orders)")
_AT_LEAST_S: Final = 30.0  # However fast the moved clock: what was killed comes back in real time.
_UNANSWERED_S: Final = 420.0
_PATIENCE_S: Final = 2_400.0  # Of the moved clock; longer than a reservation and than each ladder.


class Standing:
    """How the orders under way stand, read for all of them at once."""

    def __init__(self, database: Database, pace: Pace) -> None:
        self._database = database
        self._pace = pace
        self._watched: set[str] = set()
        self._rows: dict[str, tuple[str, str | None]] = {}

    async def follow(self) -> None:
        """Keep reading; while the database is away, what was last read stands."""
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            if self._watched:
                await self._read()

    async def _read(self) -> None:
        try:
            async with self._database.transaction() as session:
                rows = (await session.execute(_STANDING, {"orders": list(self._watched)})).all()
        except Exception:  # noqa: BLE001 - the database is being killed
            return
        self._rows |= {row.id: (row.state, row.rider_id) for row in rows}

    async def reaches(
        self, order_id: str, *states: str, rider: bool = False, within_s: float = _PATIENCE_S
    ) -> tuple[str, str | None]:
        """Return state and rider once the order is in one of these states or closed; after long patience, as it is."""
        self._watched.add(order_id)
        ends, soonest = self._pace.now_s() + within_s, monotonic() + _AT_LEAST_S
        try:
            while True:
                state, rider_id = self._rows.get(order_id, ("", None))
                there = state in states and (not rider or rider_id is not None)
                late = self._pace.now_s() > ends and monotonic() > soonest
                if there or late or state in _CLOSED:
                    return state, rider_id
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            self._watched.discard(order_id)


class Trade:
    """Places orders and lets everybody do their part.

    Attributes:
        acknowledged: The ids that the API has answered with.
        turned_away: Orders that were refused, since the outlet had been taken off.
    """

    def __init__(self, town: Town, sandbox: Sandbox, api: Api, standing: Standing, pace: Pace) -> None:
        self._town = town
        self._sandbox = sandbox
        self._api = api
        self._standing = standing
        self._pace = pace
        self.acknowledged: list[str] = []
        self.turned_away = 0

    async def run(self, wishes: Iterator[Wish], at_once: int, stop: asyncio.Event, most: int | None = None) -> None:
        """Keep this many orders under way until told to stop, or until there were as many as wanted; see them out."""
        places = asyncio.Semaphore(at_once)
        async with asyncio.TaskGroup() as group:
            for count, wish in enumerate(wishes):
                await places.acquire()
                if stop.is_set() or count == most:
                    return
                group.create_task(self._one(wish, places))

    async def _one(self, wish: Wish, places: asyncio.Semaphore) -> None:
        try:
            order_id = await self._place(wish)
            if order_id is not None:
                await self._pay(wish, order_id)
                await self._see_through(wish, order_id)
        finally:
            places.release()

    async def _place(self, wish: Wish) -> str | None:
        quarter = quarter_of(wish)
        payment = {"mode": "prepaid", "method": "mpesa"} if wish.in_kenya else {"mode": "cod", "method": "cod"}
        body = {
            "user_id": self._town.user_ids[quarter][wish.buyer],
            "vendor_id": self._outlet(wish).id,
            "items": [{"sku": SKU, "qty": 1}],
            "delivery": {"address_text": "The long street, at the end", "lat": quarter.lat, "lng": quarter.lng},
            "payment": payment,
        }
        answer = await self._ask("POST", "/orders", body, wish, "place", actor="service:torture", role=Role.SERVICE)
        if answer.status == _CREATED:
            order_id = str(answer.json()["order_id"])
            self.acknowledged.append(order_id)
            return order_id
        self.turned_away += 1
        await self._sandbox.taps(self._outlet(wish).phone, "vendor_return", f"T{wish.number}")
        return None

    async def _pay(self, wish: Wish, order_id: str) -> None:
        if quarter_of(wish) is KENYA:
            phone = f"+{self._town.buyers[KENYA][wish.buyer].phone}"
            body: dict[str, Any] = {"method": "mpesa", "payer_phone": phone}
            await self._desk(wish, "POST", f"/orders/{order_id}/payment", body, "pay")
        else:
            await self._desk(wish, "PATCH", f"/orders/{order_id}/state", {"to": "confirmed"}, "confirm")

    async def _see_through(self, wish: Wish, order_id: str) -> None:
        state, _ = await self._standing.reaches(order_id, "confirmed", "processing")
        if state == "confirmed":
            await self._pace.sleep(wish.answer_s)
            await self._answer(wish, order_id)
            state, _ = await self._standing.reaches(order_id, "processing", within_s=_UNANSWERED_S)
        if state == "confirmed" and wish.number % 2:  # Nobody answers, and the person of the card decides.
            body = {"to": "cancelled", "reason": "vendor_silent"}
            await self._desk(wish, "PATCH", f"/orders/{order_id}/state", body, "cancel")
        if state == "processing":
            await self._pace.sleep(wish.pack_s)
            await self._sandbox.taps(self._outlet(wish).phone, "vendor_ready", order_id)
            await self._carry(wish, order_id)

    async def _answer(self, wish: Wish, order_id: str) -> None:
        outlet = self._outlet(wish)
        if wish.answer in {Answer.BUTTON, Answer.CROSS}:
            await self._sandbox.taps(outlet.phone, "vendor_accept", order_id)
        if wish.answer is Answer.REJECT:
            await self._sandbox.taps(outlet.phone, "vendor_reject", order_id)
        if wish.answer in {Answer.APP, Answer.CROSS}:
            action = "accept" if wish.answer is Answer.APP else "reject"
            body = {"order_id": order_id, "action": action, "reason": "sold out"}
            path, actor = f"/vendors/{outlet.id}/ack", f"vendor:{outlet.id}"
            await self._ask("POST", path, body, wish, action, actor=actor, role=Role.VENDOR)

    async def _carry(self, wish: Wish, order_id: str) -> None:
        state, rider_id = await self._standing.reaches(order_id, "handover", rider=True)
        if state != "handover" or rider_id is None or not wish.rider_accepts:
            return
        rider = next(one for one in self._town.riders[quarter_of(wish)] if one.id == rider_id)
        for action in ("rider_accept", "rider_picked"):
            await self._pace.sleep(10)
            await self._sandbox.taps(rider.phone, action, order_id)
        state, _ = await self._standing.reaches(order_id, "out_for_delivery")
        if state == "out_for_delivery":
            body = {"to": "delivered", "meta": {"proof": {"kind": "photo"}}}
            await self._desk(wish, "PATCH", f"/orders/{order_id}/state", body, "deliver")

    def _outlet(self, wish: Wish) -> Someone:
        return self._town.outlets[quarter_of(wish)][wish.outlet]

    async def _desk(self, wish: Wish, method: str, path: str, body: dict[str, Any], what: str) -> HttpResponse:
        return await self._ask(method, path, body, wish, what, actor="admin:A-TORTURE", role=Role.ADMIN)

    async def _ask(
        self, method: str, path: str, body: dict[str, Any], wish: Wish, what: str, *, actor: str, role: Role
    ) -> HttpResponse:
        quarter: Quarter = quarter_of(wish)
        key = f"torture-{wish.number}-{what}"
        return await self._api.ask(method, path, body, key=key, actor=actor, role=role, merchant_id=quarter.merchant_id)
