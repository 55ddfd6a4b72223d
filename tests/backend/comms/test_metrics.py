"""The figures of the boards follow what happened: the funnel, answers by channel, seconds from the ring."""

from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.platform.db.session import Database
from tests.support.counting import Gains
from tests.support.factories.comms import Switchboard, open_switchboard
from tests.support.factories.customers import make_customer
from tests.support.factories.orders import make_order, make_shop

VENDOR = "+254700000201"


async def test_the_funnel_counts_each_step_by_city_and_tier(board: Switchboard, order: OrderView) -> None:
    """A vendor whom nothing moves: message, ring, menu, card; the breach is counted once, as the card is."""
    gains = Gains()
    await board.settle()
    for seconds in (121, 61, 121, 600):
        await board.wait(seconds)
    rungs = gains.of("duka_ladder_rungs_total", ladder="vendor_accept", city="Nairobi")
    tier = "standard"
    assert rungs == {(rung, tier): 1 for rung in ("whatsapp", "exotel_ring", "exotel_ivr", "admin")}
    assert gains.of("vendor_accept_sla_breaches_total") == {("Nairobi", tier): 1}
    assert gains.total("duka_vendor_answer_seconds_count") == 0
    assert await board.rows("SELECT count(*) FROM ops_exceptions WHERE kind = 'vendor_silent'") == [(1,)]


async def test_an_answer_counts_its_door_and_how_long_it_took(board: Switchboard, order: OrderView) -> None:
    """After the ring, by button: one more answer, its seconds from the confirmation and from the ring."""
    await board.settle()
    await board.wait(121)
    gains = Gains()
    await board.wait(30)
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    answers = gains.of("duka_partner_actions_total", city="Nairobi")
    assert answers == {("accept", "whatsapp", "applied"): 1, ("accept", "whatsapp", "duplicate"): 1}
    assert gains.of("ring_to_action_latency_seconds_count") == {(): 1}
    assert 30 <= gains.total("ring_to_action_latency_seconds_sum") < 50
    assert gains.of("duka_vendor_answer_seconds_count") == {("Nairobi", "standard"): 1}
    assert 151 <= gains.total("duka_vendor_answer_seconds_sum") < 171


async def test_a_digit_is_counted_as_the_paper_names_it(board: Switchboard, order: OrderView) -> None:
    await board.wait(185)
    gains = Gains()
    await board.act("answer", **{"from": "vendor"})
    await board.act("digits", **{"from": "vendor", "digits": "1"})
    assert gains.of("ivr_actions_total") == {("accept",): 1}
    assert gains.of("duka_calls_ended_total", rung="exotel_ivr") == {("completed",): 1}


async def test_what_a_rule_holds_back_is_counted_with_the_reason(database: Database) -> None:
    """Calls switched off: the funnel shows no ring, and why."""
    gains = Gains()
    async with open_switchboard(database, flags="wa=true") as board:
        async with database.transaction() as session:
            await make_shop(session)
            user = await make_customer(session)
            await make_order(session, OrderState.CONFIRMED, shop=False, user_id=user.id)
        await board.connect_whatsapp()
        await board.settle()
        await board.wait(121)
    held = gains.of("duka_ladder_withheld_total", ladder="vendor_accept", city="Nairobi")
    assert held == {("exotel_ring", "switched_off"): 1}
    assert gains.total("duka_ladder_rungs_total", rung="exotel_ring") == 0


async def test_an_action_that_nobody_knows_gives_no_series_of_its_own(board: Switchboard, order: OrderView) -> None:
    """What somebody types can't fill the registry."""
    gains = Gains()
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_dance:{order.id}")
    assert {row[0] for row in gains.of("duka_partner_actions_total", city="Nairobi")} <= {"unknown"}
