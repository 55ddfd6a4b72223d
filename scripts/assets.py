"""Fetches the pinned style sheets, scripts and fonts, and copies the few files that are used to where they are."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
CONSOLE = ROOT / "backend" / "console" / "static" / "vendor"
REPORTS = ROOT / "backend" / "reports" / "fonts"
_NOTO = "@expo-google-fonts/noto-sans-devanagari"
FILES = {
    "@tabler/core/dist/css/tabler.min.css": CONSOLE,
    "htmx.org/dist/htmx.min.js": CONSOLE,
    f"{_NOTO}/400Regular/NotoSansDevanagari_400Regular.ttf": REPORTS,
    f"{_NOTO}/700Bold/NotoSansDevanagari_700Bold.ttf": REPORTS,
    f"{_NOTO}/LICENSE_FONT": REPORTS,
}


def _npm() -> list[str]:
    """Return the command for npm: the machine's own, else the one that came as a Python wheel."""
    found = shutil.which("npm")
    if found and subprocess.run([found, "--version"], check=False, capture_output=True).returncode == 0:
        return [found]
    return [str(ROOT / ".venv" / "bin" / "npm")]


def main() -> None:
    """Install what the lock file names, without running any package's scripts."""
    subprocess.run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=ROOT, check=True)
    for name, target in FILES.items():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "node_modules" / name, target)


if __name__ == "__main__":
    main()
