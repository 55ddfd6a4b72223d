"""What is counted and logged of each command on an order: ids and the outcome, nobody's words."""

from backend.orders.ports import Outcome
from backend.platform.observability.logging import get_logger
from backend.platform.observability.metrics import COMMANDS

log = get_logger(__name__)


def note_command(order_id: str, command: str, outcome: Outcome) -> None:
    """Count a command, and log it under the trace id of the moment; a refusal is logged with its code elsewhere."""
    COMMANDS.labels(command, outcome).inc()
    if outcome is not Outcome.REFUSED:
        log.info("order.command", order_id=order_id, command=command, outcome=outcome)
