"""Any sequence of what people, providers and time may do to orders, money and stock, with what must always hold.

Commands go through the services on a real Postgres, each in a savepoint as each request is a transaction; events are
handed to their subscribers and timers fire as in the worker. Every sequence is rolled back at its end.
"""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule
from sqlalchemy import text

from backend.catalog.ports import ItemChanges
from backend.orders.commands import Command, OrderLineDraft, PaymentMethod, PaymentMode
from backend.payments import repository as payment_rows
from backend.payments.ports import AttemptOutcome, AttemptResult, CashHandIn, Evidence, Feed, Method
from backend.payments.service.parts import Part
from backend.platform.actors import SYSTEM, Actor
from backend.platform.db.session import Database
from backend.runtime.invariants import check
from tests.support.factories.orders import ADMIN, BOT, RIDER_ID, place_order
from tests.support.factories.payments import (
    PAYER,
)
from tests.support.machine_steps import STEPS, WAY
from tests.support.machine_town import AMOUNTS, CATALOG, HOLDS, ORDERS, SKUS, Town


class ShopMachine(RuleBasedStateMachine):
    """Orders, payments, stock, refunds and time in any order; `machine_on` gives it its loop and its database.

    All sequences share them, so that the statements stay compiled, and ready on the one connection.
    """

    runner: ClassVar[asyncio.Runner]
    database: ClassVar[Database]
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.session = self.database.sessions()
        self.town = Town(self.session)
        self.codes = 0

    def run(self, deed: Awaitable[Any]) -> Any:
        """Do something on this sequence's loop."""

        async def awaited() -> Any:
            return await deed

        return self.runner.run(awaited())

    def teardown(self) -> None:
        """Compare the report with the ledger, and leave nothing behind."""

        async def close() -> None:
            try:
                await self.town.report_agrees()
            finally:
                await self.session.rollback()
                await self.session.close()

        self.run(close())

    @initialize(target=orders)
    def open(self) -> Any:
        """Begin with two orders, since Hypothesis leaves the rule that places them out of many sequences."""
        self.run(self.town.open())
        drafts = (OrderLineDraft("UNGA-2KG", Decimal(2)),)
        placed = [
            self.run(self.town.place(place_order(self.town.user_id, lines=drafts, intent_key=f"first-{number}")))
            for number in range(2)
        ]
        return multiple(*placed)

    @rule(
        target=orders,
        lines=st.dictionaries(st.sampled_from(SKUS), st.integers(1, 6), min_size=1, max_size=3),
        cod=st.booleans(),
        wish=st.integers(0, 30),
    )
    def place(self, lines: dict[str, int], cod: bool, wish: int) -> Any:  # noqa: FBT001 - Hypothesis gives it by name
        """A wish that was placed before is the order that stands, or is refused where it differs."""
        mode = (PaymentMode.COD, PaymentMethod.COD) if cod else (PaymentMode.PREPAID, PaymentMethod.MPESA)
        drafts = tuple(OrderLineDraft(sku, Decimal(qty)) for sku, qty in lines.items())
        command = place_order(
            self.town.user_id, lines=drafts, payment_mode=mode[0], payment_method=mode[1], intent_key=f"wish-{wish}"
        )
        order_id = self.run(self.town.place(command))
        return multiple() if order_id is None else order_id

    @rule(order=orders, steps=st.integers(1, 6))
    def go_on(self, order: str, steps: int) -> None:
        """Do what usually comes next, so that sequences also get far."""
        for _ in range(steps):
            view = self.run(ORDERS.get(self.session, order))
            for actor, command in WAY.get(view.state, ()):
                self.run(self.town.give(order, actor, command))

    @rule(order=orders, step=st.sampled_from(STEPS))
    def step(self, order: str, step: tuple[Actor, Command]) -> None:
        self.run(self.town.give(order, *step))

    @rule(order=orders, minor=st.sampled_from(AMOUNTS), rail=st.sampled_from(("mpesa", "cash")))
    def pay(self, order: str, minor: int, rail: str) -> None:
        self.codes += 1
        self.run(self.town.receive(order, f"QK{self.codes:08}", minor, rail))

    @rule(order=orders)
    def pay_what_is_due(self, order: str) -> None:
        view = self.run(ORDERS.get(self.session, order))
        self.codes += 1
        self.run(self.town.receive(order, f"QK{self.codes:08}", max(view.due_minor, 1), "mpesa"))

    @rule(order=orders, number=st.integers(1, 12))
    def present_a_known_code(self, order: str, number: int) -> None:
        """The same receipt again, for this order or another one."""
        self.run(self.town.receive(order, f"QK{number:08}", 17_600, "mpesa"))

    @rule(minor=st.integers(1, 60_000))
    def send_by_hand_without_a_reference(self, minor: int) -> None:
        self.codes += 1
        told = Evidence(Feed.CONFIRMATION, "mpesa", f"QK{self.codes:08}", minor, "KES", reference="mama")
        self.run(self.town.attempt(lambda: self.town.receipts.take(self.session, told)))

    @rule(number=st.integers(1, 12))
    def hear_that_money_went_back(self, number: int) -> None:
        """The provider takes a receipt's money back from us, whoever's it had become."""

        async def reverse() -> None:
            await self.town.receipts.take_back(self.session, "mpesa", f"QK{number:08}", "reversed")

        self.run(self.town.attempt(reverse))

    @rule(order=orders, number=st.integers(1, 12), minor=st.sampled_from(AMOUNTS))
    def split_what_is_open(self, order: str, number: int, minor: int) -> None:
        """A part of an open receipt is an order's, whatever it owes."""

        async def split() -> None:
            receipt_id = await self.nth_receipt(number)
            await self.town.parts.split(self.session, receipt_id, [Part(order, minor)], "half is theirs", ADMIN)

        self.run(self.town.attempt(split))

    @rule(order=orders, numbers=st.sets(st.integers(1, 12), min_size=1, max_size=3))
    def merge_what_is_open(self, order: str, numbers: set[int]) -> None:
        async def merge() -> None:
            ids = [await self.nth_receipt(number) for number in numbers]
            await self.town.parts.merge(self.session, order, ids, "in parts", ADMIN)

        self.run(self.town.attempt(merge))

    @rule(number=st.integers(1, 12))
    def undo_a_match(self, number: int) -> None:
        async def undo() -> None:
            await self.town.parts.undo(self.session, await self.nth_receipt(number), "another's", ADMIN)

        self.run(self.town.attempt(undo))

    async def nth_receipt(self, number: int) -> str:
        """Return the id of one of the receipts, parts among them, the oldest first."""
        ids = (await self.session.scalars(text("SELECT id FROM receipts ORDER BY created_at, code"))).all()
        return str(ids[number % len(ids)]) if ids else "RC-NONE"

    @rule(order=orders, number=st.integers(1, 12))
    def claim(self, order: str, number: int) -> None:
        payments, code = self.town.payments, f"QK{number:08}"
        self.run(self.town.attempt(lambda: payments.claim_receipt(self.session, order, code)))

    @rule(order=orders)
    def ask_for_payment(self, order: str) -> None:
        payments = self.town.payments
        self.run(self.town.attempt(lambda: payments.begin(self.session, order, Method.MPESA, PAYER)))

    @rule(order=orders, paid=st.booleans(), twice=st.booleans())
    def hear_of_a_prompt(self, order: str, paid: bool, twice: bool) -> None:  # noqa: FBT001 - as above
        """The provider says how the newest prompt ended, perhaps twice, perhaps after it said otherwise."""
        self.codes += 1
        receipt = f"QK{self.codes:08}" if paid else None
        outcome = AttemptOutcome.PAID if paid else AttemptOutcome.FAILED
        result = AttemptResult(
            outcome, "0" if paid else "1032", receipt=receipt, reason="paid" if paid else "cancelled"
        )

        async def hear() -> None:
            await ORDERS.get(self.session, order, lock=True)
            for known in list(await payment_rows.attempts_of(self.session, order))[:1]:
                await self.town.attempts.apply_result(self.session, known, result, Feed.PROMPT)

        for _ in range(1 + twice):
            self.run(self.town.attempt(hear))

    @rule(approve=st.booleans())
    def decide_a_refund(self, approve: bool) -> None:  # noqa: FBT001 - as above
        async def decide() -> None:
            due, _ = await self.town.refunds.page(self.session, state="due", merchant_id=None, limit=1, offset=0)
            for refund in due:
                await self.town.refunds.decide(
                    self.session, refund.id, approve=approve, note="", actor=ADMIN, is_owner=True
                )

        self.run(self.town.attempt(decide))

    @rule(number=st.integers(1, 12), minor=st.sampled_from(AMOUNTS), cause=st.sampled_from(("damaged", "goodwill")))
    def ask_for_a_refund(self, number: int, minor: int, cause: str) -> None:
        """Somebody asks to give some of a payment back."""

        async def ask() -> None:
            receipt_id = await self.nth_receipt(number)
            await self.town.refunds.request(self.session, receipt_id, minor, cause, "", BOT)

        self.run(self.town.attempt(ask))

    @rule()
    def pay_a_refund(self) -> None:
        async def pay() -> None:
            due, _ = await self.town.refunds.page(self.session, state="approved", merchant_id=None, limit=1, offset=0)
            for refund in due:
                await self.town.refunds.pay(self.session, refund.id, f"UK{refund.id}", ADMIN)

        self.run(self.town.attempt(pay))

    @rule(order=orders, minor=st.sampled_from(AMOUNTS))
    def take_cash_at_the_door(self, order: str, minor: int) -> None:
        self.run(self.town.attempt(lambda: self.town.payments.record_cash(self.session, order, minor, RIDER_ID)))

    @rule(counted=st.sampled_from((0, *AMOUNTS)), keeps=st.sampled_from((0, 5_000)))
    def hand_cash_in(self, counted: int, keeps: int) -> None:
        given = CashHandIn(RIDER_ID, "Nairobi", None, "KES", counted, keeps_minor=keeps)
        self.run(self.town.attempt(lambda: self.town.cash.hand_in(self.session, given, ADMIN)))

    @rule(minor=st.sampled_from(AMOUNTS))
    def write_cash_off(self, minor: int) -> None:
        deed = self.town.cash.write_off
        self.run(self.town.attempt(lambda: deed(self.session, RIDER_ID, "KES", minor, "", ADMIN, "Nairobi")))

    @rule(paid=st.booleans())
    def settle_with_the_merchant(self, paid: bool) -> None:  # noqa: FBT001 - as above
        async def settle() -> None:
            now = (await self.session.execute(text("SELECT duka_now()"))).scalar_one()
            made = await self.town.settlements.settle(self.session, "M-1", "KES", now, ADMIN)
            if paid:
                await self.town.settlements.pay(self.session, made.id, f"BANK-{made.id}", ADMIN)

        self.run(self.town.attempt(settle))

    @rule(sku=st.sampled_from(SKUS), by=st.integers(-6, 12).filter(bool), key=st.integers(0, 6))
    def correct_stock(self, sku: str, by: int, key: int) -> None:
        deed = {"reason": "count", "actor": SYSTEM, "command_id": f"count-{key}"}
        self.run(self.town.attempt(lambda: CATALOG.adjust(self.session, "M-1", sku, Decimal(by), **deed)))

    @rule(sku=st.sampled_from(SKUS), stock=st.integers(0, 20), price=st.integers(0, 50_000))
    def take_stock(self, sku: str, stock: int, price: int) -> None:
        changes = ItemChanges(stock=Decimal(stock), price_minor=price)
        deed = {"reason": "stocktake", "actor": SYSTEM}
        self.run(self.town.attempt(lambda: CATALOG.change_item(self.session, "M-1", sku, changes, **deed)))

    @rule(seconds=st.sampled_from((1, 61, 200, 901, 1_801, 3_600)))
    def wait(self, seconds: int) -> None:
        self.run(self.town.wait(seconds))

    @invariant()
    def holds(self) -> None:
        """Nothing of the list is broken; an order that has just changed must be watched at once."""
        breaches = self.run(check(self.session, bound_s=0, rules=HOLDS))
        assert breaches == [], breaches


@contextmanager
def machine_on(url: str) -> Iterator[type[ShopMachine]]:
    """Give a machine for sequences on a database."""
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        database = Database(url, pool_size=1)
        try:
            yield type("Machine", (ShopMachine,), {"runner": runner, "database": database})
        finally:
            runner.run(database.close())
