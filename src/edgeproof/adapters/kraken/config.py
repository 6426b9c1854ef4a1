"""Where Kraken Futures is, and how gently it is asked."""

from dataclasses import dataclass

BASE_URL = "https://futures.kraken.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestLimits:
    """How often REST is asked, and how patiently.

    The venue publishes no limit for public calls; it answers 429 and 503 all the same. Four a second fetch a year of
    minutes in about a minute. Waits are in seconds; `longest_wait` is the most that is waited when the venue itself
    says how long.
    """

    requests_per_second: float = 4.0
    burst: int = 8
    tries: int = 6
    first_backoff: float = 0.5
    longest_backoff: float = 20.0
    longest_wait: float = 120.0
    connect_timeout: float = 10.0
    read_timeout: float = 30.0


LOCAL_LIMITS = RestLimits(requests_per_second=500.0, burst=100, first_backoff=0.1, longest_backoff=2.0)
"""For a replica on this machine: nobody else is waiting."""
