"""A delivered order is what its logs say, and replaying its events shows what would be sent and sends nothing."""

import asyncio

from typer.testing import CliRunner, Result

from backend.cli import app
from backend.runtime.replay import dry_run, replay
from tests.support.delivery import deliver
from tests.support.house import House

# All that a replay could leave behind: sends, messages, the log of calls, cards, timers, events, the order itself.
_LEFT = """
SELECT (SELECT count(*) FROM outbound_send), (SELECT count(*) FROM messages), (SELECT count(*) FROM comms_log),
    (SELECT count(*) FROM ops_exceptions), (SELECT count(*) FROM sla_timer), (SELECT count(*) FROM outbox),
    (SELECT md5(string_agg(orders::text, ';')) FROM orders)
"""


async def _command(*arguments: str) -> Result:
    """Run the command line, which has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["replay", *arguments])


async def test_a_dry_replay_shows_the_sends_of_a_delivered_order_and_makes_none(house: House) -> None:
    """Each notice that the customer had, each prompt that vendor and rider had; nothing in any table has changed."""
    order = await house.confirmed_order()
    await deliver(house, order)
    before = await house.rows(_LEFT)
    steps = await dry_run(house.built, order)
    assert await house.rows(_LEFT) == before
    told = [send.what for step in steps if step.consumer == "conversations.notices" for send in step.sends]
    kept = await house.rows(
        "SELECT message_key FROM messages WHERE order_id = :order AND direction = 'out' ORDER BY created_at, seq",
        order=order,
    )
    assert told == [key for (key,) in kept]
    assert {send.whom.partition(":")[0] for step in steps for send in step.sends if step.consumer == "comms.prompts"}
    assert [step for step in steps if step.error] == []
    assert (await replay(house.built, order)).differences == ()


async def test_the_command_says_what_it_found(house: House) -> None:
    """0 where the logs come to the row, 1 where they do not or there is no such order."""
    order = await house.confirmed_order()
    same = await _command(order, "--dry")
    assert same.exit_code == 0, same.output
    assert "0 differences" in same.output
    assert "WOULD SEND order.state.changed -> conversations.notices: whatsapp" in same.output
    async with house.database.transaction() as session:
        await session.connection()
        await (await session.connection()).exec_driver_sql("UPDATE orders SET paid_minor = 1")
    other = await _command(order)
    assert other.exit_code == 1
    assert "DIFFERS commands: paid_minor 0, the row has 1" in other.output
    assert (await _command("ORD-NONE")).exit_code == 1
