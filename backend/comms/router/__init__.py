"""HTTP of comms: the desk's side, the ladders' side, and the voice providers' webhooks."""

from fastapi import APIRouter

from backend.comms.router.africastalking import africastalking_webhooks
from backend.comms.router.desk import router
from backend.comms.router.ladders import router as ladders_router
from backend.comms.router.shared import shared_files
from backend.comms.router.voice import exotel_webhooks

router.include_router(ladders_router)
webhooks = APIRouter()
webhooks.include_router(exotel_webhooks)
webhooks.include_router(africastalking_webhooks)
webhooks.include_router(shared_files)

__all__ = ["router", "webhooks"]
