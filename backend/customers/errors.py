"""What can go wrong with customers."""

from backend.platform.errors import NotFoundError


class CustomerNotFoundError(NotFoundError):
    """There is no such customer, or they are not the caller's to see."""

    code = "customer.not_found"
    title = "There is no such customer"
