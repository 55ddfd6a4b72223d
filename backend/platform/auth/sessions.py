"""Console sessions: a signed cookie, and the checks that keep other sites from using it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer

from backend.platform.actors import Actor
from backend.platform.auth.principal import Principal, Role
from backend.platform.errors import ForbiddenError
from backend.platform.settings import PlatformSettings

COOKIE: Final = "duka_session"
MAX_AGE_S: Final = 12 * 3600


class ConsoleSessions:
    """Writes and reads the console's cookie; it is HttpOnly, SameSite=Lax and signed."""

    def __init__(self, settings: PlatformSettings) -> None:
        self._serializer = URLSafeTimedSerializer(settings.session_secret.get_secret_value(), salt="duka-console")

    def seal(self, principal: Principal) -> str:
        """Return the cookie's value for the person who logged in."""
        return self._serializer.dumps(
            {
                "sub": str(principal.actor),
                "roles": sorted(principal.roles),
                "cities": sorted(principal.cities),
                "merchant": principal.merchant_id,
                "name": principal.name,
            }
        )

    def principal_of(self, cookies: Mapping[str, str]) -> Principal | None:
        """Return the person of the cookie, or None where it is missing, forged or too old."""
        try:
            data = self._serializer.loads(cookies.get(COOKIE, ""), max_age=MAX_AGE_S)
        except BadSignature:
            return None
        return Principal(
            actor=Actor.parse(data["sub"]),
            roles=frozenset(Role(role) for role in data["roles"]),
            cities=frozenset(data["cities"]),
            merchant_id=data["merchant"],
            name=data["name"],
        )

    def check_origin(self, headers: Mapping[str, str]) -> None:
        """Refuse a write that another site's page has started.

        Raises:
            ForbiddenError: The browser says that the request comes from elsewhere.
        """
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise ForbiddenError
        origin = headers.get("origin")
        if origin and urlsplit(origin).netloc != headers.get("host"):
            raise ForbiddenError
