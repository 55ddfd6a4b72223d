"""What does not go out: providers that are down, and the accounts of shops that a provider has stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.console.wording import words
from backend.platform import outages
from backend.platform.auth.principal import ALL_CITIES, Principal
from backend.platform.outages import Outage
from backend.vendors.models import Merchant


@dataclass(frozen=True, slots=True)
class OutageView:
    """A sentence about what is down, such as `WhatsApp of Mama Njeri is stopped`, and since when."""

    words: str
    since: datetime


async def outages_for(session: AsyncSession, principal: Principal) -> list[OutageView]:
    """Return what is down of all that the person sees: whole channels, and accounts of the merchants of theirs."""
    standing = await outages.standing(session)
    stopped = [outage.scope for outage in standing if outage.scope]
    shops = await _shops(session, stopped, principal) if stopped else {}
    return [_view(outage, shops) for outage in standing if not outage.scope or outage.scope in shops]


async def _shops(session: AsyncSession, accounts: Sequence[str], principal: Principal) -> dict[str, str]:
    """Return the names of the merchants that have these accounts, by account."""
    named = or_(Merchant.wa_phone_number_id.in_(accounts), Merchant.ig_account_id.in_(accounts))
    query = select(Merchant.name, Merchant.wa_phone_number_id, Merchant.ig_account_id).where(named)
    if principal.cities != ALL_CITIES:
        query = query.where(Merchant.city.in_(principal.cities))
    if principal.merchant_id:
        query = query.where(Merchant.id == principal.merchant_id)
    return {account: name for name, *both in await session.execute(query) for account in both if account}


def _view(outage: Outage, shops: dict[str, str]) -> OutageView:
    channel = words(outage.channel)
    channel = channel[:1].upper() + channel[1:]
    said = f"{channel} of {shops[outage.scope]} ({outage.scope}) is stopped" if outage.scope else f"{channel} is down"
    return OutageView(said, outage.since)
