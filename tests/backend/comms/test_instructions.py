"""What the customer asks for reaches those who prepare and carry, in the message or in one of its own."""

from decimal import Decimal

from backend.orders.commands import AddNote, ConfirmPayment, OrderLineDraft
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from tests.support.factories.comms import Switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import ADMIN, give, make_order

VENDOR, RIDER = "+254700000201", "+254700000301"
WISH = OrderLineDraft("UNGA-2KG", Decimal(1), None, "not the brown one")


async def ask(board: Switchboard, order: OrderView, words: str, kind: str = "instruction") -> None:
    """Keep a remark with the order, and let what follows happen."""
    async with board.database.transaction() as session:
        await give(session, await board.order(order.id), ADMIN, AddNote(words, kind))
    await board.settle()


async def said_to(board: Switchboard, phone: str, words: str) -> list[str]:
    return [text for text, _ in await board.messages(phone) if words in text]


async def to_rider(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")


async def test_the_vendors_message_and_the_riders_way_tell_what_was_asked_with_the_order(board: Switchboard) -> None:
    """The wish for a line and the word for all of it; the log keeps neither, since it holds nothing personal."""
    async with board.database.transaction() as session:
        user = (await make_customer(session)).id
        asked = {"user_id": user, "lines": (WISH,), "note": "Call at the gate"}
        order = await make_order(session, OrderState.CONFIRMED, shop=False, **asked)
    await board.settle()
    items = "1 × Maize Flour 2kg (not the brown one). Call at the gate"
    sent = await board.rows("SELECT payload ->> 'items' FROM comms_log WHERE template = 'Vendor_New_Order'")
    assert (await board.parameters(VENDOR))[3] == items
    assert sent == [("1 × Maize Flour 2kg",)]
    await to_rider(board, order)
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    assert len(await said_to(board, RIDER, "Yaya Centre, gate B (Call at the gate)")) == 1


async def test_an_instruction_reaches_the_vendor_while_they_prepare(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await ask(board, order, "no onions, {please}")
    assert await said_to(board, VENDOR, "onions") == [f"Oda {order.id}, tafadhali zingatia: no onions, {{please}}"]


async def test_an_instruction_before_there_is_a_rider_is_part_of_their_way(
    board: Switchboard, order: OrderView
) -> None:
    """And one that comes on the way is told at once, to the rider alone; a remark of the desk to nobody."""
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await ask(board, order, "the blue door")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    assert len(await said_to(board, RIDER, "gate B (the blue door)")) == 1
    await ask(board, order, "ring twice")
    await ask(board, order, "this customer shouts", "text")
    assert await said_to(board, RIDER, "ring twice") == [f"Oda {order.id}, tafadhali zingatia: ring twice"]
    assert await said_to(board, VENDOR, "ring twice") == []
    assert await said_to(board, RIDER, "shouts") == []
    assert await board.cards() == []


async def test_what_came_before_the_outlet_had_the_order_is_told_as_it_accepts(board: Switchboard) -> None:
    """Before it was paid nobody had it, and an outlet that never wrote has no window until it answers; each once."""
    async with board.database.transaction() as session:
        order = await make_order(session, shop=False, user_id=(await make_customer(session)).id)
    await ask(board, order, "less spicy")
    await ask(board, order, "this customer shouts", "text")
    assert (await said_to(board, VENDOR, "spicy"), await board.cards()) == ([], [])
    async with board.database.transaction() as session:
        await give(session, await board.order(order.id), ADMIN, ConfirmPayment(order.amount_minor))
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    assert await said_to(board, VENDOR, "less spicy") == [f"Oda {order.id}, tafadhali zingatia: less spicy"]
    await ask(board, order, "no onions")
    assert len(await said_to(board, VENDOR, "tafadhali zingatia")) == 2
    assert (await said_to(board, VENDOR, "shouts"), await board.cards()) == ([], [])


async def test_who_can_not_be_written_to_is_told_by_a_person(board: Switchboard, order: OrderView) -> None:
    """An outlet that never wrote has no window for free words."""
    await board.settle()
    await ask(board, order, "no onions")
    assert await board.cards() == ["instruction_untold"]
    detail = await board.rows("SELECT detail FROM ops_exceptions")
    assert detail == [({"note": "no onions"},)]
