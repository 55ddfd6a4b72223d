"""What must hold once all is over: of the orders, of their ladders, and of what the providers were asked for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.runtime import invariants
from backend.runtime.processes import Secrets
from backend.runtime.torture.hands import Json, Sandbox

_OK: Final = 200
_ANSWERED: Final = """
SELECT order_id, min(at) AS at FROM order_events
WHERE from_state = 'confirmed' AND to_state IN ('processing', 'cancelled') GROUP BY order_id
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """What may not be: a sentence, and a query for one text column that names where it is."""

    says: str
    offenders: str


RULES: Final = (
    Rule(
        "a step of the ladder came after the answer was committed",
        f"""SELECT c.order_id || ':' || c.channel FROM comms_log c JOIN ({_ANSWERED}) a USING (order_id)
        WHERE c.direction = 'outbound' AND c.ladder = 'vendor_accept' AND c.created_at > a.at
        UNION ALL SELECT t.order_id || ' step ' || t.step FROM sla_timer t JOIN ({_ANSWERED}) a USING (order_id)
        WHERE t.type = 'vendor_accept' AND t.fired AND t.fired_at > a.at
        UNION ALL SELECT x.order_id || ' card' FROM ops_exceptions x JOIN ({_ANSWERED}) a USING (order_id)
        WHERE x.kind = 'vendor_silent' AND x.created_at > a.at""",
    ),
    Rule(
        "a confirmed order was never chased",
        """SELECT order_id FROM order_events WHERE to_state = 'confirmed' AND from_state IN ('pending', 'partial')
        EXCEPT SELECT order_id FROM sla_timer WHERE type = 'vendor_accept'""",
    ),
    Rule(
        "nobody answered, and no person was told",
        """SELECT id FROM orders WHERE state = 'confirmed'
        EXCEPT SELECT order_id FROM ops_exceptions WHERE kind = 'vendor_silent'
        EXCEPT SELECT order_id FROM sla_timer WHERE type = 'vendor_accept' AND state = 'pending'""",
    ),
    Rule(
        "a call that surely never went out was neither dialled nor called off",
        """SELECT s.idem FROM outbound_send s JOIN voice_calls c ON c.id = s.payload ->> 'call_id'
        WHERE s.channel IN ('exotel', 'africastalking') AND s.state = 'failed' AND c.state = 'unknown'""",
    ),
    Rule("a timer was given up", "SELECT subject_id || ':' || type FROM sla_timer WHERE state = 'dead'"),
    Rule(
        "a timer is due and has not fired",
        "SELECT subject_id || ':' || type FROM sla_timer WHERE state = 'pending' AND due_at <= duka_now()",
    ),
    Rule(
        "a send hangs",
        "SELECT idem FROM outbound_send WHERE state = 'leased' OR state = 'queued' AND next_at <= duka_now()",
    ),
)
_MISSING: Final = text("SELECT unnest(CAST(:ids AS text[])) EXCEPT SELECT id FROM orders")
_UNASKED: Final = text("SELECT id FROM orders EXCEPT SELECT unnest(CAST(:ids AS text[]))")
_DOUBTFUL: Final = text("SELECT idem FROM outbound_send WHERE possible_duplicate")


class Tally:
    """Counts what each provider has done under each of our names for it, while its log lasts.

    Attributes:
        by: Names with how often, by provider.
        lost: Requests that the log had forgotten before they were counted.
    """

    _SOURCES: Final = (
        ("whatsapp", "/messages", "biz_opaque_callback_data"),
        ("exotel", "/Calls/connect", "CustomField"),
        ("daraja", "stkpush", "CallBackURL"),
    )

    def __init__(self) -> None:
        self.by: dict[str, Counter[str]] = {provider: Counter() for provider, _, _ in self._SOURCES}
        self._seen: set[int] = set()

    async def count(self, sandbox: Sandbox) -> None:
        """Count what has come since the last time."""
        for provider, path, name in self._SOURCES:
            for call in await sandbox.calls(provider, path):
                if call["number"] not in self._seen and _took(call, name):
                    self.by[provider][str(call["body"][name])] += 1
                self._seen.add(call["number"])

    def doubled(self, excused: frozenset[str]) -> list[str]:
        """Return what was done twice and may not have been; a message says of itself that it may have gone out."""
        return [
            f"{provider} was asked {count} times for {name}"
            for provider, names in self.by.items()
            for name, count in names.items()
            if count > 1 and name not in excused
        ]


def _took(call: Json, name: str) -> bool:
    body: Any = call["body"]
    return call["status"] == _OK and call["method"] == "POST" and isinstance(body, dict) and name in body


async def judge(
    session: AsyncSession, acknowledged: Sequence[str], tally: Tally, logs: Path, secrets: Secrets
) -> list[str]:
    """Return what is not as it must be, in sentences."""
    ids = {"ids": list(acknowledged)}
    found = [f"{order_id} was acknowledged and is gone" for order_id in await session.scalars(_MISSING, ids)]
    found += [f"{order_id} was placed twice" for order_id in await session.scalars(_UNASKED, ids)]
    for rule in RULES:
        found += [f"{rule.says}: {one}" for one in await session.scalars(text(rule.offenders))]
    found += tally.doubled(frozenset(await session.scalars(_DOUBTFUL)))
    breaches = await invariants.check(session)
    words = sorted(await invariants.phones(session) | set(asdict(secrets).values()))
    breaches += [one for one in invariants.in_logs(logs, words) if set(one.offenders) != {"sandbox.log"}]
    return found + [f"{one.invariant}: {one.says} Not so: {', '.join(one.offenders)}" for one in breaches]
