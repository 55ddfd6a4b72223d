"""Failures of the channels, and what each asks for."""

from enum import StrEnum

from backend.platform.errors import (
    ConflictError,
    ProviderRejectedError,
    TooLargeError,
    UnauthorizedError,
    UnprocessableError,
)


class Action(StrEnum):
    """What a failed send asks for."""

    RETRY = "retry"
    BACK_OFF = "back_off"
    USE_TEMPLATE = "use_template"
    USE_FALLBACK_TEMPLATE = "use_fallback_template"
    OTHER_CHANNEL = "other_channel"
    STOP_MARKETING = "stop_marketing"
    FIX_CODE = "fix_code"
    FIX_SETTINGS = "fix_settings"
    STOP_CHANNEL = "stop_channel"
    GIVE_UP = "give_up"
    ASK_PERSON = "ask_person"


class ChannelRefusedError(ProviderRejectedError):
    """The provider refused a message for good; `action` says what to do about it."""

    def __init__(self, code: str, detail: str = "", action: Action = Action.ASK_PERSON) -> None:
        self.action = action
        super().__init__(code, detail)


class BadSignatureError(UnauthorizedError):
    """A webhook was not signed by the provider, or its endpoint is closed."""

    code = "channels.bad_signature"
    title = "The signature does not match"


class BodyTooLargeError(TooLargeError):
    """A webhook is larger than any that the provider sends."""

    code = "channels.body_too_large"


class TemplateNeededError(ConflictError):
    """The customer's last message is too old for a free text; only a template may be sent."""

    code = "channels.template_needed"
    title = "Only a template may be sent"


class WindowClosedError(ConflictError):
    """Nothing may be sent on this channel any more until the customer writes."""

    code = "channels.window_closed"
    title = "The reply window is closed"


class UnknownTemplateError(UnprocessableError):
    """No such template, or not with these parameters."""

    code = "channels.unknown_template"
    title = "No such template"


class UnknownChannelError(UnprocessableError):
    """No adapter was set up for this channel."""

    code = "channels.unknown"
    title = "This channel is not set up"
