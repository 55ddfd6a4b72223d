"""From rows to what others see of dispatch."""

from haversine import Unit, haversine

from backend.dispatch.models import Assignment
from backend.dispatch.ports import AssignmentView, RiderView
from backend.orders.ports import OrderView


def assignment_view(row: Assignment) -> AssignmentView:
    """Return what others see of an offer."""
    return AssignmentView(row.id, row.order_id, row.rider_id, row.round, row.state)


def distance_m(rider: RiderView, order: OrderView) -> float | None:
    """Return the metres from a rider to an order's pick-up; None where either place is not known."""
    pickup = order.pickup
    if pickup is None or None in {pickup.lat, pickup.lng, rider.lat, rider.lng}:
        return None
    here, there = (rider.lat, rider.lng), (pickup.lat, pickup.lng)
    return float(haversine(here, there, unit=Unit.METERS))
