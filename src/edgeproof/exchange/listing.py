"""What the venue says of its products as of now: listed, expired, post-only, with which tick."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from edgeproof.exchange.market import Market
from edgeproof.exchange.product import Product

MarginLevels = tuple[tuple[float, float, float], ...]
"""From which notional on, the initial and the maintenance margin as fractions of notional."""

USUAL_MARGINS: MarginLevels = ((0.0, 0.02, 0.01), (2_000_000.0, 0.04, 0.02))
MARGINS: dict[str, MarginLevels] = {
    "PF_XBTUSD": ((0.0, 0.01, 0.005), (1_000_000.0, 0.02, 0.01), (3_000_000.0, 0.04, 0.02)),
}
"""The margin levels that the venue was seen to have on 2026-09-25, where they are not the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A product as it is listed at one time."""

    product: Product
    number: int
    tick_size: float
    is_post_only: bool
    expired_at: int | None

    @property
    def symbol(self) -> str:
        """The venue's id."""
        return self.product.symbol

    @property
    def margin_levels(self) -> MarginLevels:
        """What its positions lock."""
        return MARGINS.get(self.symbol, USUAL_MARGINS)

    @property
    def is_expired(self) -> bool:
        """Whether it trades no more."""
        return self.expired_at is not None

    def seen(self, now: int) -> int:
        """The moment up to which there is anything to see of it."""
        return now if self.expired_at is None else min(now, self.expired_at)

    @property
    def pair(self) -> str:
        """The pair as tickers spell it, `XBT:USD`."""
        return f"{self.symbol.removeprefix('PF_').removesuffix(self.product.instrument.quote)}:USD"


@dataclass(slots=True)
class Listing:
    """The products of a market, and what has become of them."""

    market: Market
    hidden: set[str] = field(default_factory=set)
    expired: dict[str, int] = field(default_factory=dict)
    tick_sizes: dict[str, float] = field(default_factory=dict)
    is_post_only: bool = False

    def find(self, symbol: str) -> Listed | None:
        """A product by its symbol in any case; None when it is not listed."""
        product = self.market.find(symbol)
        return None if product is None or product.symbol in self.hidden else self._listed(product)

    def at(self, number: int) -> Listed:
        """A product by its number."""
        return self._listed(self.market.products[number])

    def quiet(self) -> set[int]:
        """The numbers of the products of which nothing is told."""
        return {self.market.numbers[symbol] for symbol in (*self.hidden, *self.expired)}

    def __iter__(self) -> Iterator[Listed]:
        return (self._listed(product) for product in self.market.products if product.symbol not in self.hidden)

    def _listed(self, product: Product) -> Listed:
        return Listed(
            product=product,
            number=self.market.numbers[product.symbol],
            tick_size=self.tick_sizes.get(product.symbol, product.tick_size),
            is_post_only=self.is_post_only,
            expired_at=self.expired.get(product.symbol),
        )
