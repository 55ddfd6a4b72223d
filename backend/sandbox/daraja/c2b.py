"""Customer to business: people who pay by hand, the validation before and the confirmation after."""

import json
from typing import Final

import httpx

from backend.sandbox.base import ControlError, Json
from backend.sandbox.daraja import rules
from backend.sandbox.daraja.rules import DarajaError
from backend.sandbox.daraja.state import DarajaState, Movement, Urls
from backend.sandbox.daraja.texts import paid_text
from backend.sandbox.people import Person
from backend.sandbox.settings import Shortcode

_VALIDATION_S: Final = 8.0


class C2b:
    """Payments by hand."""

    def __init__(self, state: DarajaState) -> None:
        self._state = state
        self._world = state.world

    def register(self, payload: Json) -> Json:
        """Register a shortcode's addresses, once.

        Raises:
            DarajaError: A field, a forbidden word in an address, or addresses that are registered already.
        """
        rules.demand(payload, rules.C2B_REGISTER)
        for field in ("ConfirmationURL", "ValidationURL"):
            https_only = self._world.settings.daraja_https_only
            rules.demand_url(field, payload[field], https_only=https_only, guarded=True)
        number = str(payload["ShortCode"])
        self._state.known_shortcode(number)
        if number in self._state.urls:
            raise DarajaError(500, "500.003.1001", "Urls are already registered")
        self._state.urls[number] = Urls(payload["ConfirmationURL"], payload["ValidationURL"], payload["ResponseType"])
        return {
            "OriginatorCoversationID": f"{self._world.ids.hex(4)}-{self._world.ids.number('c2b')}",
            "ResponseCode": "0",
            "ResponseDescription": "Success",
        }

    async def simulate(self, payload: Json) -> Json:
        """Simulate a payment, as the provider's own sandbox offers."""
        rules.demand(payload, rules.C2B_SIMULATE)
        number = str(payload["ShortCode"])
        self._state.known_shortcode(number)
        person = self._world.people.meet(str(payload["Msisdn"]))
        await self.pay(person, number, int(payload["Amount"]), payload.get("BillRefNumber", ""))
        return {
            "OriginatorCoversationID": f"{self._world.ids.hex(4)}-{self._world.ids.number('c2b')}",
            "ResponseCode": "0",
            "ResponseDescription": "Accept the service request successfully.",
        }

    async def pay(self, person: Person, number: str, amount: int, reference: str) -> Json:
        """Let a person pay a paybill or till from the M-Pesa menu."""
        shortcode = self._state.shortcode(number)
        if shortcode is None:
            raise ControlError(f"no paybill or till {number}", status=404)
        if person.wallet < amount:
            raise ControlError("the person has too little money", status=409)
        goods = number == shortcode.till
        urls = self._state.urls.get(number)
        draft = self._draft(person, shortcode, number, amount, "" if goods else reference)
        refusal = await self._validate(draft, shortcode, urls)
        if refusal:
            return {"refused": refusal}
        return self._complete(person, shortcode, draft, urls)

    def _draft(self, person: Person, shortcode: Shortcode, number: str, amount: int, reference: str) -> Movement:
        kind = "Buy Goods" if number == shortcode.till else "Pay Bill"
        receipt, now = self._state.ledger.receipt(), self._world.clock.unix()
        return Movement(receipt, now, amount, number, person.phone, person.name, reference, kind)

    def _complete(self, person: Person, shortcode: Shortcode, moved: Movement, urls: Urls | None) -> Json:
        person.wallet -= moved.amount
        self._state.ledger.movements[moved.receipt] = moved
        self._state.text_message(person, paid_text(self._world, moved, shortcode.name))
        if urls:
            self._state.post("c2b.confirmation", urls.confirmation, confirmation(self._state, moved), person.id)
        return {"receipt": moved.receipt}

    async def _validate(self, draft: Movement, shortcode: Shortcode, urls: Urls | None) -> str | None:
        """Ask the business whether it wants the payment; return the refusing code, or None."""
        if urls is None or not shortcode.validates_c2b:
            return None
        body = confirmation(self._state, draft) | {"OrgAccountBalance": ""}
        try:
            answer = await self._world.http.post(urls.validation, json=body, timeout=_VALIDATION_S)
            code = str(json.loads(answer.content)["ResultCode"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None if urls.response_type == "Completed" else "C2B00016"
        return None if code == "0" else code


def confirmation(state: DarajaState, moved: Movement) -> Json:
    """Return the body of a C2B confirmation, the payer's number masked."""
    balance = sum(m.amount for m in state.ledger.movements.values() if m.shortcode == moved.shortcode)
    return {
        "TransactionType": moved.kind,
        "TransID": moved.receipt,
        "TransTime": state.stamp(moved.at),
        "TransAmount": f"{moved.amount}.00",
        "BusinessShortCode": moved.shortcode,
        "BillRefNumber": moved.reference,
        "InvoiceNumber": "",
        "OrgAccountBalance": f"{balance}.00",
        "ThirdPartyTransID": "",
        "MSISDN": f"{moved.phone[:4]} ***** {moved.phone[-3:]}",
        "FirstName": moved.name.split()[0].upper(),
        "MiddleName": "",
        "LastName": "",
    }
