"""The console in tests: its services, people who are logged in, and a shop on a busy evening."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.channels.providers.instagram.client import InstagramChannel
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.client import WhatsAppChannel
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.service import ChannelsService
from backend.comms.ladders import DEFAULT_STEPS, steps_to_json
from backend.comms.models import EscalationPolicy
from backend.comms.ports import LogLine
from backend.comms.rows import add_logs
from backend.comms.service.actions import PartnerActions
from backend.comms.service.bridges import Bridges
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.forecasts import LadderForecasts
from backend.comms.service.journal import CommsJournal
from backend.comms.service.plans import LadderPlans
from backend.comms.settings import CommsSettings
from backend.conversations import repository
from backend.conversations.drafts.repository import to_text
from backend.conversations.drafts.state import Draft, DraftLine, DraftState, Question, draft_to_json
from backend.conversations.models import Conversation, DraftRow, Message
from backend.conversations.service import ConversationsService
from backend.conversations.settings import ConversationsSettings
from backend.dispatch.service import DispatchService, ProofsService, RidersService
from backend.dispatch.settings import DispatchSettings
from backend.orders.commands import OrderLineDraft, PaymentMethod, PaymentMode
from backend.orders.events import OrderState
from backend.orders.ports import OrderView
from backend.payments.models import Receipt
from backend.payments.service import PaymentsService
from backend.payments.service.parts import PartsService
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.payments.service.rider_cash import RiderCashService
from backend.payments.service.settlements import SettlementsService
from backend.payments.settings import PaymentsSettings
from backend.platform.actors import Actor
from backend.platform.auth.principal import ALL_CITIES, Principal, Role
from backend.platform.clock import Clock
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.ids import new_uuid
from backend.platform.ratelimit import RequestLimiter
from backend.platform.settings import PlatformSettings
from backend.platform.timers import TimerKind, arm, cancel
from backend.reports.service.periods import ReportsService
from tests.support.factories.catalog import make_items
from tests.support.factories.customers import customers_service, make_customer
from tests.support.factories.dispatch import dispatch_service, make_rider, riders_service
from tests.support.factories.drafts import SHELF, make_conversation
from tests.support.factories.orders import make_order, orders_service
from tests.support.factories.payments import (
    cash_service,
    parts_service,
    payments_service,
    payouts_service,
    receipts_service,
)
from tests.support.factories.reports import reports_service
from tests.support.factories.vendors import make_merchant, make_vendor, vendors_service
from tests.support.town import PartnerDesk


def plans(clock: Clock, flags: str = "exotel=true") -> LadderPlans:
    """What ladders run by; nothing is sent."""
    switches = Flags(Database(PlatformSettings().database_url), flags)
    return LadderPlans(vendors_service(), dispatch_service(clock), ChannelsService(()), switches, CommsSettings())


def bridges(clock: Clock, flags: str = "exotel=true") -> Bridges:
    """Who joins people by phone; calls are queued and nobody dials."""
    desk, cards, journal, settings = dispatch_service(clock), CardsService(clock), CommsJournal(), CommsSettings()
    actions = PartnerActions(orders_service(), vendors_service(), desk, cards, journal)
    calls = CallsService(orders_service(), vendors_service(), journal, actions, settings)
    by = plans(clock, flags)
    return Bridges(vendors_service(), customers_service(), desk, calls, by, RequestLimiter(), settings)


def console_services(clock: Clock) -> dict[type[Any], Any]:
    """What the console needs beside vendors, customers, catalogue and orders; all real."""
    channels = ChannelsService((WhatsAppChannel(WhatsAppSettings()), InstagramChannel(InstagramSettings())))
    conversations = ConversationsService(
        ConversationsSettings(), channels, vendors_service(), customers_service(), orders_service(), PartnerDesk()
    )
    return {
        PlatformSettings: PlatformSettings(),
        Bridges: bridges(clock),
        LadderPlans: plans(clock, "wa=true,exotel=true"),
        LadderForecasts: LadderForecasts(plans(clock, "wa=true,exotel=true")),
        ProofsService: ProofsService(orders_service(), DispatchSettings()),
        ChannelsService: channels,
        ConversationsService: conversations,
        CardsService: CardsService(clock),
        DispatchService: dispatch_service(clock),
        PaymentsService: payments_service(clock),
        ReceiptsService: receipts_service(clock),
        PartsService: parts_service(clock),
        PayoutsService: payouts_service(clock),
        RidersService: riders_service(clock),
        RiderCashService: cash_service(clock),
        RefundsService: RefundsService(orders_service(), clock, PaymentsSettings()),
        ReportsService: reports_service(),
        SettlementsService: SettlementsService(orders_service()),
    }


def person(
    actor: str = "agent:S-1",
    *roles: Role,
    name: str = "Asha",
    cities: Iterable[str] = ALL_CITIES,
    merchant_id: str | None = None,
) -> Principal:
    """Somebody who works at the console; an agent unless told otherwise."""
    return Principal(Actor.parse(actor), frozenset(roles or (Role.AGENT,)), frozenset(cities), merchant_id, name)


async def say(
    session: AsyncSession, thread: Conversation, author: str, words: str, *, ago_s: float = 0, **fields: Any
) -> Message:
    """Put a message on a thread, as it would be stored."""
    now = await repository.now(session)
    direction = "in" if author == "customer" else "out"
    values = {"direction": direction, "kind": "text", "status": "received" if direction == "in" else "read", **fields}
    row = repository.message_row(
        thread, now - timedelta(seconds=ago_s), new_uuid(), author=author, text=words, **values
    )
    session.add(row)
    thread.last_message_at = row.sent_at
    if direction == "in":
        thread.last_inbound_at = row.sent_at
    await session.flush()
    return row


async def make_thread(
    session: AsyncSession,
    name: str = "Achieng",
    number: int = 101,
    *,
    words: Sequence[tuple[str, str]] = (),
    **fields: Any,
) -> Conversation:
    """A customer's thread with these (author, words), one every 40 seconds until now."""
    merchant_id = fields.get("merchant_id", "M-1")
    peer = f"254700000{number}" if merchant_id == "M-1" else f"919900000{number}"
    customer = await make_customer(session, merchant_id=merchant_id, external_id=peer, name=name, phone=f"+{peer}")
    thread = await make_conversation(session, customer.id, peer=peer, **fields)
    for place, (author, said) in enumerate(words):
        await say(session, thread, author, said, ago_s=40 * (len(words) - place))
    return thread


async def make_draft(session: AsyncSession, thread: Conversation, *lines: tuple[str, int, str], **fields: Any) -> None:
    """An open draft of (SKU, quantity, the customer's words) on a thread."""
    goods = [DraftLine(sku, Decimal(qty), words) for sku, qty, words in lines]
    draft = Draft(id=f"D-{new_uuid()[:8]}", state=DraftState.OPEN, lines=goods, **fields)
    session.add(DraftRow(id=draft.id, conversation_id=thread.id, state="open", body=to_text(draft_to_json(draft))))
    await session.flush()


async def climb(session: AsyncSession, order: OrderView, kind: TimerKind, *, step: int, in_s: float) -> None:
    """Let a ladder of an order stand before this step."""
    policy = EscalationPolicy(
        kind=str(kind),
        city=None,
        tier=f"t-{order.id}",
        version=1,
        steps=steps_to_json(DEFAULT_STEPS[kind]),
        created_by="test",
    )
    session.add(policy)
    await session.flush()
    await cancel(session, order.id, [kind], by="test")
    await arm(session, kind, order.id, delay_s=in_s, step=step, policy_id=str(policy.id), policy_version=1)


async def pay_in(session: AsyncSession, order: OrderView, code: str) -> None:
    """A receipt for the whole order."""
    session.add(
        Receipt(
            id=f"RC-{new_uuid()[:8]}",
            provider="mpesa",
            code=code,
            amount_minor=order.amount_minor,
            currency=order.currency,
            order_id=order.id,
            merchant_id=order.merchant_id,
            payer_hint="221",
            evidence="callback",
            state="matched",
        )
    )
    await session.flush()


async def messaged(session: AsyncSession, order: OrderView, template: str, status: str = "delivered") -> None:
    """A message to the order's vendor, in the log."""
    actor = f"vendor:{order.vendor_id}"
    await add_logs(session, [LogLine(order.id, actor, "whatsapp", "outbound", template, status, new_uuid())])


def _lines(*goods: tuple[str, int]) -> tuple[OrderLineDraft, ...]:
    return tuple(OrderLineDraft(sku, Decimal(qty)) for sku, qty in goods)


COD = {"payment_mode": PaymentMode.COD, "payment_method": PaymentMethod.COD}


async def busy_shop(session: AsyncSession, clock: Clock) -> dict[str, str]:
    """Orders in every state, ladders under way, cards and threads in several languages; returns ids by name."""
    await make_merchant(session)
    await make_vendor(session)
    await make_items(
        session, text=SHELF.replace(",10,size=2kg", ",90,size=2kg").replace(",25,size=1kg", ",90,size=1kg")
    )
    for rider, phone in (("R-1", "+254700000301"), ("R-2", "+254700000302")):
        await make_rider(session, clock, rider, phone=phone)
    return await _orders(session, clock) | await _threads(session)


async def _orders(session: AsyncSession, clock: Clock) -> dict[str, str]:
    rows: tuple[tuple[str, OrderState, tuple[tuple[str, int], ...], dict[str, Any]], ...] = (
        ("Achieng", OrderState.PENDING, (("UNGA-2KG", 2), ("SUKARI-1KG", 1)), {}),
        ("Wanjiru", OrderState.PENDING, (("MAZIWA-500", 4),), {}),
        ("Otieno", OrderState.CONFIRMED, (("UNGA-2KG", 5), ("SUKARI-1KG", 3), ("MAZIWA-1L", 2), ("NYAYO", 1)), {}),
        ("Njoroge", OrderState.CONFIRMED, (("SUKARI-1KG", 2),), {}),
        ("Fatuma", OrderState.PROCESSING, (("UNGA-1KG", 3), ("MAZIWA-500", 2)), {}),
        ("Kiptoo", OrderState.HANDOVER, (("NYAYO", 2),), {}),
        ("Amina", OrderState.OUT_FOR_DELIVERY, (("UNGA-2KG", 1), ("MAZIWA-1L", 1)), {}),
        ("Baraka", OrderState.DELIVERED, (("SUKARI-1KG", 4),), {}),
        ("Zawadi", OrderState.DELIVERED, (("UNGA-1KG", 1),), {}),
        ("Mutua", OrderState.CANCELLED, (("MAZIWA-500", 1),), {}),
    )
    ids, orders = {}, {}
    for number, (name, state, goods, changes) in enumerate(rows):
        phone = f"2547000004{number:02d}"
        customer = await make_customer(session, external_id=phone, name=name, phone=f"+{phone}")
        order = await make_order(session, state, shop=False, user_id=customer.id, lines=_lines(*goods), **changes)
        ids[name], orders[name] = order.id, order
    await climb(session, orders["Otieno"], TimerKind.VENDOR_ACCEPT, step=2, in_s=41)
    await climb(session, orders["Njoroge"], TimerKind.VENDOR_ACCEPT, step=1, in_s=97)
    for name, code in (("Otieno", "SKX1A2B3C4"), ("Amina", "SKX9Z8Y7X6")):
        await pay_in(session, orders[name], code)
        await messaged(session, orders[name], "Vendor_New_Order")
    await _cards(session, clock, orders)
    return ids


async def _cards(session: AsyncSession, clock: Clock, orders: dict[str, OrderView]) -> None:
    for kind, name in (("vendor_silent", "Otieno"), ("no_rider_free", "Kiptoo")):
        order = orders[name]
        await CardsService(clock).open(
            session,
            kind,
            order.id,
            order_id=order.id,
            city=order.city,
            merchant_id=order.merchant_id,
            money_minor=order.amount_minor,
            currency=order.currency,
        )


async def _threads(session: AsyncSession) -> dict[str, str]:
    await make_merchant(session, "M-2", country="IN", name="Nashik Kitchen")
    await make_items(
        session, "M-2", "sku,name,aliases,unit,price,currency,stock,options\nPOHA,Poha,पोहे,plate,40,INR,50,\n"
    )
    swahili = await make_thread(
        session,
        "Wanjiru Kamau",
        111,
        words=(
            ("customer", "Habari, nataka unga mbili za kilo mbili na sukari moja"),
            ("bot", "Karibu Mama Njeri Grocers! 2 × Maize Flour 2kg, 1 × Sugar 1kg. Tulete wapi?"),
            ("customer", "Yaya Centre, gate B. Nitalipa M-Pesa"),
            ("bot", "Jumla ni KSh 502. Tuthibitishe?"),
            ("customer", "ndio lakini niletewe kabla ya saa mbili"),
        ),
        owner_kind="nobody",
        handoff_reason="human",
        handoff_brief={"open_slot": "confirm"},
        at_risk_minor=50200,
        unread=1,
    )
    await make_draft(
        session,
        swahili,
        ("UNGA-2KG", 2, "unga mbili za kilo mbili"),
        ("SUKARI-1KG", 1, "sukari moja"),
        address="Yaya Centre, gate B",
        payment="mpesa",
        question=Question("confirm", "utter_confirm"),  # type: ignore[arg-type]
    )
    hindi = await make_thread(
        session,
        "आशा पाटील",
        112,
        merchant_id="M-2",
        city="Nashik",
        country="IN",
        currency="INR",
        channel="instagram",
        account="ig",
        language="hi",
        words=(
            ("customer", "नमस्ते, दो प्लेट पोहा और एक चाय भेज दीजिए"),
            ("bot", "ज़रूर! 2 × Poha. चाय हमारे पास नहीं है। पोहा कहाँ भेजें?"),
            ("customer", "कॉलेज रोड, सिनेमा के सामने"),
        ),
    )
    await make_draft(session, hindi, ("POHA", 2, "दो प्लेट पोहा"), address="कॉलेज रोड, सिनेमा के सामने")
    sheng = await make_thread(
        session,
        "Brayo",
        113,
        language="sheng",
        owner_kind="agent",
        owner_id="S-2",
        words=(("customer", "Niaje, iko kangumu?"), ("agent:S-2", "Sasa! Ziko, ngapi?")),
    )
    return {"swahili": swahili.id, "hindi": hindi.id, "sheng": sheng.id}
