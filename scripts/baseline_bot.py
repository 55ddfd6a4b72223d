"""The bot that `rasa init` makes, with one custom action: what Duka's turns are measured beside."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from backend.platform.db.embedded import free_port

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / ".duka" / "baseline"
PYTHON: Final = FOLDER / ".venv" / "bin" / "python"
PROJECT: Final = FOLDER / "bot"
_INTERPRETER: Final = ROOT / "bot" / ".venv" / "bin" / "python"
# The version that Duka runs on, here with the TensorFlow that its default configuration needs.
_PACKAGES: Final = ("rasa==3.6.21", "setuptools<71")
_PATIENCE_S: Final = 900.0
_QUIET: Final = {"TF_CPP_MIN_LOG_LEVEL": "3", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "RASA_TELEMETRY_ENABLED": "false"}

_DOMAIN: Final = """
intents:
  - ask_price
actions:
  - action_price
"""
_DATA: Final = """version: "3.1"
nlu:
- intent: ask_price
  examples: |
    - how much is the flour
    - what does the sugar cost
    - price of milk
    - how much is a loaf of bread
    - what is the price of rice
    - tell me the price of the beans
rules:
- rule: Tell a price
  steps:
  - intent: ask_price
  - action: action_price
"""
_ACTIONS: Final = """from rasa_sdk import Action


class ActionPrice(Action):
    def name(self):
        return "action_price"

    def run(self, dispatcher, tracker, domain):
        dispatcher.utter_message(text="The flour is 176 shillings.")
        return []
"""


def _tool(name: str) -> str:
    own = ROOT / ".tools" / "bin" / name
    return str(own) if own.exists() else name


def run(*command: str, folder: Path = FOLDER) -> None:
    """Run a command of its preparation; what it prints goes to `prepare.log`.

    Raises:
        CalledProcessError: It failed.
    """
    environment = {**os.environ, **_QUIET}
    with (FOLDER / "prepare.log").open("ab") as log:
        subprocess.run(command, cwd=folder, check=True, stdout=log, stderr=log, env=environment)


def install() -> None:
    """Make its environment, unless that is done."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not (FOLDER / "installed").exists():
        print("  … installing a stock Rasa with TensorFlow (2.7 GB; minutes)", flush=True)
        run(_tool("uv"), "venv", "--quiet", "--allow-existing", "--python", str(_INTERPRETER), ".venv")
        run(_tool("uv"), "pip", "install", "--quiet", "--python", str(PYTHON), *_PACKAGES)
        (FOLDER / "installed").touch()


def prepare() -> None:
    """Install and train it, unless that is done."""
    install()
    if not any((PROJECT / "models").glob("*.tar.gz")):
        print("  … training the bot of `rasa init` (some minutes)", flush=True)
        PROJECT.mkdir(exist_ok=True)
        # What `rasa init --no-prompt` writes; it is trained once, when the custom action is in.
        run(str(PYTHON), "-c", "from rasa.cli.scaffold import create_initial_project as make; make('bot')")
        _add_action()
        run(str(PYTHON), "-m", "rasa", "train", folder=PROJECT)


def _add_action() -> None:
    data = PROJECT / "data"
    (data / "price.yml").write_text(_DATA, encoding="utf-8")
    (PROJECT / "actions" / "actions.py").write_text(_ACTIONS, encoding="utf-8")
    domain = PROJECT / "domain.yml"
    text = domain.read_text(encoding="utf-8")
    intents, actions = _DOMAIN.strip().split("actions:\n")
    text = text.replace("intents:\n", intents, 1)
    domain.write_text(f"{text}\nactions:\n{actions}\n", encoding="utf-8")


@contextmanager
def serving() -> Iterator[tuple[str, tuple[int, int]]]:
    """Serve it with its action server; yield the REST channel's address and both process ids."""
    port, actions_port = free_port(), free_port()
    (PROJECT / "endpoints.yml").write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions_port}/webhook\n")
    commands = (
        ["-m", "rasa_sdk", "--actions", "actions", "--port", str(actions_port)],
        ["-m", "rasa", "run", "--port", str(port), "--interface", "127.0.0.1"],
    )
    with ExitStack() as stack:
        log = stack.enter_context((FOLDER / "serve.log").open("ab"))
        environment = {**os.environ, **_QUIET}
        both = [
            subprocess.Popen([str(PYTHON), *command], cwd=PROJECT, stdout=log, stderr=log, env=environment)
            for command in commands
        ]
        for process in both:
            stack.callback(process.wait)
            stack.callback(process.terminate)
        _wait(f"http://127.0.0.1:{port}/webhooks/rest/")
        yield f"http://127.0.0.1:{port}/webhooks/rest/webhook", (both[1].pid, both[0].pid)


def _wait(url: str) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while time.monotonic() < ends:
        try:
            urllib.request.urlopen(url, timeout=5)  # noqa: S310 - a loopback address
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    sys.exit(f"the default bot did not start; see {FOLDER / 'serve.log'}")
