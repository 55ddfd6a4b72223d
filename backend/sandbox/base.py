"""Words shared by the simulators: JSON objects, the parts a simulator is made of, refusals of the control API."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from backend.sandbox.people import Person

type Json = dict[str, Any]
type Act = Callable[[Json], Awaitable[Json]]


class ControlError(Exception):
    """A control request that can't be carried out, with the words for whoever wrote the test."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(frozen=True, slots=True)
class Simulator:
    """One provider: its wire application, and what people and account owners may do to it."""

    name: str
    app: "ASGIApp"
    acts: Mapping[str, Act]
    accounts: Mapping[str, Act]
    view: Callable[["Person"], Json]
    reset: Callable[[], None]
    error_body: Callable[[int, str | None], Json]


def need(body: Json, key: str) -> Any:
    """Return a field of a control request, or refuse in words that name it."""
    if key not in body:
        raise ControlError(f"the field {key!r} is required")
    return body[key]
