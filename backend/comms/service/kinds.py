"""What others may know of ladders: their kinds and steps, and what is wrong with one that somebody writes."""

from backend.comms.ladder_faults import faults_of
from backend.comms.ladders import KINDS, Ladder, Rung, Step

__all__ = ["KINDS", "Ladder", "Rung", "Step", "faults_of"]
