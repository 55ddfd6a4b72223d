"""Customers hear of their orders' steps in their language."""

import string
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.conversations.subscribers import CustomerNotices
from backend.conversations.texts import LANGUAGES, say, texts_in
from backend.orders.events import OrderState
from backend.platform.actors import SYSTEM
from backend.platform.events import Position, StoredEvent
from tests.support.factories.catalog import make_items
from tests.support.factories.orders import make_order, orders_service
from tests.support.factories.vendors import make_vendor
from tests.support.town import Town


class _Rider:
    name = "Kamau"


class _Desk:
    async def code_for_customer(self, _session: Any, _order_id: str) -> str | None:
        return "4821"

    async def contact(self, _session: Any, _rider_id: str) -> _Rider:
        return _Rider()


def _event(topic: str, order_id: str, **payload: Any) -> StoredEvent:
    return StoredEvent(
        event_id=f"E-{topic}-{payload.get('to', '')}",
        topic=topic,
        key=order_id,
        payload={"order_id": order_id, **payload},
        actor=SYSTEM,
        city="Nairobi",
        trace_id="t",
        occurred_at=datetime(2026, 11, 22, tzinfo=UTC),
        position=Position(1, 1),
    )


async def _order(shop: Town) -> str:
    await shop.says("unga mbili")
    thread = await shop.thread()
    async with shop.database.transaction() as session:
        await make_vendor(session)
        await make_items(session)
        order = await make_order(
            session, OrderState.PENDING, shop=False, user_id=thread.customer_id, conversation_id=thread.id
        )
    return order.id


async def _tell(shop: Town, event: StoredEvent) -> str | None:
    before = len(await shop.messages())
    async with shop.database.transaction() as session:
        await CustomerNotices(shop.service, orders_service(), _Desk()).handle(session, event)
    await shop.settle()
    messages = await shop.messages()
    return messages[-1].text if len(messages) > before else None


async def test_each_step_of_an_order_is_told(shop: Town) -> None:
    """From prompt to delivery, once an event; a repeated event says nothing."""
    order = await _order(shop)
    prompt = {"method": "mpesa", "amount_minor": 35_200, "currency": "KES", "url": None}
    state = "order.state.changed"
    told = [
        await _tell(shop, _event("payment.requested", order, **prompt)),
        await _tell(shop, _event("payment.failed", order, reason="wrong_pin")),
        await _tell(shop, _event("order.payment.awaited", order, due_minor=35_200, currency="KES", left_s=599)),
        await _tell(shop, _event(state, order, **{"from": "pending", "to": "confirmed"})),
        await _tell(shop, _event(state, order, **{"from": "confirmed", "to": "processing", "prep_minutes": 20})),
        await _tell(shop, _event("order.preparation.changed", order, added_minutes=10)),
        await _tell(shop, _event("dispatch.accepted", order, rider_id="R-1")),
        await _tell(shop, _event(state, order, **{"from": "handover", "to": "out_for_delivery"})),
        await _tell(shop, _event(state, order, **{"from": "out_for_delivery", "to": "delivered"})),
    ]
    assert told == [
        f"Angalia simu yako na uweke PIN ya M-Pesa kulipa KSh 352 kwa oda {order}.",
        f"Malipo ya oda {order} hayakupita: PIN si sahihi. Jibu LIPA tutume ombi tena.",
        say("sw", "payment_awaited", {"order_id": order, "amount": "KSh 352", "minutes": 10}),
        f"Asante, tumepokea KSh 352 kwa oda {order}. Duka linajulishwa sasa.",
        f"Duka limekubali oda {order}. Itakuwa tayari baada ya dakika 20 hivi.",
        f"Oda {order} itachukua dakika 10 zaidi. Asante kwa subira yako.",
        f"Kamau ataleta oda {order}.",
        f"Oda {order} iko njiani. Ukishaipokea, mpe rider nambari hii: 4821",
        f"Oda {order} imefika. Asante kwa kununua kwetu, karibu tena!",
    ]
    again = _event(state, order, **{"from": "out_for_delivery", "to": "delivered"})
    assert await _tell(shop, again) is None


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            {"reason": "system_busy", "tries_again": True},
            (
                "Ombi la malipo ya oda {order} halikuweza kutumwa sasa hivi. Tutalituma tena baada ya kama dakika"
                " mbili; huhitaji kufanya chochote."
            ),
        ),
        (
            {"reason": "prompt_not_sent", "paybill": "600999"},
            (
                "Ombi la malipo ya oda {order} halifiki kwenye simu yako. Unaweza kulipa mwenyewe: M-Pesa, Lipa na"
                " M-Pesa, Pay Bill, nambari ya biashara 600999, akaunti {order}, KSh 352. Au jibu LIPA tujaribu ombi"
                " tena."
            ),
        ),
        (
            {"reason": "prompt_not_sent", "till": "5600999"},
            (
                "Ombi la malipo ya oda {order} halifiki kwenye simu yako. Unaweza kulipa mwenyewe: M-Pesa, Lipa na"
                " M-Pesa, Buy Goods and Services, nambari ya till 5600999, KSh 352. Kisha ututumie kodi ya ujumbe wa"
                " M-Pesa. Au jibu LIPA tujaribu ombi tena."
            ),
        ),
        (
            {"reason": "not_permitted"},
            (
                "Malipo ya oda {order} hayakuweza kuombwa, na hakuna pesa iliyokatwa. Mhudumu wa duka anaangalia;"
                " unaweza pia kuchagua njia nyingine ya kulipa."
            ),
        ),
    ],
)
async def test_a_failed_prompt_says_what_comes_next(shop: Town, told: dict[str, Any], words: str) -> None:
    """That we try again, where to pay by hand, or that a person looks at it; nobody is asked to do what can't help."""
    order = await _order(shop)
    assert await _tell(shop, _event("payment.failed", order, **told)) == words.format(order=order)


async def test_a_closed_order_starts_a_new_session(shop: Town) -> None:
    """The next message is a new dialogue."""
    order = await _order(shop)
    before = (await shop.thread()).session_id
    await _tell(shop, _event("order.state.changed", order, **{"from": "pending", "to": "cancelled"}))
    assert (await shop.thread()).session_id != before


async def test_after_a_day_a_notice_goes_by_template(shop: Town) -> None:
    """The window is closed, so the same words go inside the template for updates."""
    order = await _order(shop)
    await shop.pass_time(86_500)
    words = await _tell(shop, _event("order.address.changed", order, new={"text": "Yaya Centre"}))
    sent = (await shop.sends())[-1]["template"]
    assert sent["name"] == "customer_order_update"
    assert [p["text"] for p in sent["components"][0]["parameters"]] == [order, words]
    assert (await shop.messages())[-1].status == "delivered"


@pytest.mark.parametrize(("status", "name"), [("APPROVED", "customer_delay"), ("PAUSED", "customer_order_update")])
async def test_a_delay_goes_by_its_own_template_while_that_may_be_sent(shop: Town, status: str, name: str) -> None:
    """Paper two's Customer_Delay with the minutes; paused, the words go inside the template for updates."""
    order = await _order(shop)
    await shop.pass_time(86_500)
    await shop.account("whatsapp", "template_status", name="customer_delay", language="sw", status=status)
    await shop.settle()
    words = await _tell(shop, _event("order.preparation.changed", order, added_minutes=10))
    assert words == f"Oda {order} itachukua dakika 10 zaidi. Asante kwa subira yako."
    sent = (await shop.sends())[-1]["template"]
    values = [p["text"] for p in sent["components"][0]["parameters"]]
    assert (sent["name"], values) == (name, [order, "10"] if status == "APPROVED" else [order, words])
    assert (await shop.messages())[-1].status == "delivered"


async def test_what_cannot_be_sent_is_shown_to_people(shop: Town) -> None:
    """Instagram allows nothing after a day: the words stand on the thread as failed."""
    await shop.says("hi", who="asha", provider="instagram")
    await shop.pass_time(86_500)
    thread = await shop.thread()
    async with shop.database.transaction() as session:
        await shop.service.notify_customer(
            session, conversation_id=thread.id, message_key="delivered", params={"order_id": "ORD7"}
        )
    last = (await shop.messages())[-1]
    assert (last.status, last.error_code) == ("failed", "channels.window_closed")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_with_the_same_facts(language: str) -> None:
    """No text is missing, none has lost or gained a parameter."""
    english = texts_in("en")
    assert texts_in(language).keys() == english.keys()
    assert {key: _fields(text) for key, text in texts_in(language).items()} == {
        key: _fields(text) for key, text in english.items()
    }


def test_braces_in_a_parameter_are_plain_text() -> None:
    """A customer's address can't name another parameter."""
    assert say("en", "address_changed", {"order_id": "ORD7", "address": "{otp}"}) == "Order ORD7 now goes to: {otp}"
