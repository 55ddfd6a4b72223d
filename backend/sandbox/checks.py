"""Field rules as rows: what a provider demands of a payload, checked the same way for all of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from backend.sandbox.base import Json

MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Rule:
    """What one field must be.

    Args:
        path: Dotted path; `[]` after a name means each member of that list.
        kind: The Python types that JSON may give here.
        required: Whether the field must be there.
        longest: Most characters of a text, or most members of a list.
        shortest: Fewest characters or members.
        most_bytes: Most bytes of a text as UTF-8.
        one_of: The only values allowed.
        pattern: What the whole text, or the number written as text, must match.
    """

    path: str
    kind: type | tuple[type, ...] = str
    required: bool = True
    longest: int | None = None
    shortest: int = 1
    most_bytes: int | None = None
    one_of: tuple[Any, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a payload broke."""

    path: str
    why: str
    missing: bool = False


def first_breach(payload: Json, rules: Iterable[Rule]) -> Breach | None:
    """Return the first rule broken, in the order of the rows, or None."""
    return next(breaches(payload, rules), None)


def breaches(payload: Json, rules: Iterable[Rule]) -> Iterator[Breach]:
    """Yield every rule broken, in the order of the rows."""
    for rule in rules:
        for path, value in _values(payload, rule.path):
            breach = _judge(rule, path, value)
            if breach:
                yield breach


def _values(node: Any, path: str, done: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each concrete path and value that a rule's path speaks of; MISSING where nothing stands."""
    head, _, rest = path.partition(".")
    many, name = head.endswith("[]"), head.removesuffix("[]")
    value = node.get(name, MISSING) if isinstance(node, dict) else MISSING
    here = f"{done}.{name}" if done else name
    if many and isinstance(value, list):
        for index, member in enumerate(value):
            yield from _values(member, rest, f"{here}[{index}]") if rest else ((f"{here}[{index}]", member),)
    elif many:
        return
    elif rest and value is not MISSING:
        yield from _values(value, rest, here)
    else:
        yield (f"{here}.{rest}" if rest else here), value


def _judge(rule: Rule, path: str, value: Any) -> Breach | None:
    if value is MISSING or value is None:
        return Breach(path, "is required", missing=True) if rule.required else None
    if not isinstance(value, rule.kind) or (isinstance(value, bool) and rule.kind is not bool):
        return Breach(path, f"must be of type {_names(rule.kind)}")
    if isinstance(value, (str, list)):
        return _judge_size(rule, path, value)
    return _judge_value(rule, path, value)


def _judge_size(rule: Rule, path: str, value: str | list[Any]) -> Breach | None:
    if len(value) < rule.shortest:
        return Breach(path, f"length invalid. Min length: {rule.shortest}", missing=not value)
    if rule.longest is not None and len(value) > rule.longest:
        return Breach(path, f"length invalid. Max length: {rule.longest}")
    if rule.most_bytes is not None and isinstance(value, str) and len(value.encode()) > rule.most_bytes:
        return Breach(path, f"must be at most {rule.most_bytes} bytes")
    return _judge_value(rule, path, value)


def _judge_value(rule: Rule, path: str, value: Any) -> Breach | None:
    if rule.one_of and value not in rule.one_of:
        return Breach(path, f"must be one of {', '.join(map(str, rule.one_of))}")
    if rule.pattern and not re.fullmatch(rule.pattern, str(value)):
        return Breach(path, "has an invalid format")
    return None


def _names(kind: type | tuple[type, ...]) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join(k.__name__ for k in kinds)
