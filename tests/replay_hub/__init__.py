"""A Hub on this machine's loopback: true shapes, headers and faults, and a count of every request."""

from tests.replay_hub.faults import Fault
from tests.replay_hub.repositories import Commit, Repository, load_captured, load_yaml
from tests.replay_hub.server import ReplayHub, Seen

__all__ = ["Commit", "Fault", "ReplayHub", "Repository", "Seen", "load_captured", "load_yaml"]
