"""HTTP of payments: collecting, the books, and the providers' webhooks."""

from fastapi import APIRouter

from backend.payments.router.books import router as books_router
from backend.payments.router.collect import router as collect_router
from backend.payments.router.parts import router as parts_router
from backend.payments.router.statements import router as statements_router
from backend.payments.router.webhooks import PaymentCallbacks, webhooks

router = APIRouter(prefix="/api/v1", tags=["payments"])
router.include_router(collect_router)
router.include_router(books_router)
router.include_router(parts_router)
router.include_router(statements_router)

__all__ = ["PaymentCallbacks", "router", "webhooks"]
