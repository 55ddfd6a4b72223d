"""Dashboards, alerts and runbooks name only what there is, and each alert has its runbook and the other way round."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import promql_parser
import pytest
import typer
import yaml
from prometheus_client.metrics import Counter, Histogram, MetricWrapperBase

from backend.cli import app as command_line
from backend.platform.observability import metrics

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
ALERTS = yaml.safe_load((ROOT / "ops" / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
DASHBOARDS = sorted((ROOT / "ops" / "grafana").glob("*.json"))
# What Grafana puts in for its own variables.
_INTERVALS = re.compile(r"\$__(?:range|rate_interval|interval)")


def _rules() -> list[dict[str, Any]]:
    return [rule for group in ALERTS["groups"] for rule in group["rules"]]


def _series() -> dict[str, frozenset[str]]:
    """Every series that our processes show, with its labels."""
    found: dict[str, frozenset[str]] = {}
    for metric in vars(metrics).values():
        if isinstance(metric, MetricWrapperBase):
            labels = frozenset(metric._labelnames)
            if isinstance(metric, Counter):
                found[f"{metric._name}_total"] = labels
            elif isinstance(metric, Histogram):
                found |= {f"{metric._name}_{part}": labels for part in ("sum", "count")}
                found[f"{metric._name}_bucket"] = labels | {"le"}
            else:
                found[metric._name] = labels
    return found


def _panels(dashboard: Path) -> Iterator[str]:
    for panel in json.loads(dashboard.read_text(encoding="utf-8"))["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


def _queries() -> list[tuple[str, str]]:
    """Every expression, with the place it stands in."""
    rows = [(f"alert {rule['alert']}", rule["expr"]) for rule in _rules()]
    return rows + [(dashboard.stem, expr) for dashboard in DASHBOARDS for expr in _panels(dashboard)]


def _nodes(node: Any) -> Iterator[Any]:
    """An expression and all that stands within it."""
    yield node
    for name in ("lhs", "rhs", "expr", "param", "vector_selector"):
        child = getattr(node, name, None)
        if isinstance(child, promql_parser.Expr):
            yield from _nodes(child)
    for child in getattr(node, "args", None) or ():
        yield from _nodes(child)


def _grouped(node: Any) -> set[str]:
    modifier = getattr(node, "modifier", None)
    return set(modifier.labels) if isinstance(node, promql_parser.AggregateExpr) and modifier else set()


def _faults(expr: str, series: dict[str, frozenset[str]]) -> list[str]:
    """What an expression names that does not exist; an expression that can't be read raises."""
    nodes = list(_nodes(promql_parser.parse(_INTERVALS.sub("5m", expr))))
    vectors = [node for node in nodes if isinstance(node, promql_parser.VectorSelector)]
    assert vectors, f"no metric was found in {expr}"
    unknown = [vector.name for vector in vectors if vector.name not in series]
    if unknown:
        return unknown
    known = frozenset[str].intersection(*(series[vector.name] for vector in vectors))
    faults = [
        f"{vector.name}{{{matcher.name}}}"
        for vector in vectors
        for matcher in vector.matchers.matchers
        if matcher.name not in series[vector.name]
    ]
    return faults + [f"by ({label})" for node in nodes for label in sorted(_grouped(node) - known)]


@pytest.mark.parametrize(("place", "expr"), _queries())
def test_every_metric_and_label_that_is_asked_for_exists(place: str, expr: str) -> None:
    assert _faults(expr, _series()) == []


def test_an_unknown_metric_or_label_is_found() -> None:
    """The reader of expressions itself: without this the tests above could pass on nothing."""
    series = _series()
    assert _faults("sum by (city) (rate(wa_sent_total[5m])) > 1", series) == ["wa_sent_total"]
    assert _faults('histogram_quantile(0.5, sum by (city) (rate(wa_send_total{town="x"}[5m])))', series) == [
        "wa_send_total{town}",
        "by (city)",
    ]


def test_the_names_of_the_paper_are_shown() -> None:
    named = {
        "vendor_accept_sla_breaches_total", "processing_reminder_calls_total", "ivr_actions_total", "wa_send_total",
        "wa_fail_total", "ring_to_action_latency_seconds_bucket", "offroute_alerts_total",
    }  # fmt: skip
    assert named <= _series().keys()
    assert {"action"} == _series()["ivr_actions_total"]
    assert {"template"} == _series()["wa_send_total"]


def test_dashboard_variables_ask_for_labels_that_exist() -> None:
    for dashboard in DASHBOARDS:
        for variable in json.loads(dashboard.read_text(encoding="utf-8"))["templating"]["list"]:
            asked = variable["query"]["query"] if variable["type"] == "query" else ""
            for name, label in re.findall(r"label_values\((\w+), (\w+)\)", asked):
                assert label in _series()[name], f"{dashboard.stem}: {asked}"


def test_dashboards_do_not_share_an_address() -> None:
    uids = [json.loads(dashboard.read_text(encoding="utf-8"))["uid"] for dashboard in DASHBOARDS]
    assert {"duka-comms-funnel", "duka-vendor-reliability", "duka-rider-otd"} <= set(uids)
    assert len(uids) == len(set(uids))


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """Runbooks of alerts bear the alert's name; those in lower case are for work that nobody is woken for."""
    named = {rule["alert"]: rule["annotations"]["runbook_url"] for rule in _rules()}
    assert named == {alert: f"docs/runbooks/{alert}.md" for alert in named}
    assert {path.stem for path in RUNBOOKS.glob("[A-Z]*.md")} == named.keys()


@pytest.mark.parametrize("runbook", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_says_what_to_look_at_and_what_to_do(runbook: Path) -> None:
    lines = runbook.read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {runbook.stem}"
    assert [line for line in lines if line.startswith("## ")] == ["## What it means", "## Look", "## Do"]


def _paths() -> set[str]:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return {
        f"{method.upper()} {re.sub(r'{[^}]*}', '*', path)}" for path, row in document["paths"].items() for method in row
    }


def test_runbooks_name_requests_that_exist() -> None:
    asked = {
        f"{method} {re.sub(r'{[^}]*}', '*', path)}"
        for runbook in RUNBOOKS.glob("*.md")
        for method, path in re.findall(
            r"`(GET|POST|PUT|PATCH|DELETE) (/[\w/{}.-]+)", runbook.read_text(encoding="utf-8")
        )
    }
    assert asked
    # What stands for a value in the document may be given as a value in a runbook.
    patterns = [re.compile(re.escape(known).replace(r"\*", "[^/]+")) for known in _paths()]
    assert [path for path in sorted(asked) if not any(pattern.fullmatch(path) for pattern in patterns)] == []


def _commands(group: click.Command, prefix: str = "duka") -> Iterator[str]:
    for name, command in getattr(group, "commands", {}).items():
        yield f"{prefix} {name}"
        yield from _commands(command, f"{prefix} {name}")


def test_runbooks_name_commands_that_exist() -> None:
    known = sorted(_commands(typer.main.get_command(command_line)), key=len, reverse=True)
    asked = {
        command
        for runbook in RUNBOOKS.glob("*.md")
        for command in re.findall(r"`(duka [^`]+)`", runbook.read_text(encoding="utf-8"))
    }
    assert asked
    assert [command for command in sorted(asked) if not any(f"{command} ".startswith(f"{k} ") for k in known)] == []
