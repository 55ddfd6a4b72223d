"""Each patch does what Rasa does, only sooner; and Rasa runs without TensorFlow."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import boot

_ROOT = Path(__file__).resolve().parents[2]
boot.boot()


def _run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=_ROOT,
        env={**os.environ, **environment},  # noqa: TID251 - a child needs its parent's environment
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_rasa_imports_without_tensorflow() -> None:
    code = (
        "from bot.boot import boot; print(boot()); import rasa.engine.recipes.default_components, sys;"
        "print(type(sys.modules['tensorflow']).__name__)"
    )
    assert _run(code).splitlines()[-2:] == ["True", "_AbsentModule"]


def test_the_switch_leaves_rasa_as_it_is() -> None:
    code = (
        "from bot.boot import boot; import sys; print(boot());"
        "print(any(type(f).__name__ == '_AbsentFinder' for f in sys.meta_path))"
    )
    assert _run(code, DUKA_RASA_STOCK="1").splitlines()[-2:] == ["False", "False"]


def test_another_rasa_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot.importlib.metadata, "version", lambda _name: "3.7.0")
    with pytest.raises(boot.UnsupportedRasaError, match=r"3\.6\.21"):
        boot.boot()


def test_logs_hold_no_words_of_a_customer() -> None:
    line = boot.without_messages(
        None, "info", {"event": "processor.message.parse", "text": "2kg sugar 0700000123", "turn": 7}
    )
    assert line == {"event": "processor.message.parse", "text": "<str, 20>", "turn": 7}


def test_a_free_text_log_line_is_hidden_too() -> None:
    line = boot.without_messages(None, "info", {"event": "Received user message 'call 0700000123'"})
    assert "0700000123" not in str(line)


def test_a_server_without_a_model_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to do; a loaded one serves as before."""
    import asyncio
    from types import SimpleNamespace

    from rasa.core import agent, run

    async def loaded(*, ready: bool) -> SimpleNamespace:
        return SimpleNamespace(is_ready=lambda: ready)

    app = SimpleNamespace(ctx=SimpleNamespace())
    monkeypatch.setattr(agent, "load_agent", lambda **_: loaded(ready=False))
    with pytest.raises(SystemExit, match="make train"):
        asyncio.run(run.load_agent_on_start("models", None, None, app, None))
    monkeypatch.setattr(agent, "load_agent", lambda **_: loaded(ready=True))
    assert asyncio.run(run.load_agent_on_start("models", None, None, app, None)).is_ready()
