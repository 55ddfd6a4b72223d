"""Use cases of dispatch."""

from backend.dispatch.service.batch import BATCH_FLAG, BatchService
from backend.dispatch.service.desk import DispatchService
from backend.dispatch.service.following import RouteWatch, count_delivery
from backend.dispatch.service.proofs import ProofsService
from backend.dispatch.service.riders import RidersService, on_time_s

__all__ = [
    "BATCH_FLAG",
    "BatchService",
    "DispatchService",
    "ProofsService",
    "RidersService",
    "RouteWatch",
    "count_delivery",
    "on_time_s",
]
