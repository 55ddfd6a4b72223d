"""Fetches the console's pinned style sheets and scripts, and copies the few files that pages use."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "backend" / "console" / "static" / "vendor"
FILES = ("@tabler/core/dist/css/tabler.min.css", "htmx.org/dist/htmx.min.js")


def _npm() -> list[str]:
    """Return the command for npm: the machine's own, else the one that came as a Python wheel."""
    found = shutil.which("npm")
    if found and subprocess.run([found, "--version"], check=False, capture_output=True).returncode == 0:
        return [found]
    return [str(ROOT / ".venv" / "bin" / "npm")]


def main() -> None:
    """Install what the lock file names, without running any package's scripts."""
    subprocess.run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=ROOT, check=True)
    TARGET.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(ROOT / "node_modules" / name, TARGET)


if __name__ == "__main__":
    main()
