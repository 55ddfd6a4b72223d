"""HTTP of comms: the desk's side, the ladders' side, and the voice provider's webhooks."""

from backend.comms.router.desk import router
from backend.comms.router.ladders import router as ladders_router
from backend.comms.router.voice import webhooks

router.include_router(ladders_router)

__all__ = ["router", "webhooks"]
