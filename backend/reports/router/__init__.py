"""HTTP of reports: the analytics of paper two, section 6.7, and the reports of days, weeks and months."""

from fastapi import APIRouter

from backend.reports.router import analytics, periods

router = APIRouter()
for part in (analytics, periods):
    router.include_router(part.router)

__all__ = ["router"]
