"""Files of customers that remarks on their orders name, as the orders see them."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from backend.conversations import files
from backend.conversations.service.files import KeptFile
from backend.orders.commands import FileName
from backend.orders.ports import OrderView


class AttachedFiles:
    """Finds files that remarks name; each stays with its message, and is gone with it."""

    async def kinds_for(
        self, session: AsyncSession, order: OrderView, named: Collection[FileName]
    ) -> Mapping[FileName, str]:
        """Return the media types of those that the order's customer sent to its shop, and that are kept."""
        if not named:
            return {}
        sent = await files.sent_by(session, order.user_id, order.merchant_id, {file.message_id for file in named})
        return {file: sent[file.message_id, file.place] for file in named if (file.message_id, file.place) in sent}

    async def fetch(self, session: AsyncSession, file: FileName) -> KeptFile | None:
        """Return a file; None where it is kept no more."""
        found = await files.kept(session, file.message_id, file.place)
        return None if found is None else KeptFile(*found)
