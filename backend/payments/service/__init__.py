"""Use cases of payments."""

from backend.payments.service.collect import IntentView, PaymentsService

__all__ = ["IntentView", "PaymentsService"]
