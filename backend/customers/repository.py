"""Queries of customers."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.customers.models import Customer, CustomerAddress, CustomerIdentity
from backend.customers.ports import CustomerView
from backend.platform.db.driver import run_sql
from backend.platform.db.types import blind_index, opened
from backend.platform.ids import new_id

_ADDRESSES: Final = (
    select(CustomerAddress)
    .where(CustomerAddress.customer_id == bindparam("customer_id"))
    .order_by(CustomerAddress.last_used_at.desc(), CustomerAddress.id)
    .limit(bindparam("most"))
)
_CONSENTS: Final = "customers.consents"
_OPTED_OUT: Final = "SELECT opted_out_at IS NOT NULL FROM customers WHERE id = %(customer_id)s"
_VIEW: Final = """
SELECT id, merchant_id, name, phone, phone_verified, language, script, language_confidence, opted_out_at, created_at
FROM customers WHERE id = %(customer_id)s
"""


async def view(session: AsyncSession, customer_id: str) -> CustomerView | None:
    """Return a customer as others see them; each turn of a dialogue asks."""
    row = (await run_sql(session, _VIEW, {"customer_id": customer_id})).first()
    return None if row is None else CustomerView(*row._replace(phone=opened(row.phone)))


async def opted_out(session: AsyncSession, customer_id: str) -> bool | None:
    """Return whether a customer has opted out; None where there is no such customer. Asked once a transaction."""
    known = _known_consents(session)
    if customer_id not in known:
        known[customer_id] = (await run_sql(session, _OPTED_OUT, {"customer_id": customer_id})).scalar_one_or_none()
    return known[customer_id]


def note_consent(session: AsyncSession, customer_id: str, *, opted_out: bool) -> None:
    """Spare the transaction the question whether a customer has opted out, where it has read the answer."""
    _known_consents(session)[customer_id] = opted_out


def forget_consent(session: AsyncSession, customer_id: str) -> None:
    """Let the next look at a customer's consent read it; call it where the transaction changes it."""
    _known_consents(session).pop(customer_id, None)


def _known_consents(session: AsyncSession) -> dict[str, bool | None]:
    transaction = session.get_transaction()
    held: tuple[object, dict[str, bool | None]] | None = session.info.get(_CONSENTS)
    if held is None or held[0] is not transaction:
        held = session.info[_CONSENTS] = (transaction, {})
    return held[1]


async def lock_customer(session: AsyncSession, customer_id: str) -> Customer | None:
    """Find a customer and hold the row until the transaction ends."""
    return await session.get(Customer, customer_id, with_for_update={"key_share": True}, populate_existing=True)


async def by_identity(session: AsyncSession, channel: str, scope: str, external_id: str) -> Customer | None:
    """Find the customer with this id on the channel, and note that they were seen."""
    customer_id = await session.scalar(
        text(
            "UPDATE customer_identities SET last_seen_at = duka_now()"
            " WHERE channel = :channel AND scope = :scope AND external_index = :external RETURNING customer_id"
        ),
        {"channel": channel, "scope": scope, "external": blind_index(external_id)},
    )
    return await session.get(Customer, customer_id) if customer_id else None


async def by_phone(session: AsyncSession, merchant_id: str, phone: str) -> Customer | None:
    """Find the merchant's customer whose number a provider vouched for."""
    found: Customer | None = await session.scalar(
        select(Customer)
        .where(Customer.merchant_id == merchant_id, Customer.phone_index == blind_index(phone), Customer.phone_verified)
        .order_by(Customer.created_at)
        .limit(1)
    )
    return found


async def hold_identity(session: AsyncSession, channel: str, scope: str, external_id: str) -> None:
    """Make others that meet this identity for the first time wait until the transaction ends."""
    key = f"{channel}:{scope}:{blind_index(external_id).hex()}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def add_identity(session: AsyncSession, customer_id: str, channel: str, scope: str, external_id: str) -> None:
    """Give the customer an id on a channel."""
    session.add(
        CustomerIdentity(
            customer_id=customer_id,
            channel=channel,
            scope=scope,
            external_id=external_id,
            external_index=blind_index(external_id),
        )
    )
    await session.flush()


async def identities(session: AsyncSession, customer_id: str) -> Sequence[CustomerIdentity]:
    """Return the customer's ids on all channels, the last seen first."""
    wanted = select(CustomerIdentity).where(CustomerIdentity.customer_id == customer_id)
    return (await session.scalars(wanted.order_by(CustomerIdentity.last_seen_at.desc()))).all()


async def addresses(session: AsyncSession, customer_id: str, limit: int) -> Sequence[CustomerAddress]:
    """Return the customer's addresses, the last used first."""
    return (await session.scalars(_ADDRESSES, {"customer_id": customer_id, "most": limit})).all()


async def save_address(
    session: AsyncSession, customer_id: str, words: str, lat: float | None, lng: float | None
) -> str:
    """Keep an address, or note that it was used again; return its id."""
    found: str = (
        await session.execute(
            insert(CustomerAddress)
            .values(
                id=new_id("A"),
                customer_id=customer_id,
                address_text=words,
                text_index=blind_index(" ".join(words.casefold().split())),
                lat=lat,
                lng=lng,
            )
            .on_conflict_do_update(
                index_elements=["customer_id", "text_index"],
                set_={
                    "last_used_at": text("duka_now()"),
                    "lat": func.coalesce(text("EXCLUDED.lat"), CustomerAddress.lat),
                    "lng": func.coalesce(text("EXCLUDED.lng"), CustomerAddress.lng),
                },
            )
            .returning(CustomerAddress.id)
        )
    ).scalar_one()
    return found
