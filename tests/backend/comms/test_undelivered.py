"""A message that nobody can read is not waited for: the ladder goes on with the next channel at once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.channels.ports import Channel, DeliveryReceipt, DeliveryStatus, TemplateNotice
from backend.channels.tasks import ChannelSender
from backend.comms.service.journal import CommsJournal
from backend.comms.service.undelivered import Undelivered
from backend.orders.ports import OrderView
from backend.platform import outages
from backend.platform.auth.principal import Role
from backend.platform.sender import SenderLoop
from tests.support.factories.comms import ACCOUNT, Switchboard
from tests.support.factories.orders import orders_service

WA, RING = "whatsapp:Vendor_New_Order", "exotel_ring:vendor_new_order"
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


async def notice(board: Switchboard, status: str, language: str = "sw", account: str = "WABA1") -> None:
    """Tell how an account's template stands, as the provider does by webhook; the newest word counts."""
    at = NOW.replace(minute=int((await board.rows("SELECT count(*) FROM channel_templates"))[0][0]))
    said = TemplateNotice(Channel.WHATSAPP, account, "Vendor_New_Order", language, status, "", at)
    async with board.database.transaction() as session:
        await board.channels.record_template(session, said)


async def failed(board: Switchboard, order: OrderView) -> None:
    """Let the message to the vendor come back as undeliverable."""
    [(reference,)] = await board.rows("SELECT idem FROM comms_log WHERE channel = 'whatsapp' AND ladder <> ''")
    receipt = DeliveryReceipt(Channel.WHATSAPP, ACCOUNT, "wamid.1", DeliveryStatus.FAILED, NOW, reference)
    async with board.database.transaction() as session:
        await board.partners.receipt(session, receipt)
    await board.settle()


async def next_step(board: Switchboard) -> tuple[Any, ...]:
    [row] = await board.rows(
        "SELECT step, round(extract(epoch FROM due_at - duka_now()))::int FROM sla_timer"
        " WHERE type = 'vendor_accept' AND state = 'pending'"
    )
    return row


@pytest.mark.parametrize("status", ["PAUSED", "REJECTED", "DISABLED"])
async def test_a_template_that_may_not_be_sent_rings_at_once(board: Switchboard, order: OrderView, status: str) -> None:
    """The message is withheld with its reason, in the log and in what the ladder foretells."""
    await notice(board, status)
    await board.settle()
    assert await board.chased() == [RING]
    held = await board.rows("SELECT channel, status FROM comms_log WHERE status LIKE 'withheld:%'")
    assert held == [("whatsapp", "withheld:template_refused")]
    admin = board.api.token("admin:A-1", Role.ADMIN)
    path = f"/api/v1/comms/ladders/{order.id}/vendor_accept/preview"
    seen = (await board.api.client.post(path, json={}, headers=admin)).json()["steps"][0]["rungs"][0]
    assert seen == {"rung": "whatsapp", "withheld": "template_refused"}


@pytest.mark.parametrize(("status", "language"), [("APPROVED", "sw"), ("PAUSED", "hi")])
async def test_a_template_of_their_language_that_is_approved_is_sent(
    board: Switchboard, order: OrderView, status: str, language: str
) -> None:
    await notice(board, status, language)
    await board.settle()
    assert await board.chased() == [WA]


async def number_of(board: Switchboard, number: str, account: str) -> None:
    """Tell by a delivery receipt which account a number belongs to, as every webhook does."""
    receipt = DeliveryReceipt(Channel.WHATSAPP, number, "wamid.0", DeliveryStatus.SENT, NOW, business=account)
    async with board.database.transaction() as session:
        await board.channels.record_business(session, receipt)


@pytest.mark.parametrize(
    ("numbers", "chased"),
    [
        ({ACCOUNT: "WABA1", "PN2": "WABA2"}, [WA]),
        ({ACCOUNT: "WABA2"}, [RING]),
        ({"PN2": "WABA2"}, [WA]),
        ({}, [RING]),
    ],
    ids=["another shop's", "its own", "another's, itself not heard from yet", "perhaps its own"],
)
async def test_a_template_is_paused_for_its_account_alone(
    board: Switchboard, order: OrderView, numbers: dict[str, str], chased: list[str]
) -> None:
    """WABA2's is paused: what a shop of another account sends goes out all the same."""
    for number, account in numbers.items():
        await number_of(board, number, account)
    await notice(board, "PAUSED", account="WABA2")
    await board.settle()
    assert await board.chased() == chased


async def test_a_number_that_moved_to_another_account_is_of_that_one(board: Switchboard, order: OrderView) -> None:
    for account in ("WABA1", "WABA1", "WABA1", "WABA2"):
        await number_of(board, ACCOUNT, account)
    await notice(board, "PAUSED", account="WABA1")
    await board.settle()
    assert await board.chased() == [WA]


async def test_a_message_that_can_not_be_delivered_rings_at_once(board: Switchboard, order: OrderView) -> None:
    """Once, and the steps after it keep their distance from the ring."""
    await board.settle()
    await failed(board, order)
    assert await board.chased() == [WA, RING]
    await failed(board, order)
    assert await board.chased() == [WA, RING]
    step, due_s = await next_step(board)
    assert step == 2
    assert 50 <= due_s <= 60


async def send_while_locked(board: Switchboard) -> None:
    """Let the messages go out while WhatsApp has locked the account that they are of."""
    fault = {"provider": "whatsapp", "mode": "refuse", "status": 400, "code": "131031"}
    await board.control("/faults", fault)
    observers = (CommsJournal(), Undelivered(orders_service(), board.plans))
    sender = ChannelSender(board.channels.channel("whatsapp"), board.database, observers, rate_per_s=80)
    await SenderLoop(board.database, [sender]).drain()
    await board.settle()


async def test_a_message_of_an_account_that_is_stopped_is_not_waited_for(board: Switchboard, order: OrderView) -> None:
    """The first one, before anybody knew; the message itself waits, and the steps after the ring keep their time."""
    await board.settle()
    await send_while_locked(board)
    assert await board.chased() == [WA, RING]
    assert await board.rows("SELECT state, error_code FROM outbound_send WHERE channel = 'whatsapp'") == [
        ("queued", "account_stopped")
    ]
    step, due_s = await next_step(board)
    assert step == 2
    assert 50 <= due_s <= 60


async def test_nobody_is_rung_twice_for_an_account_that_was_known_to_be_stopped(
    board: Switchboard, order: OrderView
) -> None:
    """The step rang in place of its message, which finds the account stopped still."""
    async with board.database.transaction() as session:
        await outages.note(session, "whatsapp", ACCOUNT)
    await board.settle()
    await send_while_locked(board)
    assert await board.chased() == [WA, RING]
    assert (await next_step(board))[0] == 1


async def test_a_ladder_that_a_person_holds_does_not_go_on(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    headers = {**board.api.token("admin:A-1", Role.ADMIN), "idempotency-key": "hold"}
    path = f"/api/v1/comms/ladders/{order.id}/vendor_accept/pause"
    body = {"reason": "their phone is broken, we drive there", "for_s": 600}
    assert (await board.api.client.post(path, json=body, headers=headers)).status_code == 200
    await failed(board, order)
    assert await board.chased() == [WA]


async def test_an_answered_ladder_does_not_go_on(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.write("+254700000201", payload=f"vendor_accept:{order.id}")
    await failed(board, order)
    assert [line for line in await board.chased() if line.startswith("exotel")] == []
