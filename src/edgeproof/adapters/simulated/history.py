"""A market held in memory, asked as a venue is: for demonstrations and tests."""

from collections.abc import AsyncIterator, Mapping

from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_duration
from edgeproof.ports import InstrumentRules


class SimulatedHistory:
    """A `MarketHistory` of given candles and funding, by a clock that is set by hand."""

    def __init__(
        self,
        candles: Mapping[Instrument, Candles],
        funding: Mapping[Instrument, Funding] | None = None,
        *,
        now: int,
        name: str = "simulated",
        candles_a_page: int = 500,
    ) -> None:
        self.now = now
        self._candles = candles
        self._funding = funding if funding is not None else {}
        self._name = name
        self._candles_a_page = candles_a_page

    @property
    def name(self) -> str:
        """The source of rows in the store."""
        return self._name

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        """Every instrument there is, by name."""
        return tuple(
            InstrumentRules(
                instrument=instrument,
                venue_symbol=instrument.venue_symbol,
                tick_size=0.01,
                lot_size=0.001,
                is_tradeable=True,
                is_post_only=False,
            )
            for instrument in sorted(self._candles)
        )

    async def time(self) -> int:
        """The clock as it is set."""
        return self.now

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        """Closed candles within [start, end], page by page."""
        given = self._known(instrument)
        if timeframe != given.timeframe:
            there, found = format_duration(given.timeframe), format_duration(timeframe)
            raise InputError(f"expected a timeframe of the venue ({there}), found {found}")
        closed = given.between(start, min(end, self.now))
        for begin in range(0, len(closed), self._candles_a_page):
            yield closed[begin : begin + self._candles_a_page]

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        """Rates of periods that have begun, from `start` on."""
        self._known(instrument)
        given = self._funding.get(instrument, NO_FUNDING)
        wanted = (given.time >= start) & (given.time <= self.now)
        return Funding(time=given.time[wanted], rate=given.rate[wanted])

    async def close(self) -> None:
        """Nothing to let go of."""

    def _known(self, instrument: Instrument) -> Candles:
        if instrument not in self._candles:
            raise VenueError(f"expected an instrument of the venue, found {instrument}", is_passing=False)
        return self._candles[instrument]
