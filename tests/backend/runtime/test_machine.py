"""Any short sequence of orders, money, stock and time keeps the invariants; a long run is a target of its own."""

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.machine import machine_on


def test_no_sequence_breaks_an_invariant(database_url: str) -> None:
    """The report of the month equals the ledger at the end of each."""
    few = settings(
        max_examples=8,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    with machine_on(database_url) as machine:
        run_state_machine_as_test(machine, settings=few)
