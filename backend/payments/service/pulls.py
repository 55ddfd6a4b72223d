"""Reads what was paid to a shortcode, also where no confirmation came: by spans that overlap, through the matcher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.payments.events import PaymentReviewOpened
from backend.payments.ports import Evidence, PulledPage, PullFeed
from backend.payments.repository import pulls
from backend.payments.service.books import PAYMENTS_ACTOR
from backend.payments.service.receipts import ReceiptsService
from backend.payments.settings import DarajaSettings
from backend.platform.db.session import Database
from backend.platform.errors import OutcomeUnknownError, ProviderRejectedError, ProviderUnavailableError
from backend.platform.events import publish
from backend.platform.observability.logging import get_logger

log = get_logger(__name__)

KNOWN_FOR: Final = timedelta(hours=48)
_MARGIN: Final = timedelta(minutes=5)  # The provider's clock is another one.
_CHUNK: Final = 100
_MOST_PAGES: Final = 200
_HOLD: Final = timedelta(minutes=10)
type _Failure = ProviderRejectedError | ProviderUnavailableError | OutcomeUnknownError


@dataclass(frozen=True, slots=True)
class _Turn:
    """A reading that is due: the span, and whether the feed is on.

    Attributes:
        missed_since: Where the last reading ended, if what followed is no longer known to the provider.
    """

    shortcode: str
    since: datetime
    until: datetime
    is_registered: bool
    missed_since: datetime | None


class PullsService:
    """Reads shortcodes; each is read by one worker at a time, and none is locked while the provider is asked."""

    def __init__(self, database: Database, feed: PullFeed, receipts: ReceiptsService, settings: DarajaSettings) -> None:
        self._database = database
        self._feed = feed
        self._receipts = receipts
        self._settings = settings

    async def read(self, shortcode: str) -> int:
        """Read a shortcode where its time has come; return how many payments it told of, known or new."""
        turn = await self._turn(shortcode)
        if turn is None:
            return 0
        try:
            told = await self._read(turn)
        except (ProviderRejectedError, ProviderUnavailableError, OutcomeUnknownError) as error:
            await self._put_off(turn, error)
            return 0
        await self._done(turn)
        return told

    async def _turn(self, shortcode: str) -> _Turn | None:
        async with self._database.transaction() as session:
            await pulls.add(session, shortcode)
            found = await pulls.claim(session, shortcode, _HOLD)
            if found is None:
                return None
            cursor, now = found
            known_since, last = now - KNOWN_FOR + _MARGIN, cursor.read_until
            wanted = now - timedelta(seconds=self._settings.pull_first_s)
            if last is not None:
                wanted = last - timedelta(seconds=self._settings.pull_overlap_s)
            missed = last if last is not None and last < known_since else None
            return _Turn(shortcode, max(wanted, known_since), now, cursor.registered_at is not None, missed)

    async def _read(self, turn: _Turn) -> int:
        if not turn.is_registered:
            await self._feed.register_pull(turn.shortcode)
        told, offset = 0, 0
        for _ in range(_MOST_PAGES):
            page = await self._feed.pull(turn.shortcode, turn.since, turn.until, offset)
            if page.rows == 0:
                break
            await self._take(page)
            told, offset = told + len(page.told), offset + page.rows
        return told

    async def _take(self, page: PulledPage) -> None:
        if page.unread:
            log.warning("payment.pulled_rows_unread", rows=page.unread)
        for chunk in batched(page.told, _CHUNK):
            await self._take_chunk(chunk)

    async def _take_chunk(self, told: Sequence[Evidence]) -> None:
        async with self._database.transaction() as session:
            await self._receipts.take_all(session, told)

    async def _done(self, turn: _Turn) -> None:
        async with self._database.transaction() as session:
            cursor = await pulls.cursor_of(session, turn.shortcode)
            cursor.registered_at = cursor.registered_at or turn.until
            cursor.read_until = max(turn.until, cursor.read_until or turn.until)
            cursor.next_at = turn.until + timedelta(seconds=self._settings.pull_every_s)
            cursor.failures, cursor.last_error = 0, ""
            if turn.missed_since is not None:
                await self._tell_gap(session, turn, turn.missed_since)

    async def _tell_gap(self, session: AsyncSession, turn: _Turn, missed_since: datetime) -> None:
        """Bring a person where the feed has forgotten what was not read; a statement holds it."""
        opened = PaymentReviewOpened(
            subject_id=f"pull:{turn.shortcode}:{missed_since:%Y%m%dT%H%M}",
            order_id=None,
            kind="feed_gap",
            amount_minor=0,
            currency="KES",
            detail=f"{turn.shortcode}: {missed_since.isoformat()} to {turn.since.isoformat()}",
        )
        await publish(session, opened, actor=PAYMENTS_ACTOR, city=None)

    async def _put_off(self, turn: _Turn, error: _Failure) -> None:
        """Try again later, each time later still, and no sooner than the provider asks."""
        async with self._database.transaction() as session:
            cursor = await pulls.cursor_of(session, turn.shortcode)
            cursor.failures += 1
            doubled = self._settings.pull_every_s * 2 ** min(cursor.failures - 1, 16)
            asked = error.retry_after_s if isinstance(error, ProviderUnavailableError) else None
            pause_s = max(min(doubled, self._settings.pull_backoff_most_s), asked or 0)
            cursor.next_at, cursor.last_error = turn.until + timedelta(seconds=pause_s), str(error)[:200]
        log.warning("payment.pull_failed", shortcode=turn.shortcode, error=error.code, failures=cursor.failures)
