"""Taking a step on behalf of a person: done, or refused in words with nothing changed."""

from collections.abc import Awaitable

from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.errors import DukaError


async def refusal_of(session: AsyncSession, step: Awaitable[object]) -> str:
    """Take a step in a savepoint; return the words of its refusal, empty where it was done."""
    try:
        async with session.begin_nested():
            await step
    except DukaError as error:
        return error.message
    return ""
