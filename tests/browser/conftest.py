"""A real Chromium for the browser tests, and the guard that nothing is fetched from elsewhere."""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Error, Page, Route, async_playwright

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LOCAL = {"127.0.0.1", "localhost"}


def chromium_path() -> str | None:
    """Return the browser named by CHROMIUM_PATH, or one on the path; None leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM_PATH")  # noqa: TID251 - which browser to use is the machine's affair
    if named and not Path(named).exists():
        pytest.fail(f"CHROMIUM_PATH names {named}, which does not exist")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium_path()
    async with async_playwright() as playwright:
        try:
            opened = await playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        except Error as error:
            pytest.skip(f"no Chromium: set CHROMIUM_PATH or install the chromium package ({error.message[:60]})")
        yield opened
        await opened.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A context that fails the test if a page throws or asks another machine for anything."""
    opened = await browser.new_context(viewport={"width": 1360, "height": 900}, locale="en-GB")
    troubles: list[str] = []

    async def guard(route: Route) -> None:
        host = urlsplit(route.request.url).hostname
        if host in _LOCAL:
            await route.continue_()
            return
        troubles.append(f"asked {host} for {route.request.url}")
        await route.abort()

    await opened.route("**/*", guard)
    opened.on("page", lambda page: page.on("pageerror", lambda error: troubles.append(str(error))))
    yield opened
    await opened.close()
    assert troubles == []


@pytest.fixture
async def page(context: BrowserContext) -> Page:
    return await context.new_page()
