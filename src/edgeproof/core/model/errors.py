"""Every error edgeproof raises on purpose.

EdgeproofError                 a promise was broken or an input is wrong; the message says what to do
├── InputError                 the words of a call or a file the user wrote are wrong (exit status 2)
│   ├── ExpressionError        an expression of a hypothesis, with its line and column
│   ├── HypothesisError        a hypothesis file, with file, line and column
│   │   └── HypothesisErrors   all that is wrong in one or more files
│   ├── DataError              candles, funding or ticks that cannot be taken in
│   └── NothingQualified       there is no hypothesis with a proven edge to watch (exit status 3: the answer is no)
├── StoreError                 the store on disk cannot be read or written (exit status 1)
├── OrderError                 an order was told what cannot be: what we believe of it is wrong
│   ├── IllegalTransition      an event that its state does not allow
│   ├── OverfillError          more was filled than was ordered
│   └── StopMovedAway          a stop would guard less than before
├── PositionError              a fill that its position cannot take
├── HoleError                  candles that should follow one another do not: begin anew from history
├── VenueError                 a venue cannot be reached, or answers what cannot be understood (exit status 1)
└── ChannelError               a message was not taken by the channel it was for (exit status 1)
"""


class EdgeproofError(Exception):
    """Root of the tree: catch this at a border, never in between."""


class InputError(EdgeproofError):
    """What the user wrote is wrong: expected, found, where, what to do."""


class ExpressionError(InputError):
    """An expression that cannot be understood.

    `line` and `column` count from 1 within the expression's own text.
    """

    def __init__(self, message: str, *, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.message}"


class HypothesisError(InputError):
    """A hypothesis (or the file it stands in) that cannot be used.

    `line` and `column` count from 1 within `file`; 0 and "" where the problem has no place.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        if not self.file:
            return self.message
        return f"{self.file}, line {self.line}, column {self.column}: {self.message}"


class HypothesisErrors(HypothesisError):
    """Everything that is wrong in one or more hypothesis files: `errors`, in the order of the files."""

    def __init__(self, errors: "tuple[HypothesisError, ...]") -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = errors


class DataError(InputError):
    """Market data that cannot be taken in as it is."""


class NothingQualified(InputError):
    """No hypothesis of the call is qualified, and the unproven ones were not asked for."""


class StoreError(EdgeproofError):
    """The store on disk cannot be read or written."""


class OrderError(EdgeproofError):
    """An order was told what cannot be. What we believe of it is wrong: stop and compare with the venue."""


class IllegalTransition(OrderError):
    """An event that the state of an order does not allow."""

    def __init__(self, order_id: str, state: str, event: str) -> None:
        super().__init__(
            f"order {order_id} is {state}, of which {event} cannot be told; compare it with the venue before going on"
        )
        self.order_id = order_id
        self.state = state
        self.event = event


class OverfillError(OrderError):
    """More was filled than was ordered."""


class StopMovedAway(OrderError):
    """A stop would guard less than before."""


class PositionError(EdgeproofError):
    """A fill that its position cannot take: it would close more than there is, or trade against it."""


class HoleError(EdgeproofError):
    """Candles that should follow one another do not."""


class VenueError(EdgeproofError):
    """A venue cannot be reached, refuses, or answers what cannot be understood.

    `is_passing` says whether trying again later may help.
    """

    def __init__(self, message: str, *, is_passing: bool = True) -> None:
        super().__init__(message)
        self.is_passing = is_passing


class ChannelError(EdgeproofError):
    """A channel did not take a message; the words say why, and what to do, and hold no secret.

    `blame` says whose fault it is: "passing" (the network, a limit: try again, not before `retry_after` seconds where
    that is known), "message" (this one will never be taken, others may) or "channel" (none will be until a person sets
    it right: a wrong token, a chat that is gone). `may_have_arrived` says that no answer came: it may be there.
    """

    def __init__(
        self, message: str, *, blame: str = "passing", retry_after: float | None = None, may_have_arrived: bool = False
    ) -> None:
        super().__init__(message)
        self.blame = blame
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived
