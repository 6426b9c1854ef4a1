"""Where readiness meets its adapters: the journal of a home and its drills."""

from pathlib import Path

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.storage.drills import read_drills
from edgeproof.bootstrap import asking
from edgeproof.bootstrap.statistics import weights_of_journal
from edgeproof.core.performance.drift import DriftStage
from edgeproof.services.readiness import Figures
from edgeproof.services.ready_figures import read_figures


def figures_of(home: Path, config: Path) -> Figures:
    """What a home has shown so far."""
    with asking.kept_journal(home, config) as journal:
        weights = weights_of_journal(home, journal)
        killed = frozenset(name for name, each in weights.items() if each.stage == DriftStage.KILL.value)
        return read_figures(journal, read_drills(home), SystemClock().now(), killed)
