"""A person's hand on a running ladder, through the API: what is foretold, held, skipped, fired and taken over."""

from typing import Any

import httpx
import pytest

from backend.orders.ports import OrderView
from backend.platform.auth.principal import Role
from backend.platform.timers import TimerKind, arm
from tests.support.factories.comms import Switchboard

VENDOR = "+254700000201"
WA, RING, IVR = "whatsapp:Vendor_New_Order", "exotel_ring:vendor_new_order", "exotel_ivr:vendor_new_order"
PATH = "/api/v1/comms/ladders"


async def steer(
    board: Switchboard, order: OrderView, act: str, *, key: str = "k1", kind: str = "vendor_accept", **body: Any
) -> httpx.Response:
    """Steer as the city's admin, and let what follows happen."""
    headers = {**board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"]), "idempotency-key": key}
    given = {"reason": "spoke to Njeri", **body}
    answer = await board.api.client.post(f"{PATH}/{order.id}/{kind}/{act}", json=given, headers=headers)
    await board.settle()
    return answer


async def outlook(board: Switchboard, order: OrderView) -> list[dict[str, Any]]:
    headers = board.api.token("agent:G-1", Role.AGENT, cities=["Nairobi"])
    answer = await board.api.client.get(f"{PATH}/{order.id}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["ladders"]
    return found


def plan(ladder: dict[str, Any]) -> list[tuple[float, list[str]]]:
    return [(step["after_s"], [rung["rung"] for rung in step["rungs"]]) for step in ladder["steps"]]


async def test_a_running_ladder_is_foretold(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.wait(125)
    [ladder] = await outlook(board, order)
    assert plan(ladder) == [(180, ["exotel_ivr"]), (300, ["admin"])]
    assert (ladder["ladder"], ladder["callee"], ladder["waits"], ladder["hold"]) == (
        "vendor_accept",
        "vendor:V-1",
        True,
        {},
    )
    assert 50 < ladder["steps"][0]["in_s"] <= 55


async def test_a_preview_sends_and_stores_nothing(board: Switchboard, order: OrderView) -> None:
    headers = board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    path = f"{PATH}/{order.id}/vendor_accept/preview"
    known = await board.api.client.post(path, json={}, headers=headers)
    assert plan(known.json()) == [
        (0, ["whatsapp"]),
        (120, ["exotel_ring"]),
        (180, ["exotel_ivr"]),
        (300, ["admin"]),
    ]
    tried = await board.api.client.post(
        path,
        json={"tried": {"steps": [{"after_s": 60, "rungs": ["admin"]}, {"after_s": 0, "rungs": ["exotel_ring"]}]}},
        headers=headers,
    )
    assert plan(tried.json()) == [(0, ["exotel_ring"]), (60, ["admin"])]
    assert [step["in_s"] for step in tried.json()["steps"]] == [0, 60]
    assert await board.chased() == []
    made = "SELECT count(*) FROM escalation_policy WHERE created_by <> 'default'"
    assert await board.rows(made) == [(0,)]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("vendor_accept/preview", 200),
        ("rider_ack/preview", 422),
        ("end_of_day/preview", 404),
        ("nonsense/preview", 422),
    ],
)
async def test_only_ladders_with_somebody_to_chase_have_a_preview(
    board: Switchboard, order: OrderView, path: str, status: int
) -> None:
    headers = board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    answer = await board.api.client.post(f"{PATH}/{order.id}/{path}", json={}, headers=headers)
    assert answer.status_code == status


async def test_a_held_ladder_stands_still_and_goes_on_by_itself(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.wait(100)
    held = await steer(board, order, "pause", for_s=600)
    [ladder] = held.json()["ladders"]
    assert (ladder["hold"]["by"], ladder["hold"]["reason"]) == ("admin:A-1", "spoke to Njeri")
    await board.wait(590)
    assert await board.chased() == [WA]
    await board.wait(31)
    assert await board.chased() == [WA, RING]
    [ladder] = await outlook(board, order)
    assert ladder["hold"] == {}
    await board.wait(61)
    assert await board.chased() == [WA, RING, IVR]


async def test_a_second_hold_takes_the_place_of_the_first(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await steer(board, order, "pause", for_s=600)
    [ladder] = (await steer(board, order, "pause", key="k2", for_s=60)).json()["ladders"]
    assert 170 < ladder["steps"][0]["in_s"] <= 180


async def test_a_held_ladder_is_let_go(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.wait(100)
    await steer(board, order, "pause", for_s=3600)
    await board.wait(1000)
    [ladder] = (await steer(board, order, "resume", key="k2")).json()["ladders"]
    assert 0 <= ladder["steps"][0]["in_s"] <= 20
    refused = await steer(board, order, "resume", key="k3")
    assert (refused.status_code, refused.json()["code"]) == (409, "409_CONFLICT")
    assert refused.json()["context"]["reason"] == "comms.ladder_not_held"


async def test_a_step_is_fired_now_and_the_next_ones_keep_their_distance(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.wait(10)
    await steer(board, order, "fire")
    assert await board.chased() == [WA, RING]
    [ladder] = await outlook(board, order)
    assert 50 < ladder["steps"][0]["in_s"] <= 60


async def test_a_step_is_skipped_once_whatever_is_sent_twice(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    answers = [await steer(board, order, "skip") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    await board.wait(130)
    assert await board.chased() == [WA]
    await board.wait(55)
    assert await board.chased() == [WA, IVR]
    refused = [(await steer(board, order, "skip", key=key)).status_code for key in ("k3",)]
    assert refused == [409]
    skipped = await board.rows("SELECT step, last_error FROM sla_timer WHERE state = 'skipped'")
    assert skipped == [(1, "skip by admin:A-1: spoke to Njeri")]


async def test_a_person_takes_the_matter_over_and_it_comes_back_if_nothing_happens(
    board: Switchboard, order: OrderView
) -> None:
    await board.settle()
    await board.wait(30)
    taken = await steer(board, order, "own", for_s=600, reason="I'm on it")
    assert taken.status_code == 200, taken.text
    cards = "SELECT kind, state, owner FROM ops_exceptions"
    assert await board.rows(cards) == [("vendor_silent", "owned", "admin:A-1")]
    await board.wait(590)
    assert (await board.chased(), await board.rows("SELECT misses FROM vendors")) == ([WA], [(0,)])
    await board.wait(11)
    assert await board.rows(cards) == [("vendor_silent", "open", None)]


async def test_what_a_person_took_over_ends_with_the_answer(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await steer(board, order, "own", for_s=60)
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    await board.wait(100)
    assert await board.cards() == []
    assert await board.rows("SELECT state FROM sla_timer WHERE type = 'vendor_accept' AND state = 'pending'") == []


async def test_who_steered_and_why_stays_with_the_order(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await steer(board, order, "pause", for_s=60)
    noted = await board.rows("SELECT actor, what, detail FROM order_timeline")
    assert noted == [("admin:A-1", "ladder_pause", {"ladder": "vendor_accept", "step": 1, "reason": "spoke to Njeri"})]
    told = await board.rows("SELECT actor, city, payload FROM outbox WHERE topic = 'comms.ladder.steered'")
    assert told == [
        (
            "admin:A-1",
            "Nairobi",
            {
                "order_id": order.id,
                "ladder": "vendor_accept",
                "action": "pause",
                "step": 1,
                "by": "admin:A-1",
                "reason": "spoke to Njeri",
            },
        )
    ]


async def test_a_ladder_that_has_ended_is_not_steered(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    await board.write(VENDOR, payload=f"vendor_accept:{order.id}")
    for act in ("pause", "resume", "skip", "fire", "own"):
        refused = await steer(board, order, act, key=act)
        assert (refused.status_code, refused.json()["context"]["reason"]) == (409, "comms.ladder_not_running")
    assert await board.cards() == []


async def test_steering_needs_a_reason_a_key_the_role_and_the_city(board: Switchboard, order: OrderView) -> None:
    await board.settle()
    before = await board.rows("SELECT due_at, meta FROM sla_timer ORDER BY id")
    path = f"{PATH}/{order.id}/vendor_accept/pause"
    key, body = {"idempotency-key": "k1"}, {"reason": "spoke to Njeri"}
    admin = board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    tries = (
        (admin | key, {}, 422),
        (admin, body, 400),
        (board.api.token("vendor:V-1", Role.VENDOR) | key, body, 403),
        (board.api.token("admin:A-2", Role.ADMIN, cities=["Nashik"]) | key, body, 404),
        (board.api.token("owner:O-2", Role.OWNER, merchant_id="M-2") | key, body, 404),
    )
    for headers, given, status in tries:
        refused = await board.api.client.post(path, json=given, headers=headers)
        assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert await board.rows("SELECT due_at, meta FROM sla_timer ORDER BY id") == before


async def test_the_watch_over_a_payment_is_a_ladder_like_the_others(board: Switchboard, order: OrderView) -> None:
    """It is foretold, held, skipped and taken over; the card of who has it is the attempt's own."""
    async with board.database.transaction() as session:
        await arm(session, TimerKind.PAYMENT_PENDING, order.id, delay_s=60, meta={"attempt_id": "PA-1"})
    headers = board.api.token("admin:A-1", Role.ADMIN, cities=["Nairobi"])
    path = f"{PATH}/{order.id}/payment_pending/preview"
    foretold = await board.api.client.post(path, json={}, headers=headers)
    asked = [(after_s, ["query"]) for after_s in (60, 90, 150, 900)]
    assert (foretold.json()["callee"], plan(foretold.json())) == (
        f"customer:{order.user_id}",
        [*asked, (960, ["admin"])],
    )
    acts = ("skip", "pause", "resume")
    answers = [await steer(board, order, act, key=act, kind="payment_pending") for act in acts]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    running = [ladder for ladder in await outlook(board, order) if ladder["ladder"] == "payment_pending"]
    assert plan(running[0]) == [*asked[1:], (960, ["admin"])]
    assert (await steer(board, order, "own", key="k9", kind="payment_pending")).status_code == 200
    cards = "SELECT subject_id, order_id, owner FROM ops_exceptions WHERE kind = 'payment_outcome_unknown'"
    assert await board.rows(cards) == [("PA-1", order.id, "admin:A-1")]
    timers = "SELECT step, meta FROM sla_timer WHERE type = 'payment_pending' AND state = 'pending'"
    assert await board.rows(timers) == [(4, {"attempt_id": "PA-1", "owned_by": "admin:A-1"})]
