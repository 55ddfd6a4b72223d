"""Every router of the application."""

from fastapi import APIRouter

from backend.catalog.router import router as catalog_router
from backend.channels.router import router as channels_router
from backend.comms.router import router as comms_router
from backend.comms.router import webhooks as voice_webhooks
from backend.console.router import router as console_router
from backend.conversations.bot_router import router as bot_router
from backend.conversations.router import router as inbox_router
from backend.customers.router import router as customers_router
from backend.dispatch.router import router as dispatch_router
from backend.geo.router import router as geo_router
from backend.orders.router import router as orders_router
from backend.payments.router import router as payments_router
from backend.payments.router import webhooks as payment_webhooks
from backend.platform.sandbox_router import router as sandbox_router
from backend.platform.settings import PlatformSettings
from backend.reports.router import router as reports_router
from backend.vendors.router import router as vendors_router


def routers(settings: PlatformSettings) -> tuple[APIRouter, ...]:
    """Return every router of the application."""
    # Webhooks first: they come most often, and routes are tried in order.
    always = (
        channels_router,
        payment_webhooks,
        voice_webhooks,
        orders_router,
        catalog_router,
        vendors_router,
        customers_router,
        payments_router,
        dispatch_router,
        geo_router,
        comms_router,
        reports_router,
        bot_router,
        inbox_router,
        console_router,
    )
    return (*always, sandbox_router) if settings.sandbox_token is not None else always
