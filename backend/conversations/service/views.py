"""From rows to what others see of the threads."""

from backend.conversations import repository
from backend.conversations.models import Conversation, Message
from backend.conversations.ports import MessageView, Owner, OwnerKind, ThreadView


def thread_view(row: Conversation) -> ThreadView:
    """Return a conversation as others see it."""
    return ThreadView(
        id=row.id,
        merchant_id=row.merchant_id,
        city=row.city,
        country=row.country,
        currency=row.currency,
        customer_id=row.customer_id,
        channel=row.channel,
        account=row.account,
        language=row.language,
        owner=Owner(OwnerKind(row.owner_kind), row.owner_id, row.owner_version, row.owner_since),
        handoff_reason=row.handoff_reason,
        handoff_brief=row.handoff_brief,
        at_risk_minor=row.at_risk_minor,
        unread=row.unread,
        session_id=row.session_id,
        asked=row.asked,
        last_inbound_at=row.last_inbound_at,
        last_message_at=row.last_message_at,
    )


def message_view(row: Message) -> MessageView:
    """Return a message as others see it."""
    return MessageView(
        id=row.id,
        seq=row.seq,
        direction=row.direction,
        author=row.author,
        kind=row.kind,
        text=row.text,
        content=repository.content_of(row),
        status=row.status,
        error_code=row.error_code,
        error_action=row.error_action,
        possible_duplicate=row.possible_duplicate,
        order_id=row.order_id,
        at=row.sent_at,
    )
