"""What holds for all tests of the bot: where all are required, as in CI, one that was left out has failed."""

import os
from collections.abc import Generator

import pytest
from pluggy import Result

_ALL_REQUIRED = os.environ.get("DUKA_REQUIRE_ALL_TESTS") == "1"  # noqa: TID251 - CI's way to say it


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport() -> Generator[None, "Result[pytest.TestReport]", None]:
    outcome = yield
    report = outcome.get_result()
    if _ALL_REQUIRED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"DUKA_REQUIRE_ALL_TESTS is 1 and this was left out: {report.longrepr}"
