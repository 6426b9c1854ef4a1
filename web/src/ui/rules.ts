// What the value of each rule is, as `edgeproof why` explains it.
const RULES: Record<string, string> = {
  levels: "stop and targets on the right sides of the entry",
  age_minutes: "of the candle that fired",
  state: "of its hypothesis",
  stop_distance_bps: "from entry to stop",
  cost_r: "costs of a round trip, in R",
  spread_bps: "between bid and ask",
  funding_against: "what holding it pays, per period",
  quiet_share: "of the last minutes without a trade",
  regime: "of the market; the limit is what its hypothesis declares",
  trading_state: "whether trading is active",
  equity: "of the account",
  instrument: "listed and tradeable",
  whitelist: "the instruments that may be traded",
  drift: "how far its trades fall short of its backtest, and where that kills",
  weight: "share of the usual risk, by drift",
  price_age_seconds: "how old the newest price was",
  daily_loss: "of the day, a fraction of its opening equity",
  breaker_level: "the worst the day has seen",
  drawdown: "from the peak of equity",
  cooldown_minutes: "left after a row of losses",
  orders_a_minute: "this one included",
  net_position: "against a position of its instrument",
  signals_per_position: "sharing a position, this one included",
  open_positions: "instruments with a position or a resting entry",
  correlation: "with what is open, the worst",
  kelly: "the fraction its record supports",
  lot_size: "the size by the formula against the step",
  notional: "worth of this entry, USD",
  leverage: "worth of everything over equity",
  margin: "what it locks, USD",
  open_risk: "lost if every stop is hit, over equity",
  btc_beta: "net BTC-equivalents",
  size_share: "of the size asked that the limits leave",
};

/** What a rule looks at; empty for one these pages do not know. */
export function meaning(rule: string): string {
  return RULES[rule] ?? "";
}

/** A value of a rule as people read it: up to five significant digits, never an exponent. */
export function ruleValue(value: unknown): string {
  if (value === null || value === undefined) return "any";
  if (typeof value === "number") {
    if (Math.abs(value) >= 10_000) return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
    return value.toLocaleString("en-US", { maximumSignificantDigits: 5, maximumFractionDigits: 8 }).replace("-0", "0");
  }
  if (Array.isArray(value)) return value.map(ruleValue).join(", ");
  return String(value).replaceAll("_", " ");
}
