"""The commands `duka parse`, `duka explain` and `duka eval`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from backend.catalog.linking.catalogue import load_catalogue
from backend.conversations.reading.bot_process import BotProcess, ReadRequest
from backend.conversations.reading.cases import load_cases, read_cases, region_of
from backend.conversations.reading.evaluation import evaluate
from backend.conversations.reading.explain import explanation
from backend.conversations.reading.reader import read_message
from backend.conversations.reading.types import ReadingContext, Thresholds

CatalogueFile = Annotated[Path, typer.Option("--catalog", exists=True, dir_okay=False, help="A catalogue CSV.")]


def parse(
    catalog: CatalogueFile,
    cases: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Cases, one JSON object a line.")],
    out: Annotated[Path, typer.Option(help="Where the predictions go, one a line.")],
    merchant: Annotated[str | None, typer.Option(help="Read only this merchant's cases.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Book orders from this confidence; the default is fitted.")
    ] = None,
) -> None:
    """Read messages against a catalogue and write what they order."""
    thresholds = None if threshold is None else Thresholds(accept=threshold)
    catalogue = load_catalogue(catalog)
    with BotProcess() as bot, out.open("w", encoding="utf-8") as file:
        for case, result in read_cases(load_cases(cases, merchant), catalogue, bot, thresholds):
            file.write(json.dumps({"id": case.id, **result.to_json()}, ensure_ascii=False) + "\n")


def explain(text: Annotated[str, typer.Argument(help="A message.")], catalog: CatalogueFile) -> None:
    """Print how one message is read, and why."""
    catalogue = load_catalogue(catalog)
    with BotProcess() as bot:
        metadata: dict[str, Any] = {"history": [], "region": region_of(catalogue)}
        reading = bot.read_all([ReadRequest("1", text, metadata)])["1"]
    result = read_message(reading, catalogue, ReadingContext(text=text))
    shown = {**result.to_json(), "why": explanation(reading, result, catalogue)}
    typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))


def evaluation(
    gold: Annotated[Path, typer.Option(help="Labelled cases, with catalogs/ beside them.")] = Path(
        "../shared/eval/dev.jsonl"
    ),
) -> None:
    """Read the labelled cases, print the scorer's tables, and fail where a bar is missed."""
    if not evaluate(gold, typer.echo):
        raise typer.Exit(code=1)
