"""What vendors and riders write: buttons, words, codes, and the words that they get back."""

import asyncio

import pytest

from backend.channels.ports import Place
from backend.comms.partner_refusals import REFUSED
from backend.comms.partner_words import APPLIED, BUTTONS, DUPLICATE, PHRASES, typed_meaning
from backend.comms.service.partner_requests import Wish, tapped, typed
from backend.orders.commands import CancelOrder
from backend.orders.ports import OrderView
from backend.platform.actors import ActorKind, Source
from tests.support.factories.comms import Switchboard
from tests.support.factories.orders import ADMIN, give

VENDOR, RIDER, SECOND, CUSTOMER = "+254700000201", "+254700000301", "+254700000302", "+254700000101"
LANGUAGES = {"en", "sw", "hi", "mr"}


async def last(board: Switchboard, phone: str) -> tuple[str, list[str]]:
    return (await board.messages(phone))[-1]


async def code_of(board: Switchboard, order: OrderView) -> str:
    async with board.database.transaction() as session:
        return str(await board.desk.code_for_customer(session, order.id))


async def test_an_order_from_words_to_the_door(board: Switchboard, order: OrderView) -> None:
    """Typed Swahili and buttons, one step after another, each with its next button."""
    await board.settle()
    assert (await last(board, VENDOR))[0] == "Vendor_New_Order"

    await board.write(VENDOR, "Nakubali")
    assert (await board.order(order.id)).state == "processing"
    assert (await last(board, VENDOR))[1] == [f"vendor_ready:{order.id}", f"vendor_extend:{order.id}"]

    await board.write(VENDOR, "iko tayari.")
    assert (await board.order(order.id)).state == "handover"
    assert (await last(board, VENDOR))[0] == f"Asante. Mwendeshaji anaitwa kwa oda {order.id}."
    assert (await last(board, RIDER))[0] == "Rider_Assignment"

    await board.write(RIDER, "kubali")
    assert (await last(board, RIDER))[1] == [f"rider_picked:{order.id}", f"rider_waits:{order.id}"]

    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    way = (await last(board, RIDER))[0]
    assert "Yaya Centre, gate B" in way
    assert "https://www.google.com/maps/search/?api=1&query=-1.2923,36.788" in way
    assert "usichukue pesa" in way

    await board.write(RIDER, await code_of(board, order))
    assert (await board.order(order.id)).state == "delivered"
    assert (await last(board, RIDER))[0] == f"Oda {order.id} imefika. Asante!"


async def test_a_customer_is_none_of_ours(board: Switchboard, order: OrderView) -> None:
    assert not await board.write(CUSTOMER, "Nakubali")
    assert (await board.order(order.id)).state == "confirmed"


async def test_minutes_typed_set_the_preparation(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, "30 min")
    accepted = await board.order(order.id)
    assert (accepted.state, accepted.prep_minutes) == ("processing", 30)
    await board.write(VENDOR, payload=f"vendor_extend:{order.id}")
    assert (await board.order(order.id)).prep_minutes == 40


async def test_the_same_message_twice_is_one_step(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    assert await board.rows("SELECT count(*) FROM order_events WHERE command = 'AcceptOrder'") == [(1,)]
    assert (await last(board, VENDOR))[0] == DUPLICATE["sw"].format(order=order.id)
    heard = "SELECT status FROM comms_log WHERE direction = 'inbound' AND order_id = :order ORDER BY id"
    assert await board.rows(heard, order=order.id) == [("applied",), ("duplicate",)]


@pytest.mark.concurrency
async def test_one_acceptance_by_three_doors_at_once(board: Switchboard, order: OrderView) -> None:
    """Button, digit and app in the same moment: one transition, three lines in the log, two of them duplicates."""
    doors = (("whatsapp", Source.WHATSAPP), ("exotel_ivr", Source.IVR), ("app", Source.APP))

    async def accept(channel: str, source: Source) -> str:
        async with board.database.transaction() as session:
            result = await board.actions.apply(
                session,
                "vendor:V-1",
                "vendor_accept",
                order.id,
                source=source,
                command_id=f"{channel}:1",
                channel=channel,
            )
        return result.outcome

    outcomes = await asyncio.gather(*(accept(*door) for door in doors))
    assert sorted(outcomes) == ["applied", "duplicate", "duplicate"]
    assert await board.rows("SELECT count(*) FROM order_events WHERE command = 'AcceptOrder'") == [(1,)]
    lines = await board.rows("SELECT status, count(*) FROM comms_log WHERE direction = 'inbound' GROUP BY 1 ORDER BY 1")
    assert lines == [("applied", 1), ("duplicate", 2)]


async def test_a_second_answer_that_says_otherwise_is_refused(board: Switchboard, order: OrderView) -> None:
    """Rejecting what was accepted is no repetition, nor is accepting once it is packed."""
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_reject:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    heard = "SELECT status FROM comms_log WHERE direction = 'inbound' AND order_id = :order ORDER BY id"
    refused = "refused:order.invalid_transition"
    assert [row[0] for row in await board.rows(heard, order=order.id)] == ["applied", refused, "applied", refused]
    assert (await board.order(order.id)).state == "handover"


async def test_an_unknown_order_is_named(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.write(VENDOR, payload="vendor_accept:ORDNONE")
    assert (await last(board, VENDOR))[0] == "Hatuijui oda ORDNONE."


async def test_what_is_not_understood_is_answered_with_what_can_be_done(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.write(VENDOR, "habari ya leo?")
    text, buttons = await last(board, VENDOR)
    assert text.startswith(f"Oda {order.id} ya ")
    assert buttons == [f"vendor_accept:{order.id}", f"vendor_reject:{order.id}"]
    await board.write(RIDER, "habari")
    assert (await last(board, RIDER))[0] == PHRASES["nothing_waiting"]["sw"]


async def test_help_opens_a_card(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.write(VENDOR, "msaada")
    assert await board.cards() == ["partner_asks_for_help"]
    assert (await last(board, VENDOR))[0] == f"Mwenzetu atakupigia simu kuhusu oda {order.id}."


async def test_another_riders_order_is_not_theirs(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(SECOND, payload=f"rider_accept:{order.id}")
    assert (await last(board, SECOND))[0] == f"Oda {order.id} iko kwa mtu mwingine."
    assert (await board.order(order.id)).rider_id == "R-1"


async def test_a_wrong_code_is_said_and_a_code_too_early_too(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_ready:{order.id}")
    await board.write(RIDER, payload=f"rider_accept:{order.id}")
    right = await code_of(board, order)
    await board.write(RIDER, right)
    assert (await last(board, RIDER))[0] == REFUSED["dispatch.not_picked_up"]["sw"]
    await board.write(RIDER, payload=f"rider_picked:{order.id}")
    await board.write(RIDER, "0000" if right != "0000" else "1111")
    assert (await last(board, RIDER))[0] == REFUSED["dispatch.wrong_code"]["sw"]
    assert (await board.order(order.id)).state == "out_for_delivery"


async def test_a_riders_location_is_their_position(board: Switchboard, order: OrderView) -> None:
    await board.write(RIDER, place=Place(-1.25, 36.9))
    assert await board.rows("SELECT lat, lng FROM riders WHERE id = 'R-1'") == [(-1.25, 36.9)]


async def test_who_has_not_written_for_a_day_gets_templates_only(board: Switchboard, order: OrderView) -> None:
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    count = len(await board.messages(VENDOR))
    await board.wait(25 * 3600)
    async with board.database.transaction() as session:
        await give(session, order, ADMIN, CancelOrder("too late"))
    await board.settle()
    later = (await board.messages(VENDOR))[count:]
    assert [text for text, _ in later if "imeghairiwa" in text] == []


@pytest.mark.parametrize(
    ("payload", "wish"),
    [
        ("vendor_accept:ORD1", Wish("vendor_accept", "", "ORD1")),
        ("vendor_prep:15:ORD1", Wish("vendor_prep", "15", "ORD1")),
        ("address_confirm:2:ORD1", Wish("address_confirm", "2", "ORD1")),
        ("rider_upi:ORD1", Wish("rider_upi", "", "ORD1")),
        ("vendor_accept", None),
        ("drop_tables:ORD1", None),
        ("vendor_prep:1:2:ORD1", None),
        ("", None),
    ],
)
def test_buttons(payload: str, wish: Wish | None) -> None:
    assert tapped(payload) == wish


@pytest.mark.parametrize(
    ("words", "role", "wish"),
    [
        ("Kubali", ActorKind.VENDOR, Wish("vendor_accept")),
        ("haan ji!", ActorKind.RIDER, Wish("rider_accept")),
        ("ठीक है।", ActorKind.VENDOR, Wish("vendor_accept")),
        ("तयार आहे", ActorKind.VENDOR, Wish("vendor_ready")),
        ("20", ActorKind.VENDOR, Wish("vendor_prep", "20")),
        ("dakika 15", ActorKind.VENDOR, Wish("vendor_prep", "15")),
        ("1234", ActorKind.RIDER, Wish("rider_delivered", "1234")),
        ("12 34", ActorKind.RIDER, Wish("rider_delivered", "1234")),
        ("20", ActorKind.RIDER, None),
        ("tayari", ActorKind.RIDER, None),
        ("nimechukua", ActorKind.RIDER, Wish("rider_picked")),
        ("nasubiri", ActorKind.RIDER, Wish("rider_waits")),
        ("nasubiri", ActorKind.VENDOR, None),
        ("msaada", ActorKind.RIDER, Wish("bridge_admin")),
        ("where is my money", ActorKind.VENDOR, None),
    ],
)
def test_typed_words(words: str, role: ActorKind, wish: Wish | None) -> None:
    assert typed(words, role) == wish


def test_every_text_is_in_every_language_and_buttons_fit() -> None:
    rows = [*PHRASES.values(), *APPLIED.values(), *REFUSED.values(), *BUTTONS.values(), DUPLICATE]
    assert [row for row in rows if set(row) != LANGUAGES] == []
    assert [title for row in BUTTONS.values() for title in row.values() if len(title) > 20] == []
    assert typed_meaning("  Nakubali. ") == "accept"
