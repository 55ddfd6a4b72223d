"""A report in a language: its parts, rows and sentences, from which every rendering is made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from babel.dates import format_date

from backend.channels.templates import registered_language
from backend.platform.money import Money
from backend.reports.figures import BY_KEY
from backend.reports.links import PAGES, orders_path
from backend.reports.periods import PeriodKind
from backend.reports.ports import Figure, Partner, Reason, Report, Selection
from backend.reports.words import words_in

BETWEEN: Final = " · "
_TOLD_AS_CHANGE: Final = ("revenue", "collected")


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its label; `who` names the vendor or rider, where it is theirs alone, `before` is the last one."""

    label: str
    figure: Figure
    selection: Selection
    who: str = ""
    before: Figure | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """Rows that stand together; `key` is the part's name in any language."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Why something is so, in words, with what it speaks of."""

    text: str
    figure: Figure
    selection: Selection


@dataclass(frozen=True, slots=True)
class Told:
    """A report in a language.

    Attributes:
        title: What it is, and whose.
        when: The day, or its first and last.
        columns: The words over the columns, by name.
        site: Scheme and host of the console, for links from outside it; empty for a page of its own.
    """

    report: Report
    language: str
    title: str
    when: str
    parts: tuple[Part, ...]
    sentences: tuple[Sentence, ...]
    columns: Mapping[str, str]
    nothing: str
    site: str = ""

    def link(self, selection: Selection) -> str:
        """Return the address of the console's page with exactly these orders; nothing where it is not known."""
        return f"{self.site}{orders_path(self.report, selection, PAGES)}" if self.site else ""

    def money(self, minor: int | None) -> str:
        """Write an amount as the shop would; nothing where only orders are counted."""
        return "" if minor is None else Money(minor, self.report.currency).format()

    def numbers(self, figure: Figure | None) -> str:
        """Write a figure in one piece, such as `3 · KSh 1,056`; nothing where there is none."""
        if figure is None:
            return ""
        return str(figure.orders) if figure.minor is None else f"{figure.orders}{BETWEEN}{self.money(figure.minor)}"


def tell(report: Report, language: str | None = None, site: str = "") -> Told:
    """Return a report in a language, by default the merchant's; one that we don't write becomes the nearest we do."""
    spoken = registered_language(language or report.language)
    words = words_in(spoken)
    so_far = "" if report.complete else f" ({words['going_on']})"
    return Told(
        report=report,
        language=spoken,
        title=f"{report.merchant_name}: {words['titles'][report.kind]}{so_far}",
        when=_when(report, spoken),
        parts=_parts(report, spoken),
        sentences=(*_changes(report, spoken), *_reasons(report, spoken)),
        columns={**words["columns"], "before": words["before"][report.kind]},
        nothing=words["nothing"],
        site=site,
    )


def _when(report: Report, language: str) -> str:
    if report.kind is PeriodKind.DAY:
        return format_date(report.first, "full", locale=language)
    if report.kind is PeriodKind.MONTH:
        return format_date(report.first, "LLLL y", locale=language)
    first, last = (format_date(day, "long", locale=language) for day in (report.first, report.last))
    return f"{first} – {last}"


def _parts(report: Report, language: str) -> tuple[Part, ...]:
    titles = words_in(language)["sections"]
    sections = tuple(
        Part(section, titles[section], tuple(_row(language, figure, _before(report, figure)) for figure in figures))
        for section, figures in groupby(report.figures, lambda figure: BY_KEY[figure.key].section)
    )
    partners = (
        Part("vendors", titles["vendors"], _partner_rows(language, report.vendors, "vendor_id")),
        Part("riders", titles["riders"], _partner_rows(language, report.riders, "rider_id")),
    )
    return (*sections, *(part for part in partners if part.rows))


def _row(language: str, figure: Figure, before: Figure | None) -> Row:
    return Row(words_in(language)["figures"][figure.key], figure, Selection(figure.key), before=before)


def _before(report: Report, figure: Figure) -> Figure | None:
    return next((one for one in report.before if one.key == figure.key), None)


def _changes(report: Report, language: str) -> Iterator[Sentence]:
    """Say how much more or less the main sums are than before, once the report's time is over."""
    words = words_in(language)["change"]
    for key in _TOLD_AS_CHANGE if report.complete else ():
        now, before = report.figure(key), _before(report, report.figure(key))
        was, is_ = (before.minor or 0 if before else 0), now.minor or 0
        percent = round(100 * abs(is_ - was) / was) if was > 0 else 0
        if percent:
            form = words["more" if is_ > was else "less"][report.kind]
            told = form.format(what=words["what"][key], percent=percent)
            yield Sentence(told, now, Selection(key))


def _partner_rows(language: str, partners: Sequence[Partner], column: str) -> tuple[Row, ...]:
    labels = words_in(language)["figures"]
    return tuple(
        Row(labels[figure.key], figure, Selection(figure.key, **{column: partner.id}), partner.name)
        for partner in partners
        for figure in partner.figures
    )


def _reasons(report: Report, language: str) -> Iterator[Sentence]:
    """Say why, and whose most of it was where that is more than half, and not all."""
    for found in report.reasons:
        yield _sentence(report, language, found)
        if found.who and found.partners > 1 and found.their_orders > max(found.orders / 2, 1):
            yield _most(report, language, found)


def _most(report: Report, language: str, found: Reason) -> Sentence:
    column = BY_KEY[found.figure].whose
    text = words_in(language)["most"][column].format(
        theirs=found.their_orders, orders=found.orders, who=_names(report).get(str(found.who), found.who)
    )
    theirs = Figure(found.figure, found.their_orders, found.their_minor)
    return Sentence(text, theirs, Selection(found.figure, found.reason, **{column: found.who}))


def _sentence(report: Report, language: str, found: Reason) -> Sentence:
    words = words_in(language)
    forms = words["sentences"][found.figure]
    text = forms["one" if found.orders == 1 else "other"].format(
        orders=found.orders,
        all=report.figure(found.figure).orders,
        riders=words["riders"]["one" if found.partners == 1 else "other"].format(riders=found.partners),
        money=Money(found.minor or 0, report.currency).format(),
        why=_why(words["why"].get(found.figure), found.reason),
        who=_names(report).get(found.reason) or words["nobody"],
    )
    return Sentence(text, Figure(found.figure, found.orders, found.minor), Selection(found.figure, found.reason))


def _why(reasons: Mapping[str, str] | None, reason: str) -> str:
    return "" if reasons is None else reasons.get(reason) or reasons["other"]


def _names(report: Report) -> Mapping[str, str]:
    return {partner.id: partner.name for partner in (*report.vendors, *report.riders)}
