"""HTTP of dispatch: the riders' desk, the cash that riders carry, and what proves a delivery."""

from fastapi import APIRouter

from backend.dispatch.router.cash import router as cash_router
from backend.dispatch.router.desk import router as desk_router
from backend.dispatch.router.proofs import router as proofs_router

router = APIRouter(prefix="/api/v1", tags=["riders"])
router.include_router(desk_router)
router.include_router(cash_router)
router.include_router(proofs_router)

__all__ = ["router"]
