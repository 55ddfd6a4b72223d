"""Use cases of orders."""

from backend.orders.service.orders import OrdersService

__all__ = ["OrdersService"]
