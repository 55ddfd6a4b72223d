"""The Rasa command line with Duka's patches: `python -m bot train|run|test|data ...`."""

import sys
from pathlib import Path

from bot.boot import boot


def main() -> None:
    """Apply the patches, then hand over to Rasa's own command line."""
    sys.path.insert(0, str(Path.cwd()))
    boot()
    from rasa.__main__ import main as rasa

    sys.argv[0] = "rasa"
    rasa()


if __name__ == "__main__":
    main()
