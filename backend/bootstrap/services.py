"""Builds the services, from those that all use to those that use all."""

from backend.bootstrap.providers import Providers, geography
from backend.catalog.service import CatalogService
from backend.channels.service import ChannelsService
from backend.comms.note_links import NoteLinks
from backend.comms.ports import RiderDesk, VoiceAnswers, VoiceWebhooks
from backend.comms.service.actions import PartnerActions
from backend.comms.service.bridges import Bridges
from backend.comms.service.calls import CallsService
from backend.comms.service.cards import CardsService
from backend.comms.service.control import LadderControl
from backend.comms.service.forecasts import LadderForecasts
from backend.comms.service.heard_notes import HeardNotes
from backend.comms.service.journal import CommsJournal
from backend.comms.service.ladders import LadderService
from backend.comms.service.messages import PartnerMessages
from backend.comms.service.order_ladders import LaddersOfOrders
from backend.comms.service.partner_inbox import PartnerDesk
from backend.comms.service.partner_speech import PartnerSpeech
from backend.comms.service.payment_watches import PaymentWatches
from backend.comms.service.plans import LadderPlans
from backend.comms.service.rider_pictures import RiderPictures
from backend.comms.service.undelivered import Undelivered
from backend.comms.service.versions import LadderVersions
from backend.comms.settings import CommsSettings
from backend.conversations.drafts.briefed import BriefedHandover
from backend.conversations.drafts.ports import Shop
from backend.conversations.drafts.service import DialogueService
from backend.conversations.drafts.settings import DraftSettings
from backend.conversations.reading.reader import read_message
from backend.conversations.service import ConversationsService
from backend.conversations.service.attached import AttachedFiles
from backend.conversations.settings import ConversationsSettings
from backend.customers.service import CustomersService
from backend.dispatch.service import BatchService, DispatchService, ProofsService, RidersService, RouteWatch
from backend.dispatch.settings import DispatchSettings
from backend.geo.service import GeoService
from backend.geo.settings import GeoSettings
from backend.orders.ports import NoteFiles
from backend.orders.service import OrdersService
from backend.orders.settings import OrdersSettings
from backend.payments.providers.daraja.statement import read_statement
from backend.payments.router import PaymentCallbacks
from backend.payments.service import PaymentsService
from backend.payments.service.attempts import AttemptsService
from backend.payments.service.books import Books
from backend.payments.service.candidates import Candidates
from backend.payments.service.hand_payments import HandPaymentsService
from backend.payments.service.parts import PartsService
from backend.payments.service.pasted import PastedCodes
from backend.payments.service.payouts import PayoutsService
from backend.payments.service.receipts import ReceiptsService
from backend.payments.service.refunds import RefundsService
from backend.payments.service.rider_cash import RiderCashService
from backend.payments.service.settlements import SettlementsService
from backend.payments.service.statements import StatementsService
from backend.payments.service.taken_back import TakenBackService
from backend.payments.service.watches import AttemptWatches
from backend.payments.settings import DarajaSettings, PaymentsSettings
from backend.platform.auth.sessions import ConsoleSessions
from backend.platform.auth.tokens import TokenIssuer
from backend.platform.clock import Clock, HostClock, SystemClock
from backend.platform.db.session import Database
from backend.platform.flags import Flags
from backend.platform.inbox import EventIntake
from backend.platform.ratelimit import RequestLimiter
from backend.platform.registry import Registry
from backend.platform.settings import PlatformSettings
from backend.reports.service.day_ends import DayEndsService
from backend.reports.service.periods import ReportsService
from backend.reports.settings import ReportsSettings
from backend.vendors.service import VendorsService
from backend.vendors.settings import VendorsSettings


def add_services(
    registry: Registry, settings: PlatformSettings, database: Database, providers: Providers, clock: SystemClock
) -> None:
    """Put every service into the registry; each builds on those before it."""
    _add_platform(registry, settings, database, clock)
    _add_shop(registry)
    _add_payments(registry, providers, clock)
    _add_dispatch(registry, clock)
    _add_comms(registry, providers, clock)
    _add_conversations(registry, clock)
    _add_reports(registry)


def _add_platform(registry: Registry, settings: PlatformSettings, database: Database, clock: SystemClock) -> None:
    registry.add(PlatformSettings, settings)
    registry.add(SystemClock, clock)
    registry.add(TokenIssuer, TokenIssuer(settings, HostClock()))
    registry.add(ConsoleSessions, ConsoleSessions(settings))
    registry.add(EventIntake, EventIntake(database))
    registry.add(Flags, Flags(database, settings.feature_flags))
    registry.add(RequestLimiter, RequestLimiter(settings.redis_url))


def _add_shop(registry: Registry) -> None:
    vendors = registry.add(VendorsService, VendorsService(VendorsSettings()))
    catalog = registry.add(CatalogService, CatalogService(vendors))
    customers = registry.add(CustomersService, CustomersService(vendors))
    ladders = registry.add(LaddersOfOrders, LaddersOfOrders(vendors, LadderVersions()))
    registry.add(OrdersService, OrdersService(catalog, customers, vendors, ladders, OrdersSettings()))


def _add_payments(registry: Registry, providers: Providers, clock: Clock) -> None:
    orders = registry.get(OrdersService)
    books = registry.add(Books, Books(orders))
    candidates = Candidates(orders, clock)
    receipts = registry.add(ReceiptsService, ReceiptsService(orders, candidates, books))
    registry.add(HandPaymentsService, HandPaymentsService(orders))
    registry.add(PartsService, PartsService(orders, receipts, candidates, books))
    ladders = PaymentWatches(registry.get(VendorsService), LadderVersions())
    watches = registry.add(AttemptWatches, AttemptWatches(orders, ladders))
    daraja = DarajaSettings()
    attempts = registry.add(
        AttemptsService,
        AttemptsService(orders, receipts, watches, PaymentsSettings(), paybill=daraja.paybill, till=daraja.till),
    )
    cash = registry.add(RiderCashService, RiderCashService(orders, receipts, PaymentsSettings()))
    pasted = registry.add(PastedCodes, PastedCodes(orders, receipts, PaymentsSettings()))
    registry.add(PaymentsService, PaymentsService(orders, attempts, pasted, cash, clock, PaymentsSettings()))
    refunds = registry.add(RefundsService, RefundsService(orders, clock, PaymentsSettings()))
    registry.add(PayoutsService, PayoutsService(refunds, PaymentsSettings()))
    registry.add(TakenBackService, TakenBackService(orders, receipts, refunds))
    registry.add(SettlementsService, SettlementsService(orders))
    ours = {daraja.shortcode, daraja.paid_to}
    statements = StatementsService(registry.get(Database), receipts, lambda file: read_statement(file, ours))
    registry.add(StatementsService, statements)
    registry.add(PaymentCallbacks, providers.callbacks)


def _add_dispatch(registry: Registry, clock: Clock) -> None:
    orders, geo = registry.get(OrdersService), registry.add(GeoService, geography(GeoSettings(), clock))
    riders = registry.add(RidersService, RidersService(clock))
    cash = registry.get(RiderCashService)
    desk = DispatchService(riders, orders, registry.get(PaymentsService), cash, DispatchSettings())
    registry.add(DispatchService, desk)
    registry.add(BatchService, BatchService(riders, orders, desk, cash, DispatchSettings(), geo))
    registry.add(RouteWatch, RouteWatch(geo, orders, riders))
    registry.add(ProofsService, ProofsService(orders, DispatchSettings()))


def _add_comms(registry: Registry, providers: Providers, clock: Clock) -> None:
    orders, vendors, desk = registry.get(OrdersService), registry.get(VendorsService), registry.get(DispatchService)
    channels = registry.add(ChannelsService, ChannelsService((providers.whatsapp, providers.instagram)))
    journal = registry.add(CommsJournal, CommsJournal())
    cards = registry.add(CardsService, CardsService(clock))
    actions = registry.add(PartnerActions, PartnerActions(orders, vendors, desk, cards, journal))
    settings = registry.add(CommsSettings, CommsSettings())
    calls = registry.add(CallsService, CallsService(orders, vendors, journal, actions, settings))
    speech = registry.add(PartnerSpeech, PartnerSpeech(channels, vendors, journal, clock))
    registry.add(RiderPictures, RiderPictures(desk, registry.get(ProofsService), orders, channels, speech))
    messages = registry.add(PartnerMessages, PartnerMessages(channels))
    plans = registry.add(LadderPlans, LadderPlans(vendors, desk, channels, registry.get(Flags), settings))
    registry.add(Undelivered, Undelivered(orders, plans))
    registry.add(LadderForecasts, LadderForecasts(plans))
    registry.add(LadderControl, LadderControl(orders, plans, calls, cards))
    registry.add(LadderService, LadderService(orders, vendors, desk, messages, calls, cards, journal, plans))
    customers, limiter = registry.get(CustomersService), registry.get(RequestLimiter)
    registry.add(Bridges, Bridges(vendors, customers, desk, calls, plans, limiter, settings))
    registry.add(RiderDesk, desk)  # type: ignore[type-abstract]
    registry.add(VoiceWebhooks, providers.voice)  # type: ignore[type-abstract]
    registry.add(VoiceAnswers, providers.voice_answers)  # type: ignore[type-abstract]


def _add_conversations(registry: Registry, clock: Clock) -> None:
    orders, vendors, customers = (
        registry.get(OrdersService),
        registry.get(VendorsService),
        registry.get(CustomersService),
    )
    partners = PartnerDesk(
        vendors,
        registry.get(RidersService),
        registry.get(DispatchService),
        orders,
        registry.get(PartnerActions),
        registry.get(PartnerSpeech),
        registry.get(CommsJournal),
        registry.get(Undelivered),
        registry.get(RiderPictures),
        registry.get(RouteWatch),
    )
    conversations = ConversationsService(
        ConversationsSettings(), registry.get(ChannelsService), vendors, customers, orders, partners
    )
    registry.add(ConversationsService, conversations)
    attached, site = AttachedFiles(), registry.get(PlatformSettings)
    registry.add(NoteFiles, attached)  # type: ignore[type-abstract]
    links = NoteLinks(site.session_secret.get_secret_value(), site.public_base_url)
    registry.add(HeardNotes, HeardNotes(orders, attached, registry.get(PartnerSpeech), links))
    shop = Shop(
        catalogues=registry.get(CatalogService),
        orders=orders,
        payments=registry.get(PaymentsService),
        customers=customers,
        shops=vendors,
        handover=BriefedHandover(conversations),
        read=read_message,
        clock=clock,
    )
    registry.add(DialogueService, DialogueService(shop, DraftSettings()))


def _add_reports(registry: Registry) -> None:
    vendors = registry.get(VendorsService)
    reports = registry.add(ReportsService, ReportsService(vendors))
    channels, journal = registry.get(ChannelsService), registry.get(CommsJournal)
    registry.add(DayEndsService, DayEndsService(reports, vendors, channels, journal, ReportsSettings()))
