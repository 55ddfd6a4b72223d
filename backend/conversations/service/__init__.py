"""Use cases of the threads, one file each."""

from backend.conversations.service.facade import ConversationsService

__all__ = ["ConversationsService"]
