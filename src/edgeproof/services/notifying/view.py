"""How channels stand in a session, for the terminal and the metrics."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edgeproof.core.model.time import SECOND
from edgeproof.ports import Sample
from edgeproof.services.health import gauge, total

_LEVELS = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """One channel. `counts` are by what was noted since the process began, `because` why it does not take messages.

    `percentiles` are milliseconds from a close to the channel's answer at 50, 90 and 99 %, () before there is one.
    """

    name: str
    waiting: int
    because: str
    counts: Mapping[str, int]
    percentiles: tuple[float, ...]

    @property
    def words(self) -> str:
        """For people, in a few words."""
        told = sum(self.counts.get(each, 0) for each in ("delivered", "merged", "digested"))
        parts = [f"{told:,} told"]
        if self.waiting:
            parts.append(f"{self.waiting:,} waiting")
        if self.because:
            parts.append(self.because)
        elif self.percentiles:
            parts.append(f"p99 {self.percentiles[-1]:,.0f} ms")
        return ", ".join(parts)


def samples(views: Sequence[ChannelView]) -> Iterator[Sample]:
    """The figures of the channels."""
    for each in views:
        labels = {"channel": each.name}
        for what, count in each.counts.items():
            yield total("deliveries", "What happened to messages", float(count), {**labels, "what": what})
        yield gauge("deliveries_waiting", "Messages that a channel has not taken yet", float(each.waiting), labels)
        yield gauge("channel_up", "Whether the last message was taken", float(not each.because), labels)
        for level, found in zip(_LEVELS, each.percentiles, strict=bool(each.percentiles)):
            quantile = {**labels, "quantile": f"{level:g}"}
            yield gauge("delivery_latency_seconds", "From a close to the channel's answer", found / SECOND, quantile)
