"""Staff accounts: making them and logging in."""

from collections.abc import Sequence
from typing import Final

from pwdlib import PasswordHash
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.actors import Actor, ActorKind
from backend.platform.auth.models import StaffUser
from backend.platform.auth.principal import Principal, Role
from backend.platform.errors import UnauthorizedError

_HASHER: Final = PasswordHash.recommended()
_KIND_OF_ROLE: Final = {
    Role.ADMIN: ActorKind.ADMIN,
    Role.OWNER: ActorKind.OWNER,
    Role.TRAINER: ActorKind.TRAINER,
    Role.AGENT: ActorKind.AGENT,
}


def _principal(user: StaffUser) -> Principal:
    roles = frozenset(Role(role) for role in user.roles)
    kind = next(kind for role, kind in _KIND_OF_ROLE.items() if role in roles)
    return Principal(Actor(kind, user.id), roles, frozenset(user.cities), user.merchant_id, user.name)


async def log_in(session: AsyncSession, login: str, password: str) -> Principal:
    """Check a login and password.

    Raises:
        UnauthorizedError: Unknown, inactive or wrong; which of them is not told.
    """
    user = await session.scalar(select(StaffUser).where(StaffUser.login == login.lower(), StaffUser.active))
    if user is None or not _HASHER.verify(password, user.password_hash):
        message = "That login and password don't match. Check both and try again."
        raise UnauthorizedError(message)
    return _principal(user)


async def save_staff(
    session: AsyncSession,
    user_id: str,
    *,
    login: str,
    name: str,
    password: str,
    roles: Sequence[Role],
    cities: Sequence[str],
    merchant_id: str | None = None,
    phone: str | None = None,
) -> None:
    """Create a staff account; one that exists stays as it is.

    `phone` (E.164) is where the merchant's end-of-day report goes.
    """
    await session.execute(
        insert(StaffUser)
        .values(
            id=user_id,
            login=login.lower(),
            name=name,
            password_hash=_HASHER.hash(password),
            roles=list(roles),
            cities=list(cities),
            merchant_id=merchant_id,
            phone=phone,
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )
