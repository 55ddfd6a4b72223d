"""What a payer does on the phone: answers the prompt, pays by hand, sends money to the wrong place."""

from collections.abc import Mapping

from backend.sandbox.base import Act, ControlError, Json, need
from backend.sandbox.daraja.c2b import C2b
from backend.sandbox.daraja.state import DarajaState, Prompt, Timeouts
from backend.sandbox.daraja.stk import Stk
from backend.sandbox.daraja.texts import sent_text


class PersonSide:
    """The verbs of `/__sim/actor/daraja/…`."""

    def __init__(self, state: DarajaState, stk: Stk, c2b: C2b) -> None:
        self._state = state
        self._stk = stk
        self._c2b = c2b

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        return {"answer": self.answer, "pay_by_hand": self.pay_by_hand, "pay_person": self.pay_person}

    async def answer(self, body: Json) -> Json:
        """Answer the open prompt: pay, wrong_pin, cancel, ignore, insufficient, expire, busy, not_sent."""
        return self._stk.resolve(self._prompt(body), need(body, "outcome"))

    async def pay_by_hand(self, body: Json) -> Json:
        """Pay a paybill (`to`, with the reference as typed) or a till from the menu."""
        person = self._state.world.people.get(need(body, "from"))
        codes = self._state.world.settings.daraja_shortcodes
        to = str(body.get("to") or codes[0].shortcode)
        return await self._c2b.pay(person, to, int(need(body, "amount")), body.get("reference", ""))

    async def pay_person(self, body: Json) -> Json:
        """Send money to a person by mistake: the SMS looks like a payment, but none reached the business."""
        world = self._state.world
        person, other = world.people.get(need(body, "from")), world.people.meet(need(body, "to"))
        amount = int(need(body, "amount"))
        person.wallet, other.wallet = person.wallet - amount, other.wallet + amount
        moved = self._state.ledger.move(
            amount=amount, shortcode=other.phone, person=person, reference="", kind="Person"
        )
        self._state.text_message(person, sent_text(world, moved, f"{other.name.upper()} 0{other.phone[3:]}"))
        return {"receipt": moved.receipt}

    def _prompt(self, body: Json) -> Prompt:
        if "checkout_id" in body:
            found = self._state.prompts.get(body["checkout_id"])
        else:
            person = self._state.world.people.get(need(body, "from"))
            found = next((p for p in self._state.prompts.values() if p.person is person and p.code is None), None)
        if found is None:
            raise ControlError("there is no such prompt on the phone", status=404)
        return found


class AccountSide:
    """The verbs of `/__sim/accounts/daraja/…`."""

    def __init__(self, state: DarajaState) -> None:
        self._state = state

    def verbs(self) -> Mapping[str, Act]:
        """Return the verbs by name."""
        return {
            "revoke_token": self.revoke_token,
            "forget_urls": self.forget_urls,
            "validation": self.validation,
            "time_out": self.time_out,
            "float": self.set_float,
        }

    async def time_out(self, body: Json) -> Json:
        """Let the next `times` asynchronous requests time out in the queue, carried out all the same if `applied`."""
        self._state.timeouts = Timeouts(int(need(body, "times")), bool(body.get("applied")))
        return {"times": self._state.timeouts.times}

    async def set_float(self, body: Json) -> Json:
        """Set what the business may still pay out, in shillings."""
        self._state.float_left = int(need(body, "amount"))
        return {"float": self._state.float_left}

    async def revoke_token(self, _: Json) -> Json:
        """Make the token in use invalid."""
        self._state.token = None
        return {"revoked": True}

    async def forget_urls(self, body: Json) -> Json:
        """Forget registered addresses, as support does on a ticket."""
        self._state.urls.pop(str(need(body, "shortcode")), None)
        return {"forgotten": True}

    async def validation(self, body: Json) -> Json:
        """Turn validation of payments by hand on or off for a shortcode."""
        shortcode = self._state.shortcode(str(need(body, "shortcode")))
        if shortcode is None:
            raise ControlError("no such shortcode", status=404)
        shortcode.validates_c2b = bool(need(body, "on"))
        return {"on": shortcode.validates_c2b}
