"""All pages of the console, in one router."""

from fastapi import APIRouter

from backend.console import access, board, books, cash, inbox, ladders, live, money, orders, reports

router = APIRouter()
for part in (access, board, orders, inbox, money, cash, books, ladders, reports, live):
    router.include_router(part.router)
