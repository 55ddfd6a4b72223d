"""What payers do with links and codes, and the payments and refunds that come of it."""

from collections.abc import Mapping

from backend.sandbox.base import Act, ControlError, Json, need
from backend.sandbox.people import Person
from backend.sandbox.upi import rules
from backend.sandbox.upi.codes import Codes
from backend.sandbox.upi.links import Links
from backend.sandbox.upi.rules import UpiError
from backend.sandbox.upi.state import Link, Qr, Sheet, UpiState

_REFUND_S = 2.0
_PAISE = 100


class Payments:
    """Payments of the account, and the verbs of `/__sim/actor/upi/…`."""

    def __init__(self, state: UpiState) -> None:
        self._state = state
        self.links = Links(state, self.settle_link)
        self.codes = Codes(state)

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        return {"pay": self.pay, "scan": self.scan}

    async def pay(self, body: Json) -> Json:
        """Finish a pay sheet: `outcome` pay, fail or expire; `late` credits a QR code that is closed already."""
        target, outcome = need(body, "id"), body.get("outcome", "pay")
        if target.startswith("plink"):
            return self.settle_link(target, outcome)
        return self._settle_code(self.codes.get(target), outcome, body)

    async def scan(self, body: Json) -> Json:
        """Scan a QR code, which opens its sheet on the scanner's phone."""
        person, code = self._state.world.people.get(need(body, "from")), self.codes.get(need(body, "id"))
        code.person = person
        self._state.sheets.append(Sheet(person.id, code.entity["id"]))
        self._state.world.changed(person)
        return {"id": code.entity["id"]}

    def settle_link(self, link_id: str, outcome: str) -> Json:
        """Let the payer of a link pay, fail or let it expire."""
        link = self.links.get(link_id)
        if link.entity["status"] != "created":
            raise ControlError(f"the link is {link.entity['status']}", status=409)
        if outcome == "expire":
            self.links.expire(link_id)
            return {"status": "expired"}
        payment = self._payment(link.entity["amount"], link.person, outcome, order_id=link.order_id)
        if payment["status"] == "failed":
            self._state.notify("payment.failed", {"payment": payment}, link_id)
            return {"status": "failed", "payment_id": payment["id"]}
        self._credit_link(link, payment)
        return {"status": "paid", "payment_id": payment["id"]}

    def fetch(self, payment_id: str) -> Json:
        """Return a payment."""
        payment = self._state.payments.get(payment_id)
        if payment is None:
            raise UpiError(400, "The id provided does not exist", "id")
        return payment

    def refund(self, payment_id: str, payload: Json) -> Json:
        """Refund a payment in whole or part; processed a little later."""
        rules.demand(payload, rules.REFUND)
        payment = self.fetch(payment_id)
        amount = payload.get("amount", payment["amount"] - payment["amount_refunded"])
        rules.demand_amount("amount", amount)
        if payment["status"] not in {"captured", "refunded"} or amount > payment["amount"] - payment["amount_refunded"]:
            raise UpiError(400, "The total refund amount is greater than the refund payment amount", "amount")
        payment["amount_refunded"] += amount
        payment["status"] = "refunded" if payment["amount_refunded"] == payment["amount"] else "captured"
        refund = self._refund(payment_id, amount, payload)
        self._finish_later(refund, payment)
        return refund

    async def refund_by_hand(self, body: Json) -> Json:
        """Refund a payment in the provider's dashboard, whole or in part."""
        part = {"amount": int(body["amount"])} if "amount" in body else {}
        return self.refund(need(body, "payment"), part)

    async def dispute(self, body: Json) -> Json:
        """Let the payer's bank dispute a payment, or go on with that: `phase` is one of the events' last words."""
        payment, phase = self.fetch(need(body, "payment")), body.get("phase", "created")
        if phase not in rules.DISPUTE_PHASES:
            raise ControlError(f"phase must be one of {', '.join(rules.DISPUTE_PHASES)}")
        dispute = self._state.disputes.setdefault(payment["id"], self._dispute(payment))
        dispute["status"] = rules.DISPUTE_PHASES[phase]
        dispute["amount_deducted"] = dispute["amount"] if phase == "lost" else 0
        self._state.notify(f"payment.dispute.{phase}", {"payment": payment, "dispute": dispute}, payment["id"])
        return dispute

    def _dispute(self, payment: Json) -> Json:
        now = self._state.world.clock.seconds()
        return {
            "id": self._state.new_id("disp"),
            "entity": "dispute",
            "payment_id": payment["id"],
            "amount": payment["amount"],
            "currency": payment["currency"],
            "reason_code": "goods_or_services_not_received",
            "respond_by": now + rules.DISPUTE_ANSWER_S,
            "phase": "chargeback",
            "created_at": now,
        }

    def _refund(self, payment_id: str, amount: int, payload: Json) -> Json:
        refund = {
            "id": self._state.new_id("rfnd"),
            "entity": "refund",
            "amount": amount,
            "currency": "INR",
            "payment_id": payment_id,
            "notes": payload.get("notes", {}),
            "receipt": payload.get("receipt"),
            "status": "pending",
            "created_at": self._state.world.clock.seconds(),
        }
        self._state.refunds[refund["id"]] = refund
        return refund

    def _finish_later(self, refund: Json, payment: Json) -> None:
        async def finish() -> None:
            refund["status"] = "processed"
            self._state.notify("refund.processed", {"refund": refund, "payment": payment}, payment["id"])

        self._state.world.timers.after(_REFUND_S, finish)

    def _credit_link(self, link: Link, payment: Json) -> None:
        link.entity |= {
            "status": "paid",
            "amount_paid": link.entity["amount"],
            "order_id": link.order_id,
            "updated_at": self._state.world.clock.seconds(),
            "payments": [{"payment_id": payment["id"], "amount": payment["amount"], "status": "captured"}],
        }
        if link.expiry:
            link.expiry.cancel()
        order = {"id": link.order_id, "status": "paid", "amount_paid": link.entity["amount"]}
        entities = {"payment_link": link.entity, "order": order, "payment": payment}
        self._state.notify("payment_link.paid", entities, link.entity["id"])
        self._state.world.changed(link.person)

    def _settle_code(self, code: Qr, outcome: str, body: Json) -> Json:
        if code.entity["status"] != "active" and not body.get("late"):
            raise ControlError("the code is closed", status=409)
        person = self._state.world.people.get(body["from"]) if "from" in body else code.person
        amount = code.entity["payment_amount"] if code.entity["fixed_amount"] else int(need(body, "amount"))
        payment = self._payment(amount, person, outcome, order_id=None)
        if payment["status"] == "failed":
            self._state.notify("payment.failed", {"payment": payment}, code.entity["id"])
            return {"status": "failed", "payment_id": payment["id"]}
        code.entity["payments_amount_received"] += amount
        code.entity["payments_count_received"] += 1
        entities = {"payment": payment, "qr_code": code.entity}
        self._state.notify("qr_code.credited", entities, code.entity["id"])
        if code.entity["usage"] == "single_use" and code.entity["status"] == "active":
            self.codes.close(code.entity["id"], "paid")
        return {"status": "paid", "payment_id": payment["id"]}

    def _payment(self, amount: int, person: Person | None, outcome: str, order_id: str | None) -> Json:
        if outcome not in {"pay", "fail"}:
            raise ControlError("outcome must be pay, fail or expire")
        short = person is not None and person.wallet * _PAISE < amount
        status = "failed" if outcome == "fail" or short else "captured"
        if person and status == "captured":
            person.wallet -= -(-amount // _PAISE)
        payment = self._payment_entity(amount, person, status, order_id)
        self._state.payments[payment["id"]] = payment
        return payment

    def _payment_entity(self, amount: int, person: Person | None, status: str, order_id: str | None) -> Json:
        failed = status == "failed"
        return {
            "id": self._state.new_id("pay"),
            "entity": "payment",
            "amount": amount,
            "currency": "INR",
            "status": status,
            "order_id": order_id,
            "method": "upi",
            "vpa": f"{person.id if person else 'guest'}@devbank",
            "contact": f"+{person.phone}" if person else "",
            "amount_refunded": 0,
            "acquirer_data": {} if failed else {"rrn": self._state.world.ids.letters(12, "0123456789")},
            "error_code": "BAD_REQUEST_ERROR" if failed else None,
            "error_description": "Payment was unsuccessful." if failed else None,
            "fee": amount * self._state.world.settings.upi_fee_basis_points // 10_000,
            "tax": 0,
            "created_at": self._state.world.clock.seconds(),
        }
