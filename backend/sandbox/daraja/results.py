"""The requests whose result comes later: transaction status, reversal, payment to a customer; and the pull feed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from backend.sandbox.base import Json
from backend.sandbox.daraja import rules
from backend.sandbox.daraja.rules import DarajaError
from backend.sandbox.daraja.state import NAIROBI_H, DarajaState, Movement
from backend.sandbox.daraja.texts import received_text, reversed_text
from backend.sandbox.settings import Shortcode

_PULL_S: Final = 48 * 3600
_WRONG_INITIATOR = 2001
type Decide = Callable[[Json, Shortcode], tuple[int | str, str, list[Json]]]


class Results:
    """Asynchronous requests."""

    def __init__(self, state: DarajaState) -> None:
        self._state = state
        self._world = state.world

    def status(self, payload: Json) -> Json:
        """Ask what became of one transaction."""
        rules.demand(payload, rules.STATUS)
        if "TransactionID" not in payload and "OriginalConversationID" not in payload:
            raise rules.invalid("TransactionID")
        return self._accept(payload, payload["PartyA"], payload["Initiator"], self._decide_status)

    def reverse(self, payload: Json) -> Json:
        """Give a payment back whole."""
        rules.demand(payload, rules.REVERSAL)
        return self._accept(payload, payload["ReceiverParty"], payload["Initiator"], self._decide_reversal)

    def disburse(self, payload: Json) -> Json:
        """Pay a customer; a repeated `OriginatorConversationID` is refused.

        Raises:
            DarajaError: 500.002.1001 for the repetition.
        """
        rules.demand(payload, rules.B2C)
        key = payload["OriginatorConversationID"]
        if key in self._state.disbursed:
            raise DarajaError(500, "500.002.1001", "Duplicate OriginatorConversationID.")
        answer = self._accept(payload, payload["PartyA"], payload["InitiatorName"], self._decide_b2c)
        self._state.disbursed.add(key)
        return answer

    def pull_register(self, payload: Json) -> Json:
        """Turn on the feed of a shortcode's transactions."""
        rules.demand(payload, rules.PULL_REGISTER)
        number = str(payload["ShortCode"])
        self._state.known_shortcode(number)
        rules.demand_url("CallBackURL", payload["CallBackURL"], https_only=self._world.settings.daraja_https_only)
        known = number in self._state.pull_registered
        self._state.pull_registered.add(number)
        return {
            "ResponseRefID": self._world.ids.hex(12),
            "ResponseStatus": "1001" if known else "1000",
            "ShortCode": number,
            "ResponseDescription": "ShortCode already Registered" if known else "ShortCode registered successfully",
        }

    def pull(self, payload: Json) -> Json:
        """Return a page of the transactions of a span within the last 48 hours.

        Raises:
            DarajaError: A field, a shortcode whose feed is off, a span that ends before it begins or is too long.
        """
        rules.demand(payload, rules.PULL_QUERY)
        number = str(payload["ShortCode"])
        if number not in self._state.pull_registered:
            raise DarajaError(500, "500.003.1001", "ShortCode is not registered for pull transactions")
        start, end = _unix(payload["StartDate"]), _unix(payload["EndDate"])
        if end < start:
            raise rules.invalid("EndDate")
        if end - start > _PULL_S:
            raise rules.invalid("StartDate")
        oldest = max(start, self._world.clock.unix() - _PULL_S)
        rows = [m for m in self._state.ledger.movements.values() if m.shortcode == number and oldest <= m.at <= end]
        first = int(payload["OffSetValue"])
        found = rows[first : first + self._world.settings.daraja_pull_page]
        return {
            "ResponseRefID": self._world.ids.hex(12),
            "ResponseCode": "1000" if found else "1001",
            "ResponseMessage": "Success" if found else "No transactions found",
            "Response": [[_pull_row(m) for m in found]],
        }

    def _accept(self, payload: Json, shortcode: Any, initiator: str, decide: Decide) -> Json:
        for field in ("ResultURL", "QueueTimeOutURL"):
            rules.demand_url(field, payload[field], https_only=self._world.settings.daraja_https_only)
        rules.demand_credential(payload)
        owner = self._state.known_shortcode(str(shortcode))
        number = self._world.ids.number("conversation")
        ids = {
            "OriginatorConversationID": payload.get("OriginatorConversationID") or f"{self._world.ids.hex(4)}-{number}",
            "ConversationID": f"AG_{self._world.clock.in_zone(NAIROBI_H):%Y%m%d}_{self._world.ids.hex(20)}",
        }

        async def finish() -> None:
            if self._state.timeouts.times:
                await self._time_out(payload, owner, ids, decide)
                return
            known = initiator == owner.initiator
            decided = decide(payload, owner) if known else (_WRONG_INITIATOR, self._fresh(), [])
            self._state.post("result", payload["ResultURL"], _result(ids, *decided))

        self._world.timers.after(self._world.settings.daraja_callback_s, finish)
        return ids | {"ResponseCode": "0", "ResponseDescription": "Accept the service request successfully."}

    async def _time_out(self, payload: Json, owner: Shortcode, ids: Json, decide: Decide) -> None:
        """Say that it took too long in the queue; whether it was carried out all the same, nobody says."""
        self._state.timeouts.times -= 1
        if self._state.timeouts.applied:
            decide(payload, owner)
        told = _result(ids, 1, self._fresh(), [])
        told["Result"] |= {"ResultType": 1, "ResultDesc": "The service request timed out in the queue."}
        self._state.post("timeout", payload["QueueTimeOutURL"], told)

    def _decide_status(self, payload: Json, owner: Shortcode) -> tuple[int | str, str, list[Json]]:
        found = self._state.ledger.movements.get(payload.get("TransactionID", "")) or next(
            (
                m
                for m in self._state.ledger.movements.values()
                if m.conversation_id and m.conversation_id == payload.get("OriginalConversationID")
            ),
            None,
        )
        if found is None or found.shortcode not in {owner.shortcode, owner.till, f"{owner.shortcode}-out"}:
            return "R000002", self._fresh(), []
        return 0, self._fresh(), _status_items(self._state, found, owner)

    def _decide_reversal(self, payload: Json, owner: Shortcode) -> tuple[int | str, str, list[Json]]:
        found = self._state.ledger.movements.get(payload["TransactionID"])
        if found is None or found.shortcode not in {owner.shortcode, owner.till}:
            return "R000002", self._fresh(), []
        if found.reversed:
            return "R000001", self._fresh(), []
        if int(payload["Amount"]) != found.amount:
            return 11, self._fresh(), []
        return self._give_back(found)

    def _give_back(self, found: Movement) -> tuple[int | str, str, list[Json]]:
        found.reversed = True
        code, person = self._fresh(), self._world.people.find(found.phone)
        if person:
            person.wallet += found.amount
        self._state.text_message(person, reversed_text(self._world, found, code))
        items: list[Json] = [
            {"Key": "OriginalTransactionID", "Value": found.receipt},
            {"Key": "Amount", "Value": float(found.amount)},
            {"Key": "TransCompletedTime", "Value": int(self._state.stamp())},
            {"Key": "CreditPartyPublicName", "Value": f"{found.phone} - {found.name}"},
        ]
        return 0, code, items

    def _decide_b2c(self, payload: Json, owner: Shortcode) -> tuple[int | str, str, list[Json]]:
        if not owner.may_disburse:
            return 2028, self._fresh(), []
        person, amount = self._world.people.find(str(payload["PartyB"])), int(payload["Amount"])
        if person is None:
            return 2006, self._fresh(), []
        if self._state.float_left is not None:
            if amount > self._state.float_left:
                return 1, self._fresh(), []
            self._state.float_left -= amount
        person.wallet += amount
        moved = self._state.ledger.move(
            amount=amount, shortcode=f"{owner.shortcode}-out", person=person, reference="", kind="B2C"
        )
        moved.conversation_id = payload["OriginatorConversationID"]
        self._state.text_message(person, received_text(self._world, moved, owner.name))
        return 0, moved.receipt, _b2c_items(moved)

    def _fresh(self) -> str:
        return self._state.ledger.receipt()


_REASONS: Final = {
    "R000001": "The transaction has already been reversed.",
    "R000002": "The OriginalTransactionID is invalid.",
}


def _result(ids: Json, code: int | str, transaction: str, items: list[Json]) -> Json:
    result: Json = {
        "ResultType": 0,
        "ResultCode": code,
        "ResultDesc": _REASONS.get(str(code)) or rules.RESULTS.get(code if isinstance(code, int) else -1, "Failed"),
        **ids,
        "TransactionID": transaction,
        "ReferenceData": {"ReferenceItem": {"Key": "Occasion"}},
    }
    if items:
        result["ResultParameters"] = {"ResultParameter": items}
    return {"Result": result}


def _status_items(state: DarajaState, moved: Movement, owner: Shortcode) -> list[Json]:
    return [
        {"Key": "ReceiptNo", "Value": moved.receipt},
        {"Key": "TransactionStatus", "Value": "Reversed" if moved.reversed else "Completed"},
        {"Key": "Amount", "Value": float(moved.amount)},
        {"Key": "InitiatedTime", "Value": int(state.stamp(moved.at))},
        {"Key": "FinalisedTime", "Value": int(state.stamp(moved.at))},
        {"Key": "DebitPartyName", "Value": f"{moved.phone} - {moved.name}"},
        {"Key": "CreditPartyName", "Value": f"{moved.shortcode} - {owner.name}"},
        {"Key": "DebitAccountType"},
    ]


def _b2c_items(moved: Movement) -> list[Json]:
    at = datetime.fromtimestamp(moved.at, UTC) + timedelta(hours=NAIROBI_H)
    return [
        {"Key": "TransactionAmount", "Value": moved.amount},
        {"Key": "TransactionReceipt", "Value": moved.receipt},
        {"Key": "ReceiverPartyPublicName", "Value": f"{moved.phone} - {moved.name}"},
        {"Key": "TransactionCompletedDateTime", "Value": f"{at:%d.%m.%Y %H:%M:%S}"},
        {"Key": "B2CUtilityAccountAvailableFunds", "Value": 100000.00},
        {"Key": "B2CWorkingAccountAvailableFunds", "Value": 100000.00},
        {"Key": "B2CChargesPaidAccountAvailableFunds", "Value": 0.00},
        {"Key": "B2CRecipientIsRegisteredCustomer", "Value": "Y"},
    ]


def _pull_row(moved: Movement) -> Json:
    at = datetime.fromtimestamp(moved.at, UTC) + timedelta(hours=NAIROBI_H)
    return {
        "transactionId": moved.receipt,
        "trxDate": f"{at:%Y-%m-%dT%H:%M:%S}+03:00",
        "msisdn": int(moved.phone),
        "sender": moved.name.upper(),
        "transactiontype": "c2b-pay-bill-debit" if moved.kind == "Pay Bill" else "c2b-buy-goods-debit",
        "billreference": moved.reference,
        "amount": f"{moved.amount}.00",
        "organizationname": "DUKA",
    }


def _unix(day_time: str) -> float:
    local = datetime.strptime(day_time, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    return local.timestamp() - NAIROBI_H * 3600
