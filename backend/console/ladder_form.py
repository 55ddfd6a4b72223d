"""The form of a ladder: what somebody wrote, what is wrong with it beside its field, and the ladder that it makes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Final

from backend.comms.service.kinds import KINDS, Ladder, Rung, Step, faults_of
from backend.platform.timers import TimerKind

ROOM: Final = 2  # Empty rows for steps to come.
_MOST_ROWS: Final = 20
_LONGEST_S: Final = 86_400
_NO_SECONDS: Final = "Seconds are a number, such as 120."
_TOO_LONG: Final = "No more than a day, 86400 s."
_NOTHING: Final = "Say what happens then."
_NO_TIME: Final = "Say when, in seconds."
_NO_HOUR: Final = "An hour of the day, such as 22:00."
_BOTH_HOURS: Final = "Quiet hours need both ends."
_NO_COUNT: Final = "A number of calls, such as 3; empty for the usual limit."


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row as it was written; `fault` is what is wrong with it, in words."""

    after_s: str = ""
    rungs: frozenset[str] = frozenset()
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        """True where nothing was written."""
        return not self.after_s and not self.rungs


@dataclass(frozen=True, slots=True)
class LadderForm:
    """A ladder as somebody writes it.

    Attributes:
        rows: The steps, and room for more.
        quiet_from: When nobody is called any more, as HH:MM.
        quiet_until: Until when.
        most: Calls to one person in an hour.
        fault: What is wrong with the ladder as a whole.
        faults: What is wrong with the other fields, by their names.
    """

    rows: tuple[StepRow, ...]
    quiet_from: str = ""
    quiet_until: str = ""
    most: str = ""
    fault: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """True where nothing is wrong."""
        return not (self.fault or self.faults or any(row.fault for row in self.rows))


def shown(ladder: Ladder) -> LadderForm:
    """Return the form of a ladder that stands."""
    rows = [StepRow(f"{step.after_s:g}", frozenset(map(str, step.rungs))) for step in ladder.steps]
    start, until = (f"{at:%H:%M}" for at in ladder.quiet) if ladder.quiet else ("", "")
    most = "" if ladder.max_calls_hour is None else str(ladder.max_calls_hour)
    return LadderForm((*rows, *(StepRow(),) * ROOM), start, until, most)


def written(fields: Sequence[tuple[str, str]]) -> LadderForm:
    """Read what was sent, as (field, value); `after_s-3` and `rungs-3` are of the fourth row."""
    times = {name: value.strip() for name, value in fields}
    rows = [
        StepRow(
            times.get(f"after_s-{place}", ""),
            frozenset(value for name, value in fields if name == f"rungs-{place}"),
        )
        for place in range(_MOST_ROWS)
    ]
    kept = [row for row in rows if not row.is_empty]
    start, until, most = (times.get(name, "") for name in ("quiet_from", "quiet_until", "most"))
    return LadderForm((*kept, *(StepRow(),) * ROOM), start, until, most)


def read(kind: TimerKind, form: LadderForm) -> tuple[LadderForm, Ladder | None]:
    """Return the form with what is wrong with it, and the ladder; None for it where anything is."""
    rows = tuple(replace(row, fault=_row_fault(kind, row)) for row in form.rows)
    faults = dict(_field_faults(form))
    checked = replace(form, rows=rows, faults=faults)
    if not checked.is_sound:
        return checked, None
    order = sorted(
        (place for place, row in enumerate(rows) if not row.is_empty), key=lambda at: float(rows[at].after_s)
    )
    steps = tuple(_step(rows[place]) for place in order)
    checked = _judged(kind, checked, order, steps)
    return checked, _ladder(form, steps) if checked.is_sound else None


def _judged(kind: TimerKind, form: LadderForm, order: Sequence[int], steps: Sequence[Step]) -> LadderForm:
    """Write what could not be climbed beside the rows; `order` are the rows of the steps."""
    rows, whole = list(form.rows), ""
    for fault in faults_of(kind, steps):
        if fault.step is None:
            whole = whole or _sentence(fault.words)
        elif not rows[order[fault.step]].fault:
            rows[order[fault.step]] = replace(rows[order[fault.step]], fault=_sentence(fault.words))
    return replace(form, rows=tuple(rows), fault=whole)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _row_fault(kind: TimerKind, row: StepRow) -> str:
    if row.is_empty:
        return ""
    if not row.after_s:
        return _NO_TIME
    try:
        after_s = float(row.after_s)
    except ValueError:
        return _NO_SECONDS
    if not -_LONGEST_S <= after_s <= _LONGEST_S:
        return _TOO_LONG
    return "" if row.rungs & frozenset(map(str, KINDS[kind].rungs)) else _NOTHING


def _step(row: StepRow) -> Step:
    return Step(float(row.after_s), tuple(rung for rung in Rung if rung in row.rungs))


def _field_faults(form: LadderForm) -> Iterator[tuple[str, str]]:
    for name, value in (("quiet_from", form.quiet_from), ("quiet_until", form.quiet_until)):
        if value and _hour(value) is None:
            yield name, _NO_HOUR
        elif not value and (form.quiet_from or form.quiet_until):
            yield name, _BOTH_HOURS
    if form.most and not (form.most.isascii() and form.most.isdigit() and len(form.most) <= len("9999")):
        yield "most", _NO_COUNT


def _hour(value: str) -> time | None:
    try:
        return time.fromisoformat(value)
    except ValueError:
        return None


def _ladder(form: LadderForm, steps: tuple[Step, ...]) -> Ladder:
    start, until = _hour(form.quiet_from), _hour(form.quiet_until)
    quiet = None if start is None or until is None else (start, until)
    return Ladder(steps, quiet, int(form.most) if form.most else None)
