"""Two whole orders, driven through the simulators' wire formats alone."""

from backend.runtime.demo.run import run

__all__ = ["run"]
