"""Lists as parameters, written at once and not element by element; statements over many rows are full of them."""

from types import NoneType
from typing import Any, Final

from psycopg.types.array import ListDumper

_BREAK: Final = "\0"  # No text of Postgres can hold it.


class QuickListDumper(ListDumper):
    """Writes lists of plain texts and numbers as array literals; all other lists as the driver does.

    The driver asks a dumper and a pattern about each element, which takes longer than the rest of such a statement.
    Source: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    """

    def dump(self, obj: list[Any]) -> Any:
        """Return the array literal."""
        types = set(map(type, obj))
        if types == {str}:
            written = _texts(obj)
        elif types == {str, NoneType}:
            written = _texts_and_nulls(obj)
        else:
            written = "{" + ",".join(map(repr, obj)) + "}" if types in ({int}, {float}) else ""
        return written.encode() or super().dump(obj)


def _texts(items: list[str]) -> str:
    """Return the literal; nothing where a text can't be stored, which the driver then says as ever."""
    whole = _escaped(_BREAK.join(items))
    return '{"' + whole.replace(_BREAK, '","') + '"}' if whole.count(_BREAK) == len(items) - 1 else ""


def _texts_and_nulls(items: list[str | None]) -> str:
    texts = [item for item in items if item is not None]
    if any(_BREAK in text for text in texts):
        return ""
    return "{" + ",".join("NULL" if item is None else f'"{_escaped(item)}"' for item in items) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
