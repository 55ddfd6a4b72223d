"""What can go wrong with conversations."""

from backend.platform.errors import ConflictError, NotFoundError, UnprocessableError


class ConversationNotFoundError(NotFoundError):
    """There is no such conversation, or it is not the caller's to see."""

    code = "conversation.not_found"
    title = "There is no such conversation"


class FileNotKeptError(NotFoundError):
    """There is no such file, it has not come yet, or the provider would not give it."""

    code = "conversation.file_not_kept"
    title = "The file is not here"


class OwnerChangedError(ConflictError):
    """Somebody else has acted on the conversation since the caller looked."""

    code = "conversation.changed"
    title = "Somebody else was faster"


class OptedOutError(ConflictError):
    """The customer asked us not to write any more."""

    code = "conversation.opted_out"
    title = "The customer has opted out"


class UnknownAccountError(UnprocessableError):
    """A message came in on an account that belongs to no merchant."""

    code = "conversation.unknown_account"
    title = "No merchant has this account"


class UnreadableEventError(UnprocessableError):
    """A provider's event can't be read; a person has to look at it."""

    code = "conversation.unreadable_event"
    title = "An event can't be read"


class DialogueFailedError(Exception):
    """The bot gave no answer: unreachable, too slow, an error, or nothing said."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)
