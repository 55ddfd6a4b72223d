"""What the link provider demands, as rows, and its error body."""

from typing import Final

from backend.sandbox.base import Json
from backend.sandbox.checks import Rule, first_breach

LEAST_PAISE: Final = 100
SOONEST_EXPIRY_S: Final = 15 * 60
LATEST_EXPIRY_S: Final = 183 * 86_400
# What becomes of a dispute, by the event that tells of it.
DISPUTE_PHASES: Final = {
    "created": "open",
    "under_review": "under_review",
    "action_required": "open",
    "won": "won",
    "lost": "lost",
    "closed": "closed",
}
DISPUTE_ANSWER_S: Final = 7 * 86_400
_MOST_NOTES: Final = 15
_NOTE_CHARS: Final = 256

LINK: Final = (
    Rule("amount", int),
    Rule("currency", required=False, one_of=("INR",)),
    Rule("upi_link", bool, required=False),
    Rule("accept_partial", bool, required=False),
    Rule("reference_id", required=False, longest=40),
    Rule("description", required=False, shortest=0, longest=2048),
    Rule("customer", dict, required=False),
    Rule("customer.name", required=False, shortest=0),
    Rule("customer.contact", required=False, pattern=r"\+?[0-9]{8,14}"),
    Rule("notify", dict, required=False),
    Rule("reminder_enable", bool, required=False),
    Rule("expire_by", int, required=False),
    Rule("notes", dict, required=False),
    Rule("callback_url", required=False, pattern=r"https?://.+"),
    Rule("callback_method", required=False, one_of=("get",)),
)
QR: Final = (
    Rule("type", one_of=("upi_qr",)),
    Rule("usage", one_of=("single_use", "multiple_use")),
    Rule("fixed_amount", bool, required=False),
    Rule("payment_amount", int, required=False),
    Rule("name", required=False, longest=255),
    Rule("description", required=False, shortest=0, longest=2048),
    Rule("close_by", int, required=False),
    Rule("notes", dict, required=False),
)
REFUND: Final = (
    Rule("amount", int, required=False),
    Rule("notes", dict, required=False),
    Rule("receipt", required=False),
)


class UpiError(Exception):
    """A refusal in the provider's form."""

    def __init__(
        self, status: int, description: str, field: str | None = None, reason: str = "input_validation_failed"
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.field = field
        self.reason = reason

    def body(self) -> Json:
        """Return the error body."""
        code = "BAD_REQUEST_ERROR" if self.status < 500 else "SERVER_ERROR"  # noqa: PLR2004 - the HTTP status itself
        inner = {"code": code, "description": self.description, "source": "business", "step": "payment_initiation"}
        return {"error": inner | {"field": self.field, "reason": self.reason, "metadata": {}}}


def demand(payload: Json, rules: tuple[Rule, ...]) -> None:
    """Refuse a payload with a field at fault."""
    breach = first_breach(payload, rules)
    if breach:
        raise UpiError(400, f"The {breach.path} field {breach.why}.", breach.path)
    notes = payload.get("notes", {})
    if len(notes) > _MOST_NOTES or any(len(str(v)) > _NOTE_CHARS for v in notes.values()):
        raise UpiError(400, f"notes may hold {_MOST_NOTES} values of {_NOTE_CHARS} characters.", "notes")


def demand_amount(field: str, amount: int) -> None:
    """Refuse less than a rupee."""
    if amount < LEAST_PAISE:
        raise UpiError(400, f"The {field} must be at least INR 1.00.", field)


def demand_expiry(field: str, at: int | None, now: float) -> None:
    """Refuse a time that is too near or too far; zero means none, as in the API's answers."""
    if not at:
        return
    if at < now + SOONEST_EXPIRY_S:
        raise UpiError(400, f"{field} should be at least 15 minutes after the current time.", field)
    if at > now + LATEST_EXPIRY_S:
        raise UpiError(400, f"{field} cannot be more than 6 months away.", field)
