"""Draw `paper.svg`: what `edgeproof paper` shows of an invented session.

Prices, trades and records are made up (`tests/support/trading.py`): the picture says what stands where, not what the
market did. `PYTHONPATH=. python docs/images/draw_paper.py`.
"""

from draw_scan import SIZE, draw

from edgeproof.cli.scan_view import picture
from tests.support.trading import trading_standing

if __name__ == "__main__":
    view = picture(trading_standing(), 10.0, SIZE)
    draw("paper", "edgeproof paper", "edgeproof paper: an invented session", view, SIZE.width)
