"""What follows from each outcome of a send: pure, one table for a delivery and one for asking."""

from dataclasses import dataclass, replace

from backend.platform.backoff import pause_s
from backend.platform.sends import (
    ClaimedSend,
    Refused,
    SendOutcome,
    SendPolicy,
    Sent,
    Throttled,
    Unavailable,
    Unknown,
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The row's next state.

    Attributes:
        state: As in `outbound_send.state`.
        settle: Whether the domain is told.
        stopped: Whether it waits for its account, which the provider has stopped.
        pause_s: Seconds until it is looked at again; None for never.
        uncounted: Tries that do not count.
        provider_ref: The provider's reference.
        error: Code and words of what went wrong.
        possible_duplicate: Whether the next try may repeat one that went out.
    """

    state: str
    settle: bool = False
    stopped: bool = False
    pause_s: float | None = None
    uncounted: int = 0
    provider_ref: str | None = None
    error: tuple[str | None, str | None] = (None, None)
    possible_duplicate: bool = False

    def unsettled(self) -> "Conclusion":
        """Return the same state where the domain could not be told, with a note of that on the row."""
        return replace(self, settle=False, error=("settle_failed", self.error[1]))


def after_delivery(send: ClaimedSend, outcome: SendOutcome, policy: SendPolicy) -> Conclusion:
    """Conclude a delivery."""
    match outcome:
        case Sent(provider_ref=provider_ref):
            return Conclusion("sent", settle=True, provider_ref=provider_ref)
        case Refused(code=code, detail=detail):
            return Conclusion("failed", settle=True, error=(code, detail))
        case Throttled(retry_after_s=retry_after_s):
            return Conclusion("queued", pause_s=retry_after_s, uncounted=1, error=("throttled", None))
        case Unavailable():
            return _try_again(send, policy, outcome)
        case Unknown(detail=detail):
            return Conclusion("unknown", settle=True, pause_s=_next_check(send, policy), error=("unknown", detail))


def after_asking(send: ClaimedSend, outcome: SendOutcome, policy: SendPolicy) -> Conclusion:
    """Conclude a question to the provider about a send whose outcome is unknown.

    `Unavailable` is the provider's word that nothing went out; `Throttled` that it could not be asked now.
    """
    match outcome:
        case Sent() | Refused():
            return after_delivery(send, outcome, policy)
        case Unavailable():
            return _try_again(send, policy, outcome)
        case Throttled(retry_after_s=retry_after_s):
            return Conclusion("unknown", pause_s=retry_after_s, error=("unknown", None))
        case Unknown(detail=detail):
            return _still_unknown(send, policy, detail)


def _try_again(send: ClaimedSend, policy: SendPolicy, away: Unavailable) -> Conclusion:
    """Come back after a growing pause; a person has to see to a stopped account, which takes longer."""
    stopped = away.of_account
    error = "account_stopped" if stopped else "unavailable", away.detail
    if send.attempts >= policy.max_attempts:
        return Conclusion("dead", settle=True, stopped=stopped, error=error)
    pause = pause_s(send.attempts, base_s=policy.backoff_base_s, cap_s=policy.backoff_cap_s)
    return Conclusion("queued", stopped=stopped, pause_s=policy.backoff_cap_s if stopped else pause, error=error)


def _still_unknown(send: ClaimedSend, policy: SendPolicy, detail: str) -> Conclusion:
    """Ask again later; when all has been asked, send again where the channel allows it, else leave it to a person."""
    pause = _next_check(send, policy)
    if pause is not None:
        return Conclusion("unknown", pause_s=pause, error=("unknown", detail))
    if policy.resend_after_unknown and send.attempts < policy.max_attempts:
        return Conclusion("queued", pause_s=0, possible_duplicate=True, error=("unknown", detail))
    return Conclusion("unknown", settle=True, error=("unknown", detail))


def _next_check(send: ClaimedSend, policy: SendPolicy) -> float | None:
    checks = policy.investigate_after_s
    return checks[send.checks] if send.checks < len(checks) else None
