"""Feature flags by city and vendor tier: OpenFeature's interface over a table, with the environment's as defaults."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from openfeature import api
from openfeature.evaluation_context import EvaluationContext
from openfeature.flag_evaluation import FlagResolutionDetails, Reason
from openfeature.provider import AbstractProvider, Metadata
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform import wakeups
from backend.platform.db.driver import run_sql, to_json
from backend.platform.db.session import Database
from backend.platform.errors import BadRequestError
from backend.platform.ids import opaque_token
from backend.platform.loops import ErrorPause

FLAGS_BELL: Final = "flags"
_REFRESH_S: Final = 1.0

_READ: Final = "SELECT key, city, tier, value FROM feature_flag"
_SET: Final = """
INSERT INTO feature_flag AS f (key, city, tier, value, updated_by)
VALUES (%(key)s, %(city)s, %(tier)s, %(value)s::jsonb, %(by)s)
ON CONFLICT (key, city, tier)
DO UPDATE SET value = EXCLUDED.value, updated_by = EXCLUDED.updated_by, updated_at = duka_now()
"""
_CLEAR: Final = "DELETE FROM feature_flag WHERE key = %(key)s AND city = %(city)s AND tier = %(tier)s"
_LIST: Final = "SELECT key, city, tier, value, updated_by FROM feature_flag ORDER BY key, city, tier"
_WORDS: Final[Mapping[str, bool]] = {"true": True, "on": True, "false": False, "off": False}


class FlagPlace(NamedTuple):
    """A flag, everywhere or for one city or tier; empty means any."""

    key: str
    city: str = ""
    tier: str = ""


type FlagValues = Mapping[FlagPlace, Any]


def parse_defaults(text: str) -> dict[FlagPlace, Any]:
    """Read `city.nashik.exotel=true,tier.gold.auto_assign=false,wa=true`.

    Raises:
        ValueError: An entry has no name or no value.
    """
    return dict(_parse_entry(entry.strip()) for entry in text.split(",") if entry.strip())


def _parse_entry(entry: str) -> tuple[FlagPlace, Any]:
    name, separator, value = entry.partition("=")
    if not (name and separator and value):
        message = f"a flag is written name=value, not {entry!r}"
        raise ValueError(message)
    limits = {"city": "", "tier": ""}
    parts = name.strip().split(".")
    while len(parts) > len(("city", "nashik")) and parts[0] in limits:
        limits[parts[0]] = parts[1].lower()
        parts = parts[2:]
    return FlagPlace(".".join(parts), **limits), parse_value(value)


class PostgresFlagProvider(AbstractProvider):
    """Answers from the last snapshot of the table that could be read, then from the defaults."""

    def __init__(self, defaults: FlagValues) -> None:
        super().__init__()
        self._defaults = defaults
        self.stored: FlagValues = {}

    def get_metadata(self) -> Metadata:
        """Name the provider."""
        return Metadata(name="duka-postgres")

    def resolve_boolean_details(
        self,
        flag_key: str,
        default_value: bool,  # noqa: FBT001 - OpenFeature's signature
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[bool]:
        """Resolve a switch."""
        return self._resolve(flag_key, default_value, evaluation_context)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Resolve a text."""
        return self._resolve(flag_key, default_value, evaluation_context)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Resolve a whole number."""
        return self._resolve(flag_key, default_value, evaluation_context)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Resolve a number."""
        return self._resolve(flag_key, default_value, evaluation_context)

    def resolve_object_details(
        self, flag_key: str, default_value: Any, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[Any]:
        """Resolve a structure."""
        return self._resolve(flag_key, default_value, evaluation_context)

    def _resolve(self, key: str, default: Any, context: EvaluationContext | None) -> FlagResolutionDetails[Any]:
        attributes = {} if context is None else context.attributes
        city, tier = (str(attributes.get(name) or "").lower() for name in ("city", "tier"))
        for values in (self.stored, self._defaults):
            for place in _from_narrow_to_wide(key, city, tier):
                if place in values:
                    return FlagResolutionDetails(values[place], reason=Reason.TARGETING_MATCH)
        return FlagResolutionDetails(default, reason=Reason.DEFAULT)


def _from_narrow_to_wide(key: str, city: str, tier: str) -> tuple[FlagPlace, ...]:
    return FlagPlace(key, city, tier), FlagPlace(key, city), FlagPlace(key, tier=tier), FlagPlace(key)


class Flags:
    """The process's flags; off unless something says otherwise, and as last known while the database is away."""

    def __init__(self, database: Database, defaults: str = "") -> None:
        """Prepare the flags.

        Args:
            database: Holds the table.
            defaults: As the `FEATURE_FLAGS` setting is written.
        """
        self._database = database
        self._provider = PostgresFlagProvider(parse_defaults(defaults))
        domain = f"duka-{opaque_token(64)}"
        api.set_provider_and_wait(self._provider, domain)
        self.client = api.get_client(domain)
        self._known: dict[tuple[str, str | None, str | None, bool], bool] = {}

    def enabled(self, key: str, *, city: str | None = None, tier: str | None = None, default: bool = False) -> bool:
        """Return whether a switch is on for a city and vendor tier; asked once until the table changes."""
        asked = key, city, tier, default
        if asked not in self._known:
            context = EvaluationContext(attributes={"city": city or "", "tier": tier or ""})
            self._known[asked] = self.client.get_boolean_value(key, default, context)
        return self._known[asked]

    async def refresh(self) -> None:
        """Read the table."""
        stored = {FlagPlace(row.key, row.city, row.tier): row.value for row in await self._database.look(_READ)}
        if stored != self._provider.stored:
            self._provider.stored = stored
            self._known.clear()

    async def run(self, stop: asyncio.Event) -> None:
        """Follow the table until told to stop."""
        pause = ErrorPause("flags.refresh_failed")
        with wakeups.listen(FLAGS_BELL) as bell:
            while not stop.is_set():
                async with pause.around():
                    await self.refresh()
                await bell.wait(_REFRESH_S)


async def set_flag(session: AsyncSession, place: FlagPlace, value: Any, *, by: str) -> None:
    """Set a flag; other processes see it within seconds.

    Raises:
        BadRequestError: The flag has no name.
    """
    if not place.key:
        raise BadRequestError("A flag needs a name.")
    parameters = {**place._asdict(), "city": place.city.lower(), "tier": place.tier.lower()}
    await run_sql(session, _SET, {**parameters, "value": to_json(value), "by": by})
    session.info.setdefault("bells", set()).add(FLAGS_BELL)


async def clear_flag(session: AsyncSession, place: FlagPlace) -> None:
    """Take a flag's row away, so that wider rows and the defaults hold again."""
    await run_sql(session, _CLEAR, {**place._asdict(), "city": place.city.lower(), "tier": place.tier.lower()})
    session.info.setdefault("bells", set()).add(FLAGS_BELL)


async def stored_flags(session: AsyncSession) -> list[tuple[FlagPlace, Any, str]]:
    """Return the rows of the table, each with its value and who set it, by name, city and tier."""
    rows = await run_sql(session, _LIST)
    return [(FlagPlace(row.key, row.city, row.tier), row.value, row.updated_by) for row in rows]


def parse_value(text: str) -> Any:
    """Read a flag's value as the environment's are read: on, off, true and false are switches."""
    return _WORDS.get(text.strip().lower(), text.strip())
