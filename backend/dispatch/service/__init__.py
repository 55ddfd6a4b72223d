"""Use cases of dispatch."""

from backend.dispatch.service.desk import DispatchService
from backend.dispatch.service.riders import RidersService

__all__ = ["DispatchService", "RidersService"]
