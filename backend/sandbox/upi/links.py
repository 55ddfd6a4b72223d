"""Payment links: made, fetched, cancelled, expired."""

from collections.abc import Callable
from typing import Any

from backend.sandbox.base import Json
from backend.sandbox.people import Person
from backend.sandbox.upi import rules
from backend.sandbox.upi.rules import UpiError
from backend.sandbox.upi.state import Link, UpiState
from backend.sandbox.world import MANUAL


class Links:
    """The payment links of the account."""

    def __init__(self, state: UpiState, pay: Callable[[str, str], Any]) -> None:
        self._state = state
        self._pay = pay

    def create(self, payload: Json) -> Json:
        """Make a link.

        Raises:
            UpiError: A field, or a reference that exists already.
        """
        now = self._state.world.clock.unix()
        rules.demand(payload, rules.LINK)
        rules.demand_amount("amount", payload["amount"])
        rules.demand_expiry("expire_by", payload.get("expire_by"), now)
        if payload.get("upi_link") and payload.get("accept_partial"):
            raise UpiError(400, "UPI payment links do not take part payments.", "accept_partial")
        self._demand_new(payload.get("reference_id"))
        link = self._build(payload, int(now))
        self._state.links[link.entity["id"]] = link
        self._schedule(link)
        self._state.world.changed(link.person)
        return link.entity

    def fetch(self, link_id: str) -> Json:
        """Return a link."""
        return self.get(link_id).entity

    def find(self, reference: str | None) -> Json:
        """Return the links with a reference, or all."""
        rows = [k.entity for k in self._state.links.values() if reference in {None, k.entity["reference_id"]}]
        return {"payment_links": rows}

    def cancel(self, link_id: str) -> Json:
        """Cancel an unpaid link."""
        link = self.get(link_id)
        if link.entity["status"] != "created":
            raise UpiError(400, f"Payment link cannot be cancelled: it is {link.entity['status']}.", "id")
        self._end(link, "cancelled")
        return link.entity

    def get(self, link_id: str) -> Link:
        """Return the stored link, or refuse."""
        link = self._state.links.get(link_id)
        if link is None:
            raise UpiError(400, "The id provided does not exist", "id")
        return link

    def _demand_new(self, reference: str | None) -> None:
        if reference and any(k.entity["reference_id"] == reference for k in self._state.links.values()):
            words = f"Payment link with given reference_id ({reference}) already exists. Please use a different one."
            raise UpiError(400, words, "reference_id")

    def _build(self, payload: Json, now: int) -> Link:
        link_id = self._state.new_id("plink")
        customer = payload.get("customer", {})
        entity: Json = {
            "id": link_id,
            "entity": "payment_link",
            "accept_partial": False,
            "amount": payload["amount"],
            "amount_paid": 0,
            "currency": payload.get("currency", "INR"),
            "reference_id": payload.get("reference_id", ""),
            "description": payload.get("description", ""),
            "customer": customer,
            "expire_by": payload.get("expire_by", 0),
            "expired_at": 0,
            "cancelled_at": 0,
            "created_at": now,
            "updated_at": now,
            "notes": payload.get("notes", {}),
            "callback_url": payload.get("callback_url", ""),
            "callback_method": payload.get("callback_method", ""),
            "payments": [],
            "status": "created",
            "short_url": f"{self._state.world.settings.public_url.rstrip('/')}/upi/l/{link_id}",
            "upi_link": bool(payload.get("upi_link")),
        }
        return Link(entity, self._state.new_id("order"), self._payer(customer))

    def _payer(self, customer: Json) -> Person | None:
        return self._state.world.people.find(str(customer.get("contact", "")))

    def _schedule(self, link: Link) -> None:
        timers, link_id = self._state.world.timers, link.entity["id"]
        if link.entity["expire_by"]:
            gap = link.entity["expire_by"] - self._state.world.clock.unix()
            link.expiry = timers.after(gap, self._expire(link))
        policy = self._state.world.policy("upi", link.person)
        if link.person and policy["outcome"] != MANUAL:

            async def act() -> None:
                if link.entity["status"] == "created":
                    self._pay(link_id, policy["outcome"])

            timers.after(float(policy.get("after_s", 1.0)), act)

    def _expire(self, link: Link) -> Callable[[], Any]:
        async def go() -> None:
            if link.entity["status"] == "created":
                self._end(link, "expired")

        return go

    def _end(self, link: Link, status: str) -> None:
        link.entity |= {"status": status, f"{status}_at": self._state.world.clock.seconds()}
        if link.expiry:
            link.expiry.cancel()
        self._state.notify(f"payment_link.{status}", {"payment_link": link.entity}, link.entity["id"])
        self._state.world.changed(link.person)

    def expire(self, link_id: str) -> None:
        """Expire a link now, at the wish of a test."""
        self._end(self.get(link_id), "expired")
