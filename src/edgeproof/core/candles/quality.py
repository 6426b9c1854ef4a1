"""The data certificate: what is known, and not known, about the history a result rests on.

1. gaps and coverage against the regular grid from the first to the last candle (`_gaps`);
2. flash moves: candles that reach far beyond what is usual in this history (`_outliers`);
3. funding: whether its settlements cover the candles (`_funding_cover`);
4. objections: what makes the history unfit to prove anything on (`_objections`).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgeproof.core.candles.fill import grid_length
from edgeproof.core.model.candle import Candles, FloatArray, Funding, IntArray
from edgeproof.core.model.time import format_duration, format_time

LONGEST_GAPS = 20
"""A history of a quiet market has thousands of minutes without a trade: the certificate names the longest gaps."""

LARGEST_OUTLIERS = 20

LEAST_COVERAGE = 0.95
"""Below this, one candle in twenty is an invention of the gap filler."""

OUTLIER_MULTIPLE = 50.0
"""In units of the median reach. Of 43,000 liquid minutes none is beyond 26; news days on one venue bring 30 to 50."""

_TOLERATED_DELAY = 1.5
"""A settlement this many usual intervals after the one before it is not late but missing between them."""

FundingCover = Literal["complete", "incomplete", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Missing candles in a row: `start` is the open time of the first, `end` the close time of the last.

    `between` is the time from the candle before to the candle after, open to open: one timeframe more than is missing.
    """

    start: int
    end: int
    missing: int
    between: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A candle that went further than is plausible on an ordinary day.

    `reach` is its high or low, whichever is further, relative to the close before it; `change` is its close,
    relative to the same.
    """

    time: int
    reach: float
    change: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The quality of an instrument's base candles and funding.

    `start` is the first open time and `end` the last close time; `candles` are those that came from the market and
    `missing` those the grid lacks. `gaps` are the longest ones, longest first, of `gap_count` in all; `outliers` the
    largest ones in time order, of `outlier_count`. Shares are fractions: `filled_share` of the grid,
    `zero_volume_share` of the candles that came.
    """

    instrument: str
    timeframe: int
    start: int
    end: int
    candles: int
    missing: int
    gap_count: int
    gaps: tuple[Gap, ...]
    zero_volume_share: float
    outlier_count: int
    outliers: tuple[Outlier, ...]
    funding: FundingCover
    funding_reason: str
    sources: tuple[str, ...]
    objections: tuple[str, ...]

    @property
    def filled_share(self) -> float:
        """Missing candles as a share of the grid."""
        return self.missing / max(1, self.candles + self.missing)

    @property
    def coverage(self) -> float:
        """Candles that came as a share of the grid."""
        return self.candles / max(1, self.candles + self.missing)


def make_certificate(
    instrument: str, candles: Candles, funding: Funding, *, sources: tuple[str, ...] = ()
) -> Certificate:
    """The certificate of base candles, gap-filled or as they came, and their funding."""
    real = ~candles.filled
    time = candles.open_time[real]
    grid = grid_length(candles)
    gaps = _gaps(time, candles)
    outliers = _outliers(candles)
    start, end = (int(candles.open_time[0]), int(candles.close_time[-1])) if grid else (0, 0)
    cover, reason = _funding_cover(funding, start, end)
    zero_volume = float(np.mean(candles.volume[real] == 0)) if len(time) else 0.0
    return Certificate(
        instrument=instrument,
        timeframe=candles.timeframe,
        start=start,
        end=end,
        candles=len(time),
        missing=grid - len(time),
        gap_count=len(gaps),
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.missing, gap.start))[:LONGEST_GAPS]),
        zero_volume_share=zero_volume,
        outlier_count=len(outliers),
        outliers=_largest(outliers),
        funding=cover,
        funding_reason=reason,
        sources=sources,
        objections=_objections(candles, len(time), grid),
    )


def certificate_document(certificate: Certificate) -> dict[str, object]:
    """The certificate as JSON can say it: times and timeframes as text."""
    return {
        "instrument": certificate.instrument,
        "base_timeframe": format_duration(certificate.timeframe),
        "start": format_time(certificate.start),
        "end": format_time(certificate.end),
        "candles": certificate.candles,
        "missing": certificate.missing,
        "coverage": certificate.coverage,
        "filled_share": certificate.filled_share,
        "gap_count": certificate.gap_count,
        "gaps": [
            {
                "start": format_time(gap.start),
                "end": format_time(gap.end),
                "missing": gap.missing,
                "between": format_duration(gap.between),
            }
            for gap in certificate.gaps
        ],
        "zero_volume_share": certificate.zero_volume_share,
        "outlier_count": certificate.outlier_count,
        "outliers": [
            {"time": format_time(each.time), "reach": each.reach, "change": each.change}
            for each in certificate.outliers
        ],
        "funding": certificate.funding,
        "funding_reason": certificate.funding_reason,
        "sources": list(certificate.sources),
        "objections": list(certificate.objections),
    }


def _gaps(time: IntArray, candles: Candles) -> list[Gap]:
    """Every run of missing candles, in time order."""
    steps = np.diff(time)
    before = np.flatnonzero(steps > candles.timeframe)
    starts = time[before] + candles.timeframe
    ends = time[before + 1] if len(before) else starts
    return [
        Gap(
            start=start,
            end=end,
            missing=(end - start) // candles.timeframe,
            between=end - start + candles.timeframe,
        )
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def _outliers(candles: Candles) -> list[Outlier]:
    """Candles whose reach is beyond `OUTLIER_MULTIPLE` median reaches; not across gaps, where time explains a move."""
    follows = ~candles.filled[1:] & ~candles.filled[:-1] & (np.diff(candles.open_time) == candles.timeframe)
    rows = np.flatnonzero(follows) + 1
    before = candles.close[rows - 1]
    up, down = candles.high[rows] / before - 1, candles.low[rows] / before - 1
    reach: FloatArray = np.where(up >= -down, up, down)
    size = np.abs(reach)
    moved = size[size > 0]
    if len(moved) == 0:
        return []
    far = np.flatnonzero(size > OUTLIER_MULTIPLE * np.median(moved))
    change = candles.close[rows[far]] / before[far] - 1
    found = zip(candles.open_time[rows[far]].tolist(), reach[far].tolist(), change.tolist(), strict=True)
    return [Outlier(time=time, reach=furthest, change=closed) for time, furthest, closed in found]


def _largest(outliers: list[Outlier]) -> tuple[Outlier, ...]:
    chosen = sorted(outliers, key=lambda each: -abs(each.reach))[:LARGEST_OUTLIERS]
    return tuple(sorted(chosen, key=lambda each: each.time))


def _funding_cover(funding: Funding, start: int, end: int) -> tuple[FundingCover, str]:
    """Whether settlements cover start to end without one missing; the usual interval is the median one."""
    inside = funding.time[(funding.time > start) & (funding.time <= end)]
    if len(inside) == 0:
        return "none", "no funding rates in this range"
    steps = np.diff(funding.time)
    usual = int(np.median(steps)) if len(steps) else end - start
    first = int(funding.time[max(0, int(np.searchsorted(funding.time, start, side="right")) - 1)])
    known = np.concatenate([[min(max(first, start), int(inside[0]))], inside])
    if first > start + _TOLERATED_DELAY * usual:
        return "incomplete", f"funding begins at {format_time(first)}"
    if inside[-1] < end - _TOLERATED_DELAY * usual:
        return "incomplete", f"funding ends at {format_time(int(inside[-1]))}"
    late = np.flatnonzero(np.diff(known) > _TOLERATED_DELAY * usual)
    if len(late):
        at = format_time(int(known[late[0]]))
        return "incomplete", f"holes in the funding: {len(late)}, the first after {at}"
    return "complete", f"every {format_duration(usual)}"


def _objections(candles: Candles, came: int, grid: int) -> tuple[str, ...]:
    found = []
    if came < 2:
        found.append(f"expected at least 2 candles, found {came}")
    if grid and came / grid < LEAST_COVERAGE:
        found.append(f"coverage is {came / grid:.1%}, below {LEAST_COVERAGE:.0%}: too many candles are missing")
    if came >= 2 and candles.high.max() == candles.low.min():
        found.append("the price never changes")
    return tuple(found)
