"""An outlet that accepts and declines within moments: the first answer stands, and the desk hears of the other."""

import asyncio

import pytest

from backend.orders.commands import AcceptOrder, Command, RejectOrder
from backend.orders.ports import CommandResult, OrderView
from backend.orders.settings import OrdersSettings
from backend.platform.actors import Actor, Source
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import orders_service
from tests.support.order_rows import VENDOR as OUTLET

VENDOR = "+254700000201"
_CARD = "SELECT detail ->> 'stands', detail ->> 'refused', state FROM ops_exceptions WHERE kind = 'answers_crossed'"


async def _give(
    board: Switchboard, order: OrderView, actor: Actor, source: Source, command: Command, name: str
) -> CommandResult:
    async with board.database.transaction() as session:
        return await orders_service().handle(session, order.id, command, actor=actor, source=source, command_id=name)


@pytest.mark.concurrency
async def test_a_button_and_a_digit_that_contradict_each_other_bring_a_person(
    board: Switchboard, order: OrderView
) -> None:
    """Both at the same instant: one is applied and stays, the other is refused, and one card names both."""
    await board.settle()
    answers = await asyncio.gather(
        _give(board, order, OUTLET, Source.WHATSAPP, AcceptOrder(15), "wamid.1"),
        _give(board, order, OUTLET, Source.IVR, RejectOrder("vendor_rejected"), "digit.1"),
    )
    assert sorted(answer.outcome for answer in answers) == ["applied", "refused"]
    accepted = answers[0].accepted
    await board.settle()
    assert (await board.order(order.id)).state == ("processing" if accepted else "cancelled")
    names = ("AcceptOrder", "RejectOrder") if accepted else ("RejectOrder", "AcceptOrder")
    assert await board.rows(_CARD) == [(*names, "open")]


async def test_the_card_stays_until_the_goods_are_packed(board: Switchboard, order: OrderView) -> None:
    """The outlet reads that it was too late; packing the goods says that it meant to accept."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_reject:{order.id}")
    await board.write(VENDOR, payload=f"vendor_reject:{order.id}")
    assert [row[0] for row in await board.messages(VENDOR)].count(
        f"Oda {order.id} imeshasonga mbele; hili haliwezekani tena."
    )
    assert await board.rows(_CARD) == [("AcceptOrder", "RejectOrder", "open")]
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    assert await board.rows(_CARD) == [("AcceptOrder", "RejectOrder", "resolved")]


async def test_a_card_of_a_declined_order_is_for_a_person_to_close(board: Switchboard, order: OrderView) -> None:
    """Nothing else will happen to the order, and the outlet may be preparing it."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_reject:{order.id}")
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.wait(3600)
    assert await board.rows(_CARD) == [("RejectOrder", "AcceptOrder", "open")]


async def test_an_answer_long_after_and_a_strangers_bring_nobody(board: Switchboard, order: OrderView) -> None:
    """A change of mind is answered and no more; another outlet has nothing to say about the order."""
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    stranger = Actor(OUTLET.kind, "V-2")
    await _give(board, order, stranger, Source.API, RejectOrder("not mine"), "other.1")
    await board.wait(OrdersSettings().crossing_s + 1)
    await board.write(VENDOR, payload=f"vendor_reject:{order.id}")
    assert await board.rows(_CARD) == []
