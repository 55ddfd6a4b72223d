"""Whether a number is a partner's: asked of each message, and of a customer's once."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.driver import run_sql
from backend.platform.db.types import blind_index

_IS_PARTNER: Final = """
SELECT EXISTS (SELECT FROM vendors WHERE phone_index = %(phone_index)s)
    OR EXISTS (SELECT FROM riders WHERE phone_index = %(phone_index)s AND active)
"""


async def is_partner(session: AsyncSession, phone: str) -> bool:
    """Return whether an outlet or an active rider, of whichever merchant, answers on this number (E.164)."""
    found = await run_sql(session, _IS_PARTNER, {"phone_index": blind_index(phone)})
    return bool(found.scalar_one())
