"""M-Pesa Express: the prompt on the payer's phone, its outcome, its callback and its query."""

from collections.abc import Callable
from typing import Any

from backend.sandbox.base import ControlError, Json
from backend.sandbox.daraja import rules
from backend.sandbox.daraja.c2b import confirmation
from backend.sandbox.daraja.rules import DarajaError
from backend.sandbox.daraja.state import DarajaState, Movement, Prompt
from backend.sandbox.daraja.texts import paid_text
from backend.sandbox.settings import Shortcode
from backend.sandbox.world import MANUAL

_UNREACHABLE = 1037


class Stk:
    """The prompts."""

    def __init__(self, state: DarajaState) -> None:
        self._state = state
        self._world = state.world

    def push(self, payload: Json) -> Json:
        """Accept a prompt for sending.

        Raises:
            DarajaError: A field, the credentials, or another prompt on the same phone.
        """
        rules.demand(payload, rules.STK_PUSH)
        rules.demand_url("CallBackURL", payload["CallBackURL"], https_only=self._world.settings.daraja_https_only)
        shortcode = self._credentials(payload)
        self._check_payee(payload, shortcode)
        phone = str(payload["PhoneNumber"])
        if any(p.phone == phone and p.code is None for p in self._state.prompts.values()):
            words = "Unable to lock subscriber, a transaction is already in process for the current subscriber"
            raise DarajaError(500, "500.001.1001", words)
        prompt = self._open(payload, shortcode, phone)
        return {
            "MerchantRequestID": prompt.merchant_request_id,
            "CheckoutRequestID": prompt.checkout_id,
            "ResponseCode": "0",
            "ResponseDescription": "Success. Request accepted for processing",
            "CustomerMessage": "Success. Request accepted for processing",
        }

    def query(self, payload: Json) -> Json:
        """Tell what became of a prompt.

        Raises:
            DarajaError: Still being processed, or unknown.
        """
        rules.demand(payload, rules.STK_QUERY)
        self._credentials(payload)
        prompt = self._state.prompts.get(payload["CheckoutRequestID"])
        if prompt is None:
            raise rules.invalid("CheckoutRequestID")
        if prompt.code is None:
            raise DarajaError(500, "500.001.1001", "The transaction is being processed")
        return {
            "ResponseCode": "0",
            "ResponseDescription": "The service request has been accepted successfully",
            "MerchantRequestID": prompt.merchant_request_id,
            "CheckoutRequestID": prompt.checkout_id,
            "ResultCode": str(prompt.code),
            "ResultDesc": rules.RESULTS[prompt.code],
        }

    def resolve(self, prompt: Prompt, outcome: str) -> Json:
        """Let the person answer the prompt: `pay`, or one of the ways it fails."""
        if prompt.code is not None:
            raise ControlError("the prompt is no longer on the phone", status=409)
        if outcome == "pay":
            prompt.code = self._payment_code(prompt)
        elif outcome in rules.OUTCOMES:
            prompt.code = rules.OUTCOMES[outcome]
        else:
            raise ControlError(f"outcome must be pay, {', '.join(rules.OUTCOMES)}")
        if prompt.expiry:
            prompt.expiry.cancel()
        moved = self._collect(prompt) if prompt.code == 0 else None
        self._world.timers.after(self._world.settings.daraja_callback_s, self._callback(prompt, moved))
        self._world.changed(prompt.person)
        return {"checkout_id": prompt.checkout_id, "code": prompt.code, "receipt": moved.receipt if moved else None}

    def _credentials(self, payload: Json) -> Shortcode:
        shortcode = self._state.store(str(payload["BusinessShortCode"]))
        wanted = rules.password(
            str(payload["BusinessShortCode"]), shortcode.passkey.get_secret_value(), str(payload["Timestamp"])
        )
        if payload["Password"] != wanted:
            raise DarajaError(500, "500.001.1001", "Wrong credentials")
        return shortcode

    def _check_payee(self, payload: Json, shortcode: Shortcode) -> None:
        goods = payload["TransactionType"] == "CustomerBuyGoodsOnline"
        if str(payload["PartyB"]) != (shortcode.till if goods else shortcode.shortcode):
            raise rules.invalid("PartyB")

    def _open(self, payload: Json, shortcode: Shortcode, phone: str) -> Prompt:
        world = self._world
        number = world.ids.number("stk")
        stamp = world.clock.in_zone(3).strftime("%d%m%Y%H%M%S")
        prompt = Prompt(
            checkout_id=f"ws_CO_{stamp}_{number}",
            merchant_request_id=f"29115-{number}",
            shortcode=shortcode,
            amount=int(payload["Amount"]),
            phone=phone,
            person=world.people.find(phone),
            reference=payload["AccountReference"],
            description=payload["TransactionDesc"],
            callback_url=payload["CallBackURL"],
            buy_goods=payload["TransactionType"] == "CustomerBuyGoodsOnline",
            opened_at=world.clock.unix(),
        )
        self._state.prompts[prompt.checkout_id] = prompt
        self._schedule(prompt)
        world.changed(prompt.person)
        return prompt

    def _schedule(self, prompt: Prompt) -> None:
        policy = self._world.policy("daraja", prompt.person)
        reached = prompt.person is not None and prompt.person.reachable
        prompt.expiry = self._world.timers.after(self._world.settings.daraja_prompt_s, self._answer(prompt, "ignore"))
        if reached and policy["outcome"] != MANUAL:
            self._world.timers.after(float(policy.get("after_s", 1.0)), self._answer(prompt, policy["outcome"]))

    def _answer(self, prompt: Prompt, outcome: str) -> Callable[[], Any]:
        async def go() -> None:
            if prompt.code is None:
                self.resolve(prompt, outcome)

        return go

    def _payment_code(self, prompt: Prompt) -> int:
        if prompt.person is None or not prompt.person.reachable:
            return _UNREACHABLE
        if prompt.amount > rules.MOST_AMOUNT:
            return 3
        payee = self._payee(prompt)
        if self._state.ledger.repeated(prompt.phone, payee, prompt.amount, rules.SAME_PAYMENT_S):
            return 17
        return 0 if prompt.person.wallet >= prompt.amount else 1

    def _payee(self, prompt: Prompt) -> str:
        return (prompt.shortcode.till or "") if prompt.buy_goods else prompt.shortcode.shortcode

    def _collect(self, prompt: Prompt) -> Movement | None:
        if prompt.person is None:
            return None
        prompt.person.wallet -= prompt.amount
        kind = "Buy Goods" if prompt.buy_goods else "Pay Bill"
        moved = self._state.ledger.move(
            amount=prompt.amount,
            shortcode=self._payee(prompt),
            person=prompt.person,
            reference="" if prompt.buy_goods else prompt.reference,
            kind=kind,
        )
        self._state.text_message(prompt.person, paid_text(self._world, moved, prompt.shortcode.name))
        urls = self._state.urls.get(self._payee(prompt))
        if self._world.settings.daraja_stk_echoes_c2b and urls:
            self._state.post("c2b.confirmation", urls.confirmation, confirmation(self._state, moved), prompt.phone)
        return moved

    def _callback(self, prompt: Prompt, moved: Movement | None) -> Callable[[], Any]:
        result: Json = {
            "MerchantRequestID": prompt.merchant_request_id,
            "CheckoutRequestID": prompt.checkout_id,
            "ResultCode": prompt.code,
            "ResultDesc": rules.RESULTS[prompt.code or 0],
        }
        if moved:
            result["CallbackMetadata"] = {"Item": _items(self._state, moved)}

        async def go() -> None:
            self._state.post("stk.callback", prompt.callback_url, {"Body": {"stkCallback": result}}, prompt.phone)

        return go


def _items(state: DarajaState, moved: Movement) -> list[Json]:
    return [
        {"Name": "Amount", "Value": float(moved.amount)},
        {"Name": "MpesaReceiptNumber", "Value": moved.receipt},
        {"Name": "Balance"},
        {"Name": "TransactionDate", "Value": int(state.stamp(moved.at))},
        {"Name": "PhoneNumber", "Value": int(moved.phone)},
    ]
