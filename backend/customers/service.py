"""Use cases of customers."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.customers import repository
from backend.customers.errors import CustomerNotFoundError
from backend.customers.models import Customer, CustomerAddress
from backend.customers.ports import AddressOnFile, CustomerView, IdentityView, MerchantCities
from backend.platform.db.types import blind_index
from backend.platform.ids import new_id


def _view(row: Customer) -> CustomerView:
    return CustomerView(
        id=row.id,
        merchant_id=row.merchant_id,
        name=row.name,
        phone=row.phone,
        phone_verified=row.phone_verified,
        language=row.language,
        script=row.script,
        language_confidence=row.language_confidence,
        opted_out_at=row.opted_out_at,
        created_at=row.created_at,
    )


def _on_file(row: CustomerAddress) -> AddressOnFile:
    return AddressOnFile(row.id, row.address_text, row.lat, row.lng, row.last_used_at)


def _give_phone(row: Customer, phone: str, *, verified: bool) -> None:
    row.phone, row.phone_index, row.phone_verified = phone, blind_index(phone), verified


class CustomersService:
    """Knows customers by their ids on the channels, and keeps what they told us."""

    def __init__(self, cities: MerchantCities) -> None:
        self._cities = cities

    async def identify(
        self,
        session: AsyncSession,
        merchant_id: str,
        channel: str,
        external_id: str,
        *,
        name: str | None = None,
        phone: str | None = None,
    ) -> CustomerView:
        """Return the customer behind a channel id, making them known on the first message.

        Args:
            session: The transaction; two first messages at once still make one customer.
            merchant_id: Whom they wrote to; the same person is another customer at another merchant.
            channel: `whatsapp` or `instagram`.
            external_id: Their id there, opaque.
            name: As the channel shows it.
            phone: E.164, where the channel vouches for it; joins the customer who has it already.
        """
        row = await repository.by_identity(session, channel, merchant_id, external_id)
        if row is None:
            row = await self._meet(session, merchant_id, channel, external_id, phone)
        if name and not row.name:
            row.name = name
        if phone and not row.phone_verified:
            _give_phone(row, phone, verified=True)
        await session.flush()
        return _view(row)

    async def _meet(
        self, session: AsyncSession, merchant_id: str, channel: str, external_id: str, phone: str | None
    ) -> Customer:
        await repository.hold_identity(session, channel, merchant_id, external_id)
        row = await repository.by_identity(session, channel, merchant_id, external_id)
        if row is not None:
            return row
        row = await repository.by_phone(session, merchant_id, phone) if phone else None
        if row is None:
            row = Customer(id=new_id("U-"), merchant_id=merchant_id)
            session.add(row)
            await session.flush()
            await session.refresh(row)
        await repository.add_identity(session, row.id, channel, merchant_id, external_id)
        return row

    async def get(self, session: AsyncSession, customer_id: str) -> CustomerView:
        """Return a customer.

        Raises:
            CustomerNotFoundError: There is none of this id.
        """
        found = await repository.view(session, customer_id)
        if found is None:
            raise CustomerNotFoundError(customer_id=customer_id)
        return found

    async def opted_out(self, session: AsyncSession, customer_id: str) -> bool:
        """Return whether a customer wants to hear nothing more.

        Raises:
            CustomerNotFoundError: There is none of this id.
        """
        opted_out = await repository.opted_out(session, customer_id)
        if opted_out is None:
            raise CustomerNotFoundError(customer_id=customer_id)
        return opted_out

    def note_consent(self, session: AsyncSession, customer_id: str, *, opted_out: bool) -> None:
        """Let `opted_out` answer from what the transaction has read with something else."""
        repository.note_consent(session, customer_id, opted_out=opted_out)

    async def city_of(self, session: AsyncSession, merchant_id: str) -> str:
        """Return the city that a customer's merchant sells in."""
        return await self._cities.city_of(session, merchant_id)

    async def identities(self, session: AsyncSession, customer_id: str) -> list[IdentityView]:
        """Return how to reach the customer, the channel they last wrote on first."""
        rows = await repository.identities(session, customer_id)
        return [IdentityView(row.channel, row.scope, row.external_id, row.last_seen_at) for row in rows]

    async def set_language(
        self, session: AsyncSession, customer_id: str, language: str, *, script: str | None = None, confidence: float
    ) -> CustomerView:
        """Keep what language the customer writes, and how sure that is, in [0, 1]."""
        row = await self._lock(session, customer_id)
        row.language, row.script, row.language_confidence = language, script, confidence
        await session.flush()
        return _view(row)

    async def set_phone(
        self, session: AsyncSession, customer_id: str, phone: str, *, verified: bool = False
    ) -> CustomerView:
        """Keep a number (E.164); one that the customer typed never replaces one that a provider vouched for."""
        row = await self._lock(session, customer_id)
        if verified or not row.phone_verified:
            _give_phone(row, phone, verified=verified)
        await session.flush()
        return _view(row)

    async def opt_out(self, session: AsyncSession, customer_id: str, *, source: str = "message") -> CustomerView:
        """Stop writing to the customer first; the first time counts."""
        row = await self._lock(session, customer_id)
        if row.opted_out_at is None:
            row.opted_out_at = await session.scalar(text("SELECT duka_now()"))
            row.consent = {**row.consent, "opted_out_by": source}
        await session.flush()
        repository.forget_consent(session, customer_id)
        return _view(row)

    async def opt_in(self, session: AsyncSession, customer_id: str, *, source: str = "message") -> CustomerView:
        """Write again to a customer who asked for it."""
        row = await self._lock(session, customer_id)
        row.opted_out_at = None
        row.consent = {**row.consent, "opted_in_by": source}
        await session.flush()
        repository.forget_consent(session, customer_id)
        return _view(row)

    async def set_marketing(
        self, session: AsyncSession, customer_id: str, *, wanted: bool, source: str
    ) -> CustomerView:
        """Keep whether the customer wants advertising, by the channel's own settings; news of an order still go out."""
        row = await self._lock(session, customer_id)
        at = await session.scalar(text("SELECT duka_now()"))
        row.consent = {**row.consent, "marketing": wanted, "marketing_by": source, "marketing_at": at.isoformat()}
        await session.flush()
        return _view(row)

    async def last_address(self, session: AsyncSession, customer_id: str) -> AddressOnFile | None:
        """Return where the customer last had something delivered to."""
        rows = await repository.addresses(session, customer_id, limit=1)
        return _on_file(rows[0]) if rows else None

    async def addresses(self, session: AsyncSession, customer_id: str, *, limit: int = 10) -> list[AddressOnFile]:
        """Return the customer's addresses, the last used first."""
        return [_on_file(row) for row in await repository.addresses(session, customer_id, limit)]

    async def remember_address(
        self,
        session: AsyncSession,
        customer_id: str,
        words: str,
        *,
        lat: float | None = None,
        lng: float | None = None,
    ) -> str:
        """Keep an address; the same words again only make it the last used. Return its id."""
        return await repository.save_address(session, customer_id, words, lat, lng)

    async def _lock(self, session: AsyncSession, customer_id: str) -> Customer:
        row = await repository.lock_customer(session, customer_id)
        if row is None:
            raise CustomerNotFoundError(customer_id=customer_id)
        return row
