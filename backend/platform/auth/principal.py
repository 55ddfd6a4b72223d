"""The caller of a request, with roles and the cities that they serve."""

from dataclasses import dataclass, field
from enum import StrEnum

from backend.platform.actors import Actor
from backend.platform.errors import ForbiddenError, NotFoundError


class Role(StrEnum):
    """What a caller may be."""

    SERVICE = "service"
    BOT = "bot"
    AGENT = "agent"
    ADMIN = "admin"
    OWNER = "owner"
    TRAINER = "trainer"
    VENDOR = "vendor"
    RIDER = "rider"
    CUSTOMER = "customer"
    DEVELOPER = "developer"


ALL_CITIES = frozenset({"*"})


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller whose token or session was checked."""

    actor: Actor
    roles: frozenset[Role]
    cities: frozenset[str] = field(default=ALL_CITIES)
    merchant_id: str | None = None
    name: str = ""

    def serves(self, city: str) -> bool:
        """True where the caller may see things of this city."""
        return self.cities == ALL_CITIES or city.casefold() in {known.casefold() for known in self.cities}

    def check_city(self, city: str) -> None:
        """Refuse, as if the thing did not exist, what is in another city.

        Raises:
            NotFoundError: The city is not the caller's.
        """
        if not self.serves(city):
            raise NotFoundError

    def check_merchant(self, merchant_id: str) -> None:
        """Refuse, as if the thing did not exist, what belongs to another merchant.

        Raises:
            NotFoundError: The merchant is not the caller's.
        """
        if self.merchant_id is not None and self.merchant_id != merchant_id:
            raise NotFoundError

    def check_self(self, role: Role, subject_id: str) -> None:
        """Let vendors and riders act for themselves only.

        Raises:
            NotFoundError: Someone else's.
        """
        if self.roles == frozenset({role}) and self.actor.id != subject_id:
            raise NotFoundError

    def check_role(self, *roles: Role) -> None:
        """Refuse a caller with none of the roles.

        Raises:
            ForbiddenError: None of them is the caller's.
        """
        if self.roles.isdisjoint(roles):
            raise ForbiddenError
