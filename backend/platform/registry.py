"""What bootstrap has built, by type."""

from typing import Any


class Registry:
    """Holds one instance a type; routers ask for a service by its class."""

    def __init__(self) -> None:
        self._instances: dict[type[Any], Any] = {}

    def add[T](self, kind: type[T], instance: T) -> T:
        """Put an instance in, under its type or the port it serves."""
        self._instances[kind] = instance
        return instance

    def get[T](self, kind: type[T]) -> T:
        """Return the instance of this type.

        Raises:
            LookupError: Bootstrap built none.
        """
        try:
            found: T = self._instances[kind]
        except KeyError:
            message = f"nothing was built for {kind.__qualname__}"
            raise LookupError(message) from None
        return found
