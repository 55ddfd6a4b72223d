"""What the worker runs for ever: inbox, turns, events, timers and sends, each with its handlers."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

from backend.bootstrap.events import all_events
from backend.bootstrap.providers import Providers
from backend.catalog import tasks as catalog_tasks
from backend.catalog.service import CatalogService
from backend.channels.providers.instagram.settings import InstagramSettings
from backend.channels.providers.whatsapp.settings import WhatsAppSettings
from backend.channels.tasks import send_handlers as channel_senders
from backend.comms import money_cards
from backend.comms import subscribers as comms_subscribers
from backend.comms import tasks as comms_tasks
from backend.comms.dead_work import DeadWork
from backend.comms.lines import line_of
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.heard_notes import HeardNotes
from backend.comms.service.instructions import Instructions
from backend.comms.service.journal import CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.service.order_ladders import LaddersOfOrders
from backend.comms.service.partner_speech import PartnerSpeech
from backend.comms.service.rider_pictures import RiderPictures
from backend.comms.service.rider_prompts import RiderPrompts
from backend.comms.service.undelivered import Undelivered
from backend.comms.service.vendor_prompts import VendorPrompts
from backend.comms.settings import AfricasTalkingSettings, ExotelSettings
from backend.conversations import subscribers as conversation_subscribers
from backend.conversations import tasks as conversation_tasks
from backend.conversations.service import ConversationsService
from backend.conversations.settings import ConversationsSettings
from backend.dispatch import subscribers as dispatch_subscribers
from backend.dispatch.service import BatchService, DispatchService, RidersService, RouteWatch
from backend.dispatch.settings import DispatchSettings
from backend.dispatch.tasks import BatchLoop, WayPlanner
from backend.orders import tasks as order_tasks
from backend.orders.service import OrdersService
from backend.payments import cash_tasks, payout_tasks
from backend.payments import subscribers as payment_subscribers
from backend.payments import tasks as payment_tasks
from backend.payments.service.attempts import AttemptsService
from backend.payments.service.books import Books
from backend.payments.service.inbox import PaymentsInbox
from backend.payments.service.pasted import PastedCodes
from backend.payments.service.pasted import timer_handlers as pasted_timers
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.pulls import PullsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.rider_cash import RiderCashService
from backend.payments.service.taken_back import TakenBackService
from backend.payments.service.watches import AttemptWatches
from backend.payments.settings import DarajaSettings
from backend.platform.backlog import BacklogMeter
from backend.platform.broker.relay import BrokerRelay
from backend.platform.consumers import EventConsumers
from backend.platform.db.session import Database
from backend.platform.events import Subscription
from backend.platform.flags import Flags
from backend.platform.inbox_worker import InboxHandler, InboxWorker
from backend.platform.pruning import Pruner
from backend.platform.registry import Registry
from backend.platform.sender import SenderLoop
from backend.platform.sends import SendHandler
from backend.platform.settings import PlatformSettings
from backend.platform.timer_engine import TimerEngine
from backend.platform.timers import TimerHandler, TimerKind
from backend.reports import subscribers as report_subscribers
from backend.reports.service.day_ends import DayEndsService
from backend.reports.tasks import DayEndsLoop
from backend.vendors.service import VendorsService

if TYPE_CHECKING:
    from backend.payments.ports import Callbacks, PaymentProvider

type Loop = Callable[[asyncio.Event], Coroutine[None, None, None]]


def worker_loops(registry: Registry, providers: Providers) -> tuple[Loop, ...]:
    """Return the loops of one worker; each runs until it is told to stop."""
    database, flags = registry.get(Database), registry.get(Flags)
    conversations, dead = registry.get(ConversationsService), DeadWork(registry.get(CardsService))
    sender = SenderLoop(
        database,
        _send_handlers(registry, providers),
        is_paused=lambda channel: flags.enabled(f"pause.{channel}"),
    )
    turns = conversation_tasks.TurnLoop(database, conversations, providers.rasa, ConversationsSettings(), sender)
    return (
        InboxWorker(database, _inbox_handlers(registry, providers, turns), on_dead=dead.on_event).run,
        turns.run,
        EventConsumers(database, subscriptions(registry)).run,
        TimerEngine(database, _timer_handlers(registry), on_dead=dead.on_timer).run,
        DayEndsLoop(database, registry.get(DayEndsService), on_dead=dead.on_timer).run,
        sender.run,
        BacklogMeter(database).run,
        Pruner(database, keep_days=PlatformSettings().keep_days).run,
        BatchLoop(
            database,
            flags,
            registry.get(BatchService),
            registry.get(RidersService),
            every_s=DispatchSettings().batch_every_s,
        ).run,
        *_pull_loops(registry, providers),
        *_broker_loops(database, registry.get(PlatformSettings)),
    )


def _pull_loops(registry: Registry, providers: Providers) -> tuple[Loop, ...]:
    """Return the loop that reads paybills and tills, where the feed is switched on."""
    settings = DarajaSettings()
    if not settings.pulled:
        return ()
    pulls = PullsService(registry.get(Database), providers.daraja, registry.get(ReceiptsService), settings)
    return (payment_tasks.PullLoop(pulls, settings.pulled).run,)


def _broker_loops(database: Database, settings: PlatformSettings) -> tuple[Loop, ...]:
    """Return the loop that tells a broker, where one is configured."""
    if not settings.broker_url:
        return ()
    topics = [event.topic for event in all_events()]
    return (BrokerRelay(database, settings.broker_url, topics).run,)


def _inbox_handlers(
    registry: Registry, providers: Providers, turns: conversation_tasks.TurnLoop
) -> dict[str, InboxHandler]:
    payments: dict[str, InboxHandler] = {
        name: _payments_inbox(registry, callbacks).handle for name, callbacks in providers.callbacks.items()
    }
    calls = registry.get(CallsService)
    voices = (providers.voice, providers.voice_answers)
    return {
        **conversation_tasks.inbox_handlers(registry.get(ConversationsService), turns),
        **payments,
        **{voice.provider: comms_tasks.VoiceInbox(voice, calls).handle for voice in voices},
    }


def subscriptions(registry: Registry) -> tuple[Subscription, ...]:
    """Return who inside follows the events."""
    dispatch = dispatch_subscribers.DispatchSubscriber(
        registry.get(DispatchService), DispatchSettings(), registry.get(Flags)
    )
    comms = comms_subscribers.CommsSubscriber(
        registry.get(OrdersService),
        registry.get(CallsService),
        registry.get(CardsService),
        registry.get(VendorsService),
        registry.get(LaddersOfOrders),
    )
    return (
        *dispatch_subscribers.subscriptions(dispatch),
        *payment_subscribers.subscriptions(
            payment_subscribers.PaymentsSubscriber(registry.get(OrdersService), registry.get(Books))
        ),
        *payout_tasks.subscriptions(registry.get(PayoutsService)),
        *comms_subscribers.subscriptions(comms),
        *money_cards.subscriptions(money_cards.MoneyCards(registry.get(CardsService))),
        *comms_subscribers.prompt_subscriptions(*_prompts(registry)),
        *report_subscribers.subscriptions(registry.get(CardsService), registry.get(VendorsService)),
        *conversation_subscribers.subscriptions(
            registry.get(ConversationsService), registry.get(OrdersService), registry.get(DispatchService)
        ),
    )


def _payments_inbox(registry: Registry, callbacks: "Callbacks") -> PaymentsInbox:
    return PaymentsInbox(
        callbacks,
        registry.get(OrdersService),
        registry.get(AttemptsService),
        registry.get(ReceiptsService),
        registry.get(PayoutsService),
        registry.get(PastedCodes),
        registry.get(TakenBackService),
    )


def _prompts(registry: Registry) -> tuple[RiderPrompts, VendorPrompts, Instructions]:
    orders, vendors, speech = registry.get(OrdersService), registry.get(VendorsService), registry.get(PartnerSpeech)
    desk, cards = registry.get(DispatchService), registry.get(CardsService)
    heard = registry.get(HeardNotes)
    riders = RiderPrompts(orders, vendors, desk, speech, heard)
    return riders, VendorPrompts(orders, vendors, speech), Instructions(orders, vendors, desk, speech, cards, heard)


def _timer_handlers(registry: Registry) -> dict[TimerKind, TimerHandler]:
    return {
        **catalog_tasks.timer_handlers(registry.get(CatalogService)),
        **order_tasks.timer_handlers(registry.get(OrdersService), registry.get(LaddersOfOrders)),
        **payment_tasks.timer_handlers(payment_tasks.PendingPayments(registry.get(AttemptWatches))),
        **cash_tasks.timer_handlers(cash_tasks.CarriedCash(registry.get(RiderCashService))),
        **pasted_timers(registry.get(PastedCodes)),
        **payout_tasks.timer_handlers(payout_tasks.PendingPayouts(registry.get(PayoutsService))),
        **comms_tasks.timer_handlers(registry.get(LadderService)),
        **conversation_tasks.timer_handlers(registry.get(ConversationsService)),
    }


def _send_handlers(registry: Registry, providers: Providers) -> tuple[SendHandler, ...]:
    database, journal = registry.get(Database), registry.get(CommsJournal)
    observers = (registry.get(ConversationsService).speaker, journal, registry.get(Undelivered))
    rates = (
        (providers.whatsapp, WhatsAppSettings().rate_per_s),
        (providers.instagram, InstagramSettings().rate_per_s),
    )
    calls, cards = registry.get(CallsService), registry.get(CardsService)
    exotel, talking = line_of(ExotelSettings()), line_of(AfricasTalkingSettings())
    voice = (
        comms_tasks.CallSender(providers.exotel, database, calls, journal, cards, exotel),
        comms_tasks.CallStatusAsker(providers.exotel, database, calls, exotel),
        comms_tasks.CallSender(providers.africastalking, database, calls, journal, cards, talking),
    )
    photos = comms_tasks.PhotoFetcher(database, registry.get(RiderPictures))
    files = conversation_tasks.FileFetcher(database, registry.get(ConversationsService).files)
    fetchers = (photos, files, WayPlanner(database, registry.get(RouteWatch)))
    return (*channel_senders(rates, database, observers), *_payment_senders(registry, providers), *voice, *fetchers)


def _payment_senders(registry: Registry, providers: Providers) -> tuple[SendHandler, ...]:
    database, orders = registry.get(Database), registry.get(OrdersService)
    attempts, watches = registry.get(AttemptsService), registry.get(AttemptWatches)
    daraja = providers.callbacks["daraja"]
    rails: tuple[tuple[str, PaymentProvider], ...] = (("daraja", providers.daraja), ("upi", providers.upi))
    handlers: list[SendHandler] = []
    for channel, provider in rails:
        callbacks = providers.callbacks[channel]
        handlers += [
            payment_tasks.RequestHandler(
                channel,
                provider,
                database,
                orders,
                attempts,
                watches,
                lambda attempt, callbacks=callbacks: callbacks.address("stk", attempt),  # type: ignore[misc]
            ),
            payment_tasks.QueryHandler(f"{channel}.query", provider, database, orders, attempts),
            payment_tasks.CloseHandler(f"{channel}.close", provider, database, orders, attempts),
        ]
    check = payment_tasks.ReceiptCheckHandler(
        providers.daraja.ask_about_receipt, lambda order_id: daraja.address("result", order_id)
    )
    return (
        *handlers,
        check,
        payout_tasks.PayoutHandler(providers.daraja, database, registry.get(PayoutsService), daraja.address),
        payout_tasks.PayoutStatusHandler(providers.daraja, database, daraja.address),
    )
