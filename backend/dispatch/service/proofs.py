"""Photos and signatures that prove a delivery: begun, sent in parts, and sealed when they are whole."""

import asyncio
import hashlib
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import repository
from backend.dispatch.errors import (
    DeskRefusedError,
    ProofNotFoundError,
    ProofOffsetError,
    ProofTooLargeError,
    TooManyProofsError,
)
from backend.dispatch.lifecycle import AssignmentState
from backend.dispatch.models import Proof, ProofPart
from backend.dispatch.policies import PROOF_RULES, PictureForm, ProofKind
from backend.dispatch.ports import ProofView
from backend.dispatch.service.pictures import redrawn
from backend.dispatch.settings import DispatchSettings
from backend.orders.service import OrdersService
from backend.platform.ids import new_id


class ProofsService:
    """Takes pictures in, each for one order and one rider. Rows are locked order first, then proof."""

    def __init__(self, orders: OrdersService, settings: DispatchSettings) -> None:
        self._orders = orders
        self._settings = settings

    @property
    def most_bytes(self) -> int:
        """The size of the largest picture that is taken."""
        return self._settings.proof_most_bytes

    async def begin(
        self,
        session: AsyncSession,
        rider_id: str,
        order_id: str,
        *,
        kind: ProofKind,
        length: int,
        proof_id: str | None = None,
    ) -> ProofView:
        """Make room for a picture of `length` bytes, under an id of the caller's where there is one.

        Raises:
            ProofTooLargeError: That is more than is taken.
            DeskRefusedError: The rider does not have the order's goods.
            TooManyProofsError: There are enough of this order.
        """
        if length > self.most_bytes:
            raise ProofTooLargeError(most_bytes=self.most_bytes)
        await self._orders.get(session, order_id, lock=True)
        await self._check_carried(session, rider_id, order_id)
        if len(await repository.proofs_of(session, order_id)) >= self._settings.proof_most:
            raise TooManyProofsError(order_id=order_id)
        now = await repository.now(session)
        row = Proof(
            id=proof_id or new_proof_id(),
            order_id=order_id,
            rider_id=rider_id,
            kind=kind,
            length=length,
            received=0,
            expires_at=now + timedelta(seconds=self._settings.proof_expiry_s),
        )
        repository.add(session, row)
        await session.flush()
        return _view(row)

    async def _check_carried(self, session: AsyncSession, rider_id: str, order_id: str) -> None:
        found = await repository.live_assignment(session, order_id)
        if found is None or found.rider_id != rider_id:
            raise DeskRefusedError(reason="dispatch.not_yours", order_id=order_id)
        if found.state != AssignmentState.PICKED_UP:
            raise DeskRefusedError(reason="dispatch.not_picked_up", order_id=order_id)

    async def begin_photo_once(
        self, session: AsyncSession, rider_id: str, order_id: str, *, length: int, proof_id: str
    ) -> ProofView:
        """Make room for a photo, or return how far one begun under this id has come; raises as `begin` does."""
        await self._orders.get(session, order_id, lock=True)
        if await repository.proof(session, proof_id) is not None:
            return await self.get(session, rider_id, proof_id)
        return await self.begin(session, rider_id, order_id, kind=ProofKind.PHOTO, length=length, proof_id=proof_id)

    async def get(self, session: AsyncSession, rider_id: str, proof_id: str) -> ProofView:
        """Return how far a rider's picture has come.

        Raises:
            ProofNotFoundError: There is none of theirs, or it ran out.
        """
        return _view(await self._own(session, rider_id, proof_id))

    async def append(
        self, session: AsyncSession, rider_id: str, proof_id: str, *, offset: int, content: bytes
    ) -> ProofView:
        """Add what has come of a picture; with the last byte it is checked, redrawn and sealed.

        Args:
            session: The transaction; two parts at once are taken one after the other.
            rider_id: Whose picture.
            proof_id: Which.
            offset: Where the part begins, in bytes.
            content: The part, or as much of it as arrived before the line broke.

        Raises:
            ProofNotFoundError: There is none of theirs, or it ran out.
            ProofOffsetError: The part before ended elsewhere.
            ProofTooLargeError: More came than was announced.
            NotAPictureError: All has come, and it is no picture; this part is not kept.
        """
        row = await self._own(session, rider_id, proof_id, lock=True)
        if offset != row.received:
            raise ProofOffsetError(offset=row.received)
        if offset + len(content) > row.length:
            raise ProofTooLargeError(most_bytes=row.length)
        if content:
            repository.add(session, ProofPart(proof_id=row.id, offset=offset, content=content))
            row.received += len(content)
            await session.flush()
        if row.received == row.length and row.sealed_at is None:
            await self._seal(session, row)
        return _view(row)

    async def _seal(self, session: AsyncSession, row: Proof) -> None:
        form = form_of(ProofKind(row.kind))
        whole, now = await repository.take_parts(session, row.id), await repository.now(session)
        content = await asyncio.to_thread(redrawn, whole, form)
        row.content, row.sha256, row.media_type = content, hashlib.sha256(content).hexdigest(), form.media_type
        row.sealed_at = now
        await session.flush()

    async def _own(self, session: AsyncSession, rider_id: str, proof_id: str, *, lock: bool = False) -> Proof:
        row = await repository.proof(session, proof_id, lock=lock)
        if row is None or row.rider_id != rider_id:
            raise ProofNotFoundError(proof_id=proof_id)
        if row.sealed_at is None and row.expires_at <= await repository.now(session):
            raise ProofNotFoundError(proof_id=proof_id)
        return row

    async def of_order(self, session: AsyncSession, order_id: str) -> list[ProofView]:
        """Return an order's photos and signatures that are whole, oldest first."""
        return [_view(row) for row in await repository.proofs_of(session, order_id) if row.sealed_at is not None]

    async def picture(self, session: AsyncSession, order_id: str, proof_id: str) -> tuple[ProofView, bytes]:
        """Return an order's photo or signature with its picture.

        Raises:
            ProofNotFoundError: The order has none of this id that is whole.
        """
        row = await repository.proof(session, proof_id)
        content = await repository.proof_content(session, proof_id)
        if row is None or row.order_id != order_id or content is None:
            raise ProofNotFoundError(proof_id=proof_id)
        return _view(row), content


def new_proof_id() -> str:
    """Return an id for a picture that is to come."""
    return new_id("PF", 12)


def form_of(kind: ProofKind) -> PictureForm:
    """Return how the pictures of a kind of proof are kept.

    Raises:
        ValueError: The kind has none.
    """
    form = PROOF_RULES[kind].picture
    if form is None:
        raise ValueError(kind)
    return form


def _view(row: Proof) -> ProofView:
    return ProofView(
        id=row.id,
        order_id=row.order_id,
        rider_id=row.rider_id,
        kind=row.kind,
        length=row.length,
        received=row.received,
        expires_at=row.expires_at,
        sealed_at=row.sealed_at,
        media_type=row.media_type,
        sha256=row.sha256,
    )
