"""Whatever a report says, its page, table, workbook, message and print say the same."""

import csv
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from python_calamine import CalamineWorkbook

from backend.console.pages import rendered
from backend.console.reports import shown
from backend.reports.figures import COMPARED, FIGURES, REASONED
from backend.reports.periods import PeriodKind
from backend.reports.ports import Figure, Partner, Reason, Report
from backend.reports.renderings import FORMS, Form, file_name
from backend.reports.renderings.message import MAX_CHARACTERS
from backend.reports.telling import Told, tell
from backend.reports.words import LANGUAGES, words_in
from tests.backend.console.pages import texts
from tests.support.factories.told_reports import reports

type Numbers = list[tuple[str, str, int, int | None, tuple[int, int | None] | None]]


def minor_of(words: str) -> int | None:
    """Read an amount as a person writes it: KSh 1,250.50, ₹300, -₹5 or 12.50; nothing of none."""
    digits = re.sub(r"[^\d.-]", "", words)
    return round(float(digits) * 100) if digits else None


def wanted(told: Told) -> Numbers:
    """Who, label, orders and minor units of every row, and of the one before where it is compared."""
    return [
        (row.who, row.label, row.figure.orders, row.figure.minor, row.before and (row.before.orders, row.before.minor))
        for part in told.parts
        for row in part.rows
    ]


def pair(words: str) -> tuple[int, int | None] | None:
    """Read `3 · KSh 1,056`, or 3 alone, or nothing."""
    orders, _, amount = words.partition(" · ")
    return (int(orders), minor_of(amount)) if orders else None


def in_html(told: Told) -> tuple[Numbers, int]:
    page = rendered("_report.html", shown(told))
    names = [row.who for part in told.parts for row in part.rows]
    columns = (texts(page, "report-label"), texts(page, "report-orders"), texts(page, "report-amount"))
    whose, before = iter(texts(page, "report-who")), iter(texts(page, "report-before"))
    rows = zip(names, *columns, strict=True)
    numbers = [
        (next(whose), label, int(orders), minor_of(amount), None)
        if who
        else ("", label, int(orders), minor_of(amount), pair(next(before)))
        for who, label, orders, amount in rows
    ]
    return numbers, len(texts(page, "report-why"))


def in_csv(told: Told) -> tuple[Numbers, int]:
    rows = list(csv.DictReader(StringIO(FORMS[Form.CSV].make(told).decode("utf-8-sig"), newline="")))
    figures = [row for row in rows if row["part"] != "why"]
    numbers = [
        (
            *(_named(row["who"]), row["figure"], int(row["orders"]), minor_of(row["amount"])),
            (int(row["orders_before"]), minor_of(row["amount_before"])) if row["orders_before"] else None,
        )
        for row in figures
    ]
    return numbers, len(rows) - len(figures)


def _named(cell: str) -> str:
    """Take off the mark that keeps a name from being a formula."""
    return cell[1:] if cell.startswith("'") and cell[1:2] in {"=", "+", "-", "@"} else cell


def in_workbook(told: Told) -> tuple[Numbers, int]:
    book = CalamineWorkbook.from_filelike(BytesIO(FORMS[Form.XLSX].make(told)))
    figures, why = (book.get_sheet_by_index(place).to_python()[4:] for place in (0, 1))
    numbers = [
        (
            *(str(row[1]), str(row[2]), _whole(row[3]), _cell_minor(row[4:])),
            (_whole(row[6]), _cell_minor(row[7:])) if row[6:] and row[6] != "" else None,
        )
        for row in figures
    ]
    return numbers, len(why)


def _whole(cell: Any) -> int:
    assert cell == int(cell)
    return int(cell)


def _cell_minor(cells: list[Any]) -> int | None:
    return round(cells[0] * 100) if cells and cells[0] != "" else None


def in_text(told: Told) -> dict[str, Any]:
    found = {}
    for line in FORMS[Form.TEXT].make(told).decode().splitlines():
        label, _, numbers = line.rpartition(": ")
        if label and not line.startswith(("*", "•")):
            now, _, before = numbers.partition(f" ({told.columns['before']} ")
            found[label] = (pair(now), pair(before.removesuffix(")")))
    return found


@given(reports())
@settings(max_examples=30, deadline=None)
def test_all_renderings_say_the_same_numbers(report: Report) -> None:
    for language in LANGUAGES:
        told = tell(report, language)
        expected = (wanted(told), len(told.sentences))
        assert in_html(told) == expected
        assert in_csv(told) == expected
        assert in_workbook(told) == expected
        whole = {row[1]: ((row[2], row[3]), row[4]) for row in wanted(told) if not row[0] and row[2]}
        assert in_text(told) == whole
        assert len(FORMS[Form.TEXT].make(told).decode()) <= MAX_CHARACTERS


def a_report(**changes: Any) -> Report:
    """A day of a kitchen in Nashik."""
    figures = tuple(
        Figure(row.key, place % 4, place % 4 * 123_45 if row.minor else None) for place, row in enumerate(FIGURES)
    )
    values: dict[str, Any] = {
        "merchant_id": "M-NASHIK",
        "merchant_name": "Nashik Kitchen",
        "city": "Nashik",
        "currency": "INR",
        "zone": "Asia/Kolkata",
        "language": "hi-Latn",
        "kind": PeriodKind.DAY,
        "first": date(2026, 11, 28),
        "last": date(2026, 11, 28),
        "made_at": datetime(2026, 11, 28, 18, 40, tzinfo=UTC),
        "complete": True,
        "figures": figures,
        "reasons": (Reason("outstanding", "wrong_pin", 3, 420_000),),
        "vendors": (Partner("V-1", "=HYPERLINK(1)", (Figure("placed", 2, 12_50),)),),
        "riders": (),
        "before_first": date(2026, 11, 27),
        "before": tuple(replace(one, orders=one.orders + 1) for one in figures if one.key in COMPARED),
    }
    return Report(**{**values, **changes})


def pages(told: Told) -> Iterable[pypdfium2.PdfTextPage]:
    document = pypdfium2.PdfDocument(FORMS[Form.PDF].make(told))
    for page in document:
        yield page.get_textpage()


def test_the_print_has_every_number() -> None:
    told = tell(a_report(), "en")
    printed = " ".join(" ".join(page.get_text_range() for page in pages(told)).split())
    for _, label, orders, minor, before in wanted(told):
        was = told.numbers(Figure("", *before)) if before else ""
        assert " ".join(f"{label} {orders} {told.money(minor)} {was}".split()) in printed
    assert "3 orders worth ₹4,200 are unpaid because the PIN was wrong." in printed


@pytest.mark.parametrize("name", ["हिना", "Nashik हिना"])
def test_the_print_shapes_devanagari_also_after_latin_words(name: str) -> None:
    """The short i is drawn before its consonant, though spoken after it, and rises above the line."""
    page = next(iter(pages(tell(a_report(merchant_name=name), "hi"))))
    at = name.index("ह")
    drawn = sorted({page.get_charbox(place) for place in range(at, at + 3)})
    (_, _, _, top_of_first), (_, _, _, top_of_second) = drawn[:2]
    assert top_of_first > top_of_second + 1


def test_a_print_made_again_is_the_same_file() -> None:
    told = tell(a_report())
    assert FORMS[Form.PDF].make(told) == FORMS[Form.PDF].make(told)


def test_no_name_becomes_a_formula() -> None:
    told = tell(a_report())
    assert ",'=HYPERLINK(1)," in FORMS[Form.CSV].make(told).decode("utf-8-sig")
    book = CalamineWorkbook.from_filelike(BytesIO(FORMS[Form.XLSX].make(told)))
    assert "=HYPERLINK(1)" in [row[1] for row in book.get_sheet_by_index(0).to_python()]


@pytest.mark.parametrize(
    ("language", "spoken", "sentence"),
    [
        ("sheng", "sw", "Oda 3 za ₹4,200 hazijalipwa kwa sababu PIN haikuwa sahihi."),
        ("mr-Latn", "mr", "₹4,200 च्या 3 ऑर्डर बिनपैशांच्या आहेत, कारण PIN चुकीचा होता."),
        (None, "hi", "₹4,200 के 3 ऑर्डर बिना भुगतान के हैं, क्योंकि PIN गलत था।"),
        ("fr", "en", "3 orders worth ₹4,200 are unpaid because the PIN was wrong."),
    ],
)
def test_a_report_speaks_the_merchants_language_or_the_one_asked_for(
    language: str | None, spoken: str, sentence: str
) -> None:
    told = tell(a_report(), language)
    assert (told.language, told.sentences[0].text) == (spoken, sentence)


def test_one_order_is_not_several() -> None:
    told = tell(a_report(reasons=(Reason("late", "earlier", 1, 5_050), Reason("broken.answer", "V-1", 1))), "en")
    assert [one.text for one in told.sentences] == [
        "₹50.50 came in for 1 order of an earlier day.",
        "1 order waited too long for an answer of =HYPERLINK(1).",
    ]


def test_a_day_that_goes_on_says_so_and_an_empty_one_says_that() -> None:
    nothing = tuple(replace(one, orders=0, minor=None if one.minor is None else 0) for one in a_report().figures)
    told = tell(a_report(complete=False, figures=nothing, reasons=()), "en")
    assert FORMS[Form.TEXT].make(told).decode() == (
        "*Nashik Kitchen: End of day (so far)*\nSaturday, November 28, 2026\n\nNothing happened."
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_words_of_every_figure_and_each_means_one(language: str) -> None:
    words, english = words_in(language), words_in("en")
    labels = words["figures"]
    assert labels.keys() == {row.key for row in FIGURES} == english["figures"].keys()
    assert len(set(labels.values())) == len(labels)
    assert words["sentences"].keys() == {row.key for row in REASONED}
    assert {group: reasons.keys() for group, reasons in words["why"].items()} == {
        group: reasons.keys() for group, reasons in english["why"].items()
    }


@pytest.mark.parametrize(
    ("now", "before", "sentence"),
    [
        (88_000, 100_000, "Revenue is 12 % less than on the day before."),
        (150_000, 100_000, "Revenue is 50 % more than on the day before."),
        (100_000, 100_000, None),
        (100_000, 0, None),
    ],
)
def test_a_change_is_told_in_a_sentence_that_opens_its_orders(now: int, before: int, sentence: str | None) -> None:
    figures = tuple(Figure("revenue", 3, now) if one.key == "revenue" else one for one in a_report().figures)
    told = tell(a_report(figures=figures, before=(Figure("revenue", 2, before),)), "en")
    told_of = [one for one in told.sentences if one.selection.figure == "revenue"]
    assert [one.text for one in told_of] == ([sentence] if sentence else [])
    assert [one for one in tell(a_report(figures=figures, complete=False), "en").sentences if "%" in one.text] == []


def test_a_file_is_named_by_merchant_and_day() -> None:
    assert file_name(tell(a_report()), Form.XLSX) == "M-NASHIK-day-2026-11-28.xlsx"
