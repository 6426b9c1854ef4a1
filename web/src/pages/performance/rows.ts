// A row for each hypothesis from all that is known of it; sorting and filtering. Pure.
import type { Figures, HypothesisStats, Performances, StateRow } from "./types";

export interface Row {
  hypothesis: string;
  state: string;
  /** How the live win rate stands to the tested one, in words; without live trades what the discovery said. */
  verdict: string;
  isLive: boolean;
  isWatched: boolean;
  stage: string;
  weight: number | null;
  value: number | null;
  limit: number | null;
  note: string | null;
  n: number;
  expected: number | null;
  winRate: number | null;
  low: number | null;
  high: number | null;
  testedRate: number | null;
  breakEven: number | null;
  profitFactor: number | null;
  expectancy: number | null;
  testedExpectancy: number | null;
  net: number | null;
}

/** All that trade or are watched; others only with `all`, they have no live figures. */
export function rowsOf({ stats, drift, states }: Performances): Row[] {
  const live = new Map(stats?.hypotheses.map((each) => [each.hypothesis, each]));
  const drifts = new Map(drift.map((each) => [each.hypothesis, each]));
  const known = new Map<string, StateRow>();
  for (const each of states) if (!known.has(each.hypothesis)) known.set(each.hypothesis, each);
  const names = new Set([...live.keys(), ...drifts.keys(), ...known.keys()]);
  return [...names].map((name) => rowOf(name, live.get(name), drifts.get(name) ?? live.get(name)?.weight ?? undefined, known.get(name)));
}

function rowOf(name: string, live: HypothesisStats | undefined, drift: Performances["drift"][number] | HypothesisStats["weight"] | undefined, state: StateRow | undefined): Row {
  const figures: Partial<Figures> = live?.live ?? {};
  return {
    hypothesis: name,
    state: live?.state ?? state?.state ?? "draft",
    verdict: live ? live.against_tested.verdict : withoutState(state?.verdict ?? ""),
    isLive: live !== undefined,
    isWatched: state?.is_watched ?? live !== undefined,
    stage: drift?.stage ?? "",
    weight: drift?.weight ?? null,
    value: drift?.value ?? null,
    limit: drift?.limit ?? null,
    note: drift?.note ?? null,
    n: figures.n ?? 0,
    expected: live?.expected_trades ?? null,
    winRate: figures.win_rate ?? null,
    low: figures.win_rate_low ?? null,
    high: figures.win_rate_high ?? null,
    testedRate: live?.against_tested.tested?.win_rate ?? state?.win_rate ?? null,
    breakEven: breakEven(state),
    profitFactor: figures.profit_factor ?? null,
    expectancy: figures.expectancy_r ?? null,
    testedExpectancy: live?.against_tested.tested?.expectancy_r ?? state?.expectancy_r ?? null,
    net: live ? (figures.net_pnl ?? null) : null,
  };
}

function withoutState(verdict: string): string {
  return verdict.replace(/^[a-z]+: /, "");
}

/** The win rate at which wins and losses as tested, after all costs, come to nothing; null where not known. */
export function breakEven(state: Pick<StateRow, "mean_win_r" | "mean_loss_r"> | undefined): number | null {
  const [win, loss] = [state?.mean_win_r, state?.mean_loss_r];
  if (win === null || win === undefined || loss === null || loss === undefined || win <= 0 || loss >= 0) return null;
  return -loss / (win - loss);
}

/** How far the statistic has come to the limit at which a hypothesis is killed, 0 to 1. */
export function nearness(value: number | null, limit: number | null): number | null {
  if (value === null || limit === null || limit <= 0) return null;
  return Math.min(1, Math.max(0, value / limit));
}

export type SortKey = "hypothesis" | "state" | "drift" | "winRate" | "n" | "expectancy" | "profitFactor" | "net";

export interface Sort {
  by: SortKey;
  isDown: boolean;
}

const VALUES: Record<Exclude<SortKey, "hypothesis" | "state">, (row: Row) => number | null> = {
  drift: (row) => nearness(row.value, row.limit),
  winRate: (row) => row.winRate,
  n: (row) => row.n,
  expectancy: (row) => row.expectancy,
  profitFactor: (row) => row.profitFactor,
  net: (row) => row.net,
};

/** Rows in order; what is not known comes last, whichever way. */
export function sorted(rows: readonly Row[], { by, isDown }: Sort): Row[] {
  const way = isDown ? -1 : 1;
  return [...rows].sort((a, b) => {
    if (by === "hypothesis" || by === "state") return way * a[by].localeCompare(b[by]) || a.hypothesis.localeCompare(b.hypothesis);
    const [one, other] = [VALUES[by](a), VALUES[by](b)];
    if (one === null || other === null) return Number(one === null) - Number(other === null) || a.hypothesis.localeCompare(b.hypothesis);
    return way * (one - other) || a.hypothesis.localeCompare(b.hypothesis);
  });
}

export interface Filter {
  text: string;
  state: string | null;
  /** Whether also those are shown that neither trade nor are watched. */
  isAll: boolean;
}

export function filtered(rows: readonly Row[], { text, state, isAll }: Filter): Row[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (!isAll && !row.isLive && !row.isWatched) return false;
    if (state !== null && row.state !== state) return false;
    const said = `${row.hypothesis} ${row.state} ${row.verdict} ${row.stage}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** A profit factor; of trades without a loss there is none, and that is no lack. */
export function factor({ n, n_wins, profit_factor }: Pick<Figures, "n" | "n_wins" | "profit_factor">): number | "no loss" | null {
  return profit_factor === null && n > 0 && n_wins === n ? "no loss" : profit_factor;
}
