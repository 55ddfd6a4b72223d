"""Brings personal data under the current key, so that a retired one can be taken away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.platform.db.session import Database
from backend.platform.db.tables import all_tables
from backend.platform.db.types import EncryptedBytes, EncryptedText, PersonalDataKeys

_BATCH_ROWS: Final = 200


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something encrypted stands: how its bytes are read, and how a column is set from `:value`."""

    table: Table
    bytes_of: str
    assignment: str

    @property
    def keys(self) -> Sequence[str]:
        return [column.name for column in self.table.primary_key]


def _places() -> Iterator[_Place]:
    """Every column of an encrypted type, and the two tables that hold encrypted bytes of their own."""
    tables = all_tables()
    for table in tables.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, EncryptedText | EncryptedBytes):
                yield _Place(table, column.name, f"{column.name} = :value")
    yield _Place(tables.tables["provider_events"], "body", "body = :value")
    sealed = "payload = jsonb_set(payload, '{sealed}', to_jsonb(translate(encode(:value, 'base64'), E'\\n', '')))"
    yield _Place(tables.tables["outbound_send"], "decode(payload ->> 'sealed', 'base64')", sealed)


async def rotate_keys(database: Database, keys: PersonalDataKeys) -> dict[str, int]:
    """Re-encrypt what is not under the current key, in small transactions; may be stopped and run again.

    Returns:
        Values re-encrypted, by table.

    Raises:
        InvalidTag: Something is under a key that is not live any more; what was done until then stays.
    """
    renewed: dict[str, int] = {}
    for place in _places():
        name, after = place.table.name, None
        renewed.setdefault(name, 0)
        while True:
            async with database.transaction() as session:
                rows = await _batch(session, place, after)
                renewed[name] += sum([await _renew(session, place, row, keys) for row in rows])
            if len(rows) < _BATCH_ROWS:
                break
            after = rows[-1]
    return renewed


async def _batch(session: AsyncSession, place: _Place, after: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Lock the next rows by primary key."""
    names = ", ".join(place.keys)
    beyond = "true" if after is None else f"({names}) > ({', '.join(f':{key}' for key in place.keys)})"
    query = text(
        f"SELECT {names}, {place.bytes_of} AS stored FROM {place.table.name}"
        f" WHERE {beyond} AND {place.bytes_of} IS NOT NULL ORDER BY {names} LIMIT {_BATCH_ROWS} FOR NO KEY UPDATE"
    )
    known = {} if after is None else {key: after[key] for key in place.keys}
    return [dict(row) for row in (await session.execute(query, known)).mappings()]


async def _renew(session: AsyncSession, place: _Place, row: dict[str, Any], keys: PersonalDataKeys) -> bool:
    value = keys.renewed(bytes(row.pop("stored")))
    if value is None:
        return False
    same = " AND ".join(f"{key} = :{key}" for key in place.keys)
    update = text(f"UPDATE {place.table.name} SET {place.assignment} WHERE {same}")
    await session.execute(update, {**row, "value": value})
    return True
