"""The part of a candle store that does not care where the rows lie."""

from abc import ABC, abstractmethod

from edgeproof.adapters.storage.rows import (
    Columns,
    Series,
    candle_columns,
    funding_columns,
    quote_columns,
    to_candles,
    to_funding,
    to_quotes,
    to_trades,
    trade_columns,
)
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.market import MarketTrades, Quotes
from edgeproof.core.model.time import format_duration
from edgeproof.ports import Holding, Saved


class Shelf(ABC):
    """A `CandleStore` over three operations on columns: list, read and merge."""

    @abstractmethod
    def holdings(self) -> tuple[Holding, ...]:
        """Every series, by instrument, kind and timeframe."""

    @abstractmethod
    def _read(self, series: Series, start: int | None, end: int | None) -> Columns | None:
        """The rows with start <= time < end, None when the series is not there at all."""

    @abstractmethod
    def _merge(self, series: Series, new: Columns, source: str, *, replace: bool) -> Saved:
        """Keep rows, all or none."""

    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments that have candles, by name."""
        return tuple(sorted({held.instrument for held in self.holdings() if held.kind == "candles"}))

    def timeframes(self, instrument: Instrument) -> tuple[int, ...]:
        """The timeframes of the instrument's candles, finest first."""
        held = (one for one in self.holdings() if one.instrument == instrument)
        return tuple(sorted(one.timeframe for one in held if one.timeframe is not None))

    def load_candles(
        self, instrument: Instrument, timeframe: int | None = None, *, start: int | None = None, end: int | None = None
    ) -> Candles:
        """Candles with start <= open time and close time <= end, of the finest timeframe unless one is asked for."""
        length = self._finest(instrument) if timeframe is None else timeframe
        before = None if end is None else end - length + 1
        columns = self._read(Series("candles", instrument, length), start, before)
        if columns is None:
            raise InputError(self._not_there(instrument, length))
        return to_candles(columns, length)

    def load_funding(self, instrument: Instrument, *, start: int | None = None, end: int | None = None) -> Funding:
        """Funding with start <= time <= end; empty when there is none."""
        return to_funding(self._read(Series("funding", instrument), start, None if end is None else end + 1))

    def load_trades(self, instrument: Instrument, *, start: int | None = None, end: int | None = None) -> MarketTrades:
        """Market trades with start <= time < end; empty when there are none."""
        return to_trades(self._read(Series("trades", instrument), start, end))

    def load_quotes(self, instrument: Instrument, *, start: int | None = None, end: int | None = None) -> Quotes:
        """Quotes with start <= time < end; empty when there are none."""
        return to_quotes(self._read(Series("quotes", instrument), start, end))

    def save_candles(self, instrument: Instrument, candles: Candles, *, source: str, replace: bool = False) -> Saved:
        """Keep candles; filled ones are left out."""
        series = Series("candles", instrument, candles.timeframe)
        return self._merge(series, candle_columns(candles), source, replace=replace)

    def save_funding(self, instrument: Instrument, funding: Funding, *, source: str, replace: bool = False) -> Saved:
        """Keep funding rates."""
        return self._merge(Series("funding", instrument), funding_columns(funding), source, replace=replace)

    def save_trades(self, instrument: Instrument, trades: MarketTrades, *, source: str, replace: bool = False) -> Saved:
        """Keep market trades, one per `trade_id` and UTC day."""
        return self._merge(Series("trades", instrument), trade_columns(trades), source, replace=replace)

    def save_quotes(self, instrument: Instrument, quotes: Quotes, *, source: str, replace: bool = False) -> Saved:
        """Keep quotes, one per time."""
        return self._merge(Series("quotes", instrument), quote_columns(quotes), source, replace=replace)

    def _finest(self, instrument: Instrument) -> int:
        timeframes = self.timeframes(instrument)
        if not timeframes:
            raise InputError(self._not_there(instrument, None))
        return timeframes[0]

    def _not_there(self, instrument: Instrument, timeframe: int | None) -> str:
        lengths = ", ".join(format_duration(each) for each in self.timeframes(instrument))
        if lengths and timeframe is not None:
            return f"expected a stored timeframe of {instrument} ({lengths}), found {format_duration(timeframe)}"
        known = ", ".join(str(each) for each in self.instruments())
        have = f"one of {known}" if known else "an instrument, and the store is empty"
        return f"expected {have}, found {instrument}: bring its candles with edgeproof data import"
