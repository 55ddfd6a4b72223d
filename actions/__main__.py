"""Run the action server: `python -m actions`."""

from actions.server import serve
from actions.settings import ActionSettings

if __name__ == "__main__":
    serve(ActionSettings())
