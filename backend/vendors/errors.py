"""What can go wrong with vendors."""

from backend.platform.errors import NotFoundError


class VendorNotFoundError(NotFoundError):
    """There is no such outlet, or it is not the caller's to see."""

    code = "vendor.not_found"
    title = "There is no such outlet"


class MerchantNotFoundError(NotFoundError):
    """There is no such merchant, or it is not the caller's to see."""

    code = "merchant.not_found"
    title = "There is no such merchant"
