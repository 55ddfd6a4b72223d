"""QR codes at the door: made, shown, credited, closed."""

import io
from collections.abc import Callable
from typing import Any

import segno

from backend.sandbox.base import Json
from backend.sandbox.upi import rules
from backend.sandbox.upi.rules import UpiError
from backend.sandbox.upi.state import Qr, UpiState


class Codes:
    """The QR codes of the account."""

    def __init__(self, state: UpiState) -> None:
        self._state = state

    def create(self, payload: Json) -> Json:
        """Make a QR code."""
        now = self._state.world.clock.unix()
        rules.demand(payload, rules.QR)
        rules.demand_expiry("close_by", payload.get("close_by"), now)
        if payload.get("fixed_amount"):
            if "payment_amount" not in payload:
                raise UpiError(400, "The payment amount field is required when fixed amount is true.", "payment_amount")
            rules.demand_amount("payment_amount", payload["payment_amount"])
        code = Qr(self._entity(payload, int(now)))
        self._state.codes[code.entity["id"]] = code
        self._schedule(code)
        self._state.notify("qr_code.created", {"qr_code": code.entity}, code.entity["id"])
        return code.entity

    def fetch(self, code_id: str) -> Json:
        """Return a QR code."""
        return self.get(code_id).entity

    def close(self, code_id: str, reason: str = "on_demand") -> Json:
        """Close an active QR code."""
        code = self.get(code_id)
        if code.entity["status"] != "active":
            raise UpiError(400, "The qr code is already closed.", "id")
        code.entity |= {
            "status": "closed",
            "close_reason": reason,
            "closed_at": self._state.world.clock.seconds(),
        }
        if code.expiry:
            code.expiry.cancel()
        self._state.notify("qr_code.closed", {"qr_code": code.entity}, code_id)
        self._state.world.changed(code.person)
        return code.entity

    def get(self, code_id: str) -> Qr:
        """Return the stored code, or refuse."""
        code = self._state.codes.get(code_id)
        if code is None:
            raise UpiError(400, "The id provided does not exist", "id")
        return code

    def picture(self, code_id: str) -> bytes:
        """Return the code as an SVG picture of its `upi://` text."""
        entity = self.get(code_id).entity
        text = self._state.deep_link(entity["payment_amount"] or 0, code_id, entity["description"])
        out = io.BytesIO()
        segno.make(text, error="m").save(out, kind="svg", scale=6, border=3, light="#fff")
        return out.getvalue()

    def _entity(self, payload: Json, now: int) -> Json:
        code_id = self._state.new_id("qr")
        return {
            "id": code_id,
            "entity": "qr_code",
            "created_at": now,
            "name": payload.get("name", ""),
            "usage": payload["usage"],
            "type": "upi_qr",
            "image_url": f"{self._state.world.settings.public_url.rstrip('/')}/upi/q/{code_id}",
            "payment_amount": payload.get("payment_amount"),
            "status": "active",
            "description": payload.get("description", ""),
            "fixed_amount": bool(payload.get("fixed_amount")),
            "payments_amount_received": 0,
            "payments_count_received": 0,
            "notes": payload.get("notes", {}),
            "close_by": payload.get("close_by"),
            "closed_at": None,
            "close_reason": None,
        }

    def _schedule(self, code: Qr) -> None:
        if code.entity["close_by"]:
            gap = code.entity["close_by"] - self._state.world.clock.unix()
            code.expiry = self._state.world.timers.after(gap, self._lapse(code))

    def _lapse(self, code: Qr) -> Callable[[], Any]:
        async def go() -> None:
            if code.entity["status"] == "active":
                self.close(code.entity["id"], "close_by")

        return go
