"""What became of our messages: statuses move forward, doubts are cleared by receipts, failures are seen."""

import pytest

from tests.support.town import Town, reply


async def test_statuses_in_any_order_end_at_the_furthest(shop: Town) -> None:
    """Read before delivered before sent stays read."""
    await shop.control("POST", "webhooks/accidents", what="hold", provider="whatsapp", kind="status.*")
    await shop.says("habari")
    await shop.act("whatsapp", "read", **{"from": "wanjiru"})
    await shop.control("DELETE", "webhooks/accidents")
    await shop.control("POST", "webhooks/release", order="reversed")
    await shop.settle()
    assert (await shop.messages())[-1].status == "read"


async def test_a_send_in_doubt_is_cleared_by_its_status(shop: Town) -> None:
    """The provider takes the message and the line breaks: the status with our reference proves it; nothing twice."""
    await shop.control("POST", "faults", provider="whatsapp", path="/messages", mode="drop", left=1)
    await shop.says("habari")
    answer = (await shop.messages())[-1]
    assert (answer.status, answer.possible_duplicate) == ("delivered", False)
    assert await shop.scalar("SELECT state FROM outbound_send") == "sent"
    await shop.pass_time(120)
    await shop.settle()
    assert len([send for send in await shop.sends() if send.get("type") == "text"]) == 1


async def test_a_send_that_never_arrived_goes_out_again_and_says_so(shop: Town) -> None:
    """No receipt within the time: it is sent once more, marked as a possible duplicate."""
    await shop.control("POST", "faults", provider="whatsapp", path="/messages", mode="cut", left=1)
    await shop.says("habari")
    assert (await shop.messages())[-1].status == "unknown"
    for _ in range(4):
        await shop.pass_time(40)
        await shop.settle()
    answer = (await shop.messages())[-1]
    assert (answer.status, answer.possible_duplicate) == ("delivered", True)


async def test_a_refused_message_is_seen_on_the_thread(shop: Town) -> None:
    """The code and what it asks for stand on the message."""
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="habari")
    await shop.inbox.drain()
    await shop.turns.drain()
    await shop.account("whatsapp", "number", code=131026)
    await shop.settle()
    answer = (await shop.messages())[-1]
    assert (answer.status, answer.error_code, answer.error_action) == ("failed", "whatsapp.131026", "other_channel")


async def test_a_late_failure_comes_by_status(shop: Town) -> None:
    """Accepted first and failed later: the thread shows the failure."""
    await shop.account("whatsapp", "failures", asynchronous=True)
    await shop.account("whatsapp", "number", code=131049)
    await shop.says("habari")
    answer = (await shop.messages())[-1]
    assert (answer.status, answer.error_code, answer.error_action) == ("failed", "whatsapp.131049", "other_channel")
    assert (await shop.thread()).unread == 1


async def test_what_was_held_back_on_purpose_is_nothing_to_look_at(shop: Town) -> None:
    """The answer to who opts out while it waits to be sent."""
    await shop.act("whatsapp", "text", **{"from": "wanjiru"}, text="habari")
    await shop.inbox.drain()
    async with shop.database.transaction() as session:
        work = await shop.service.turns.claim(session)
        assert work is not None
    async with shop.database.transaction() as session:
        await shop.service.turns.finish(session, work, [reply("Karibu")])
    await shop.says("stop")
    assert (await shop.thread()).unread == 0
    assert [m.error_action for m in await shop.messages() if m.error_action] == ["give_up"]


@pytest.mark.parametrize("by", ["status", "settings"])
async def test_a_no_to_advertising_is_kept_with_the_customer(shop: Town, by: str) -> None:
    """Said in WhatsApp's own settings, or learnt from its refusal; news of orders still go out."""
    await shop.says("habari")
    if by == "status":
        await shop.account("whatsapp", "number", code=131050)
        await shop.says("habari tena")
    else:
        await shop.account("whatsapp", "preference", **{"from": "wanjiru"}, value="stop")
        await shop.settle()
    consent = await shop.scalar("SELECT consent FROM customers")
    source = "whatsapp.131050" if by == "status" else "whatsapp"
    assert (consent["marketing"], consent["marketing_by"]) == (False, source)
    assert await shop.scalar("SELECT opted_out_at FROM customers") is None


async def test_seen_on_instagram_marks_all_before(shop: Town) -> None:
    """Instagram names the newest message seen; the ones before it were seen too."""
    await shop.says("hi", who="asha", provider="instagram")
    await shop.says("size?", who="asha", provider="instagram")
    await shop.act("instagram", "read", **{"from": "asha"})
    await shop.settle()
    assert [message.status for message in await shop.messages() if message.direction == "out"] == ["read", "read"]


async def test_receipts_of_others_go_to_the_partners(shop: Town) -> None:
    """A status whose reference is none of the threads' reaches the partners' desk."""
    from backend.channels.ports import Channel, OutboundKind, OutboundMessage

    message = OutboundMessage(
        Channel.WHATSAPP,
        "100000000000001",
        "254711000231",
        OutboundKind.TEMPLATE,
        template="Vendor_Ready_Reminder",
        language="sw",
        params=("ORD7", "3"),
        payloads=("vendor_ready:ORD7", "vendor_extend:ORD7"),
    )
    async with shop.database.transaction() as session:
        await shop.channels.send(session, message, idem="ladder:ORD7:1")
    await shop.settle()
    assert {receipt.reference for receipt in shop.partners.receipts} == {"ladder:ORD7:1"}
    assert "delivered" in {str(receipt.status) for receipt in shop.partners.receipts}


async def test_a_webhook_that_nobody_can_read_is_kept_for_a_person(shop: Town) -> None:
    """A message of an unknown account dies in the inbox with its reason; the rest goes on."""
    await shop.scalar("UPDATE merchants SET wa_phone_number_id = 'other' WHERE id = 'M-1' RETURNING id")
    await shop.says("habari")
    assert await shop.scalar("SELECT state || ' ' || error FROM provider_events") == (
        "dead UnknownAccountError: No merchant has this account"
    )


@pytest.mark.parametrize(("code", "named"), [(131042, True), (131049, False)])
async def test_an_account_that_fails_by_status_alone_is_told_of(shop: Town, code: int, *, named: bool) -> None:
    """WhatsApp takes a message and tells later that the business has not paid: as much an outage as a refusal."""
    await shop.account("whatsapp", "failures", asynchronous=True)
    await shop.account("whatsapp", "number", code=code)
    await shop.says("habari")
    ours = "SELECT count(*) FROM provider_outage JOIN merchants ON channel = 'whatsapp:' || wa_phone_number_id"
    assert await shop.scalar(ours) == int(named)
