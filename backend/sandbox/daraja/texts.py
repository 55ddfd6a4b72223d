"""The SMS that M-Pesa sends to people, in the forms they paste into chats."""

from datetime import UTC, datetime, timedelta
from typing import Final

from backend.sandbox.daraja.state import NAIROBI_H, Movement
from backend.sandbox.people import Person
from backend.sandbox.world import World

_FEE: Final = "Transaction cost, Ksh0.00."
_PAYBILL: Final = (
    "{code} Confirmed. {amount} sent to {payee} for account {reference} on {when} New M-PESA balance is {balance}. "
    + _FEE
)
_TILL: Final = "{code} Confirmed. {amount} paid to {payee}. on {when}.New M-PESA balance is {balance}. " + _FEE
_PERSON: Final = "{code} Confirmed. {amount} sent to {payee} on {when}. New M-PESA balance is {balance}. " + _FEE
_RECEIVED: Final = (
    "{code} Confirmed. You have received {amount} from {payee} on {when}. New M-PESA balance is {balance}."
)
_REVERSED: Final = (
    "{code} confirmed. Reversal of transaction {reference} has been successfully reversed on {when} "
    "and {amount} is credited to your M-PESA account. New M-PESA account balance is {balance}."
)


def paid_text(world: World, moved: Movement, payee: str) -> str:
    """Return what a person reads after paying a paybill or a till."""
    return _write(_PAYBILL if moved.kind == "Pay Bill" else _TILL, world, moved, payee)


def sent_text(world: World, moved: Movement, payee: str) -> str:
    """Return what a person reads after sending money to another person."""
    return _write(_PERSON, world, moved, payee)


def received_text(world: World, moved: Movement, payer: str) -> str:
    """Return what a person reads after getting money."""
    return _write(_RECEIVED, world, moved, payer)


def reversed_text(world: World, moved: Movement, code: str) -> str:
    """Return what a person reads after a payment was reversed."""
    return _write(_REVERSED, world, moved, "", code)


def ksh(amount: int) -> str:
    """Return an amount as M-Pesa writes it."""
    return f"Ksh{amount:,}.00"


def _write(form: str, world: World, moved: Movement, other: str, code: str = "") -> str:
    person: Person | None = world.people.find(moved.phone)
    at = datetime.fromtimestamp(moved.at, UTC) + timedelta(hours=NAIROBI_H)
    when = f"{at.day}/{at.month}/{at:%y} at {at.hour % 12 or 12}:{at:%M %p}"
    balance = ksh(person.wallet if person else 0)
    reference = moved.receipt if code else moved.reference
    return form.format(
        code=code or moved.receipt,
        amount=ksh(moved.amount),
        payee=other,
        reference=reference,
        when=when,
        balance=balance,
    )
