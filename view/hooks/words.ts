// What the view says of a plan: words from what the server wrote and what the host counts, nothing else.

/** Nothing that is drawn grows with the plan. */
const MAX_ROWS = 40;
const MAX_NEEDS = 8;
const MAX_WIDTH = 200;

/** The file, as the server writes it (`run/live/band-file.ts`): a snapshot's head and some of its rows. */
export interface Band {
  readonly v: 1;
  /** By this machine's clock; `head.atMs` is by the graph's. */
  readonly writtenAtMs: number;
  readonly head: Head;
  readonly rows: readonly Row[];
  /** How much waits for the user; the first of it is in `head.needs`. */
  readonly needed: number;
  /** Rows that are not in it, done ones apart. */
  readonly left: number;
  /** Tasks by the agents that work at them now. */
  readonly agents: Readonly<Record<string, string>>;
  /** Other plans that go on. */
  readonly others: number;
}

interface Head {
  readonly plan: string;
  readonly title: string;
  readonly seq: number;
  readonly atMs: number;
  readonly status: string;
  readonly done: boolean;
  readonly held?: string;
  readonly runBy: { readonly words: string; readonly how?: string };
  readonly counts: Readonly<Record<"total" | "completed" | "running" | "delivering" | "failed", number>>;
  readonly forecast?: { readonly leftMs: number };
  readonly cost: {
    readonly tokens: number;
    readonly money?: { readonly amount: number; readonly currency: string };
  };
  readonly needs: readonly Need[];
}

export interface Need {
  readonly task?: string;
  readonly kind: string;
  readonly text: string;
  readonly actions: readonly string[];
}

export interface Row {
  readonly id: string;
  readonly subject: string;
  readonly group: "running" | "couldStart" | "waits" | "cannotRun" | "done";
  readonly reason?: string;
  readonly waitsFor: readonly string[];
  readonly attempts: readonly {
    readonly state: string;
    readonly startMs: number;
    readonly tokens?: number;
  }[];
}

/** What the host counts of an agent that runs. */
export interface Used {
  readonly tokens: number;
  readonly usd: number | undefined;
}

/** What the host counts of the agents that work at tasks, by task. */
export type UsedByTask = ReadonlyMap<string, Used>;

/** A part of the band with its colour; none: it is dim. */
export type Part = readonly [color: string | undefined, words: string];

/** What the band says. */
export function bandWords(band: Band, used: UsedByTask, nowMs: number): readonly Part[] {
  const { head, others, needed } = band;
  const { counts } = head;
  const cost = costNow(band, used);
  const atWork = counts.running + counts.delivering;
  const parts: Part[] = [];
  if (needed > 0) parts.push(["warning", needed === 1 ? "1 waits for you" : `${needed} wait for you`]);
  if (atWork > 0) parts.push(["success", `${atWork} running`]);
  parts.push([
    undefined,
    head.done
      ? `${counts.completed} of ${counts.total} done, ended`
      : `${counts.completed} of ${counts.total} done`,
  ]);
  if (counts.failed > 0) parts.push(["error", `${counts.failed} failed`]);
  if (head.status !== "open") parts.push(["warning", head.status]);
  if (head.forecast && !head.done)
    parts.push([undefined, leftWords(head.forecast.leftMs - (nowMs - band.writtenAtMs))]);
  if (cost.tokens > 0) parts.push([undefined, `${short(cost.tokens)} tokens`]);
  if (cost.money !== undefined) parts.push([undefined, cost.money]);
  if (others > 0) parts.push([undefined, others === 1 ? "1 other plan" : `${others} other plans`]);
  return parts;
}

/** What the plan has cost, with what the host counts of agents that run and the server has not measured yet. */
function costNow(
  band: Band,
  used: UsedByTask,
): { readonly tokens: number; readonly money: string | undefined } {
  const { tokens, money } = band.head.cost;
  let more = 0;
  let moreUsd = 0;
  for (const row of band.rows) {
    const now = used.get(row.id);
    if (!now || now.tokens === 0) continue;
    const measured = row.attempts.at(-1)?.tokens ?? 0;
    const missing = Math.max(0, now.tokens - measured);
    more += missing;
    moreUsd += (now.usd ?? 0) * (missing / now.tokens);
  }
  const amount = money && (money.currency === "USD" ? money.amount + moreUsd : money.amount);
  return {
    tokens: tokens + more,
    money: money && amount !== undefined ? moneyWords(amount, money.currency) : undefined,
  };
}

function moneyWords(amount: number, currency: string): string {
  return currency === "USD" ? `≈ $${amount.toFixed(2)}` : `≈ ${amount.toFixed(2)} ${cut(currency, 3)}`;
}

function leftWords(ms: number): string {
  return ms < 60_000 ? "< 1 min left" : `~ ${spanWords(Math.ceil(ms / 60_000) * 60_000)} left`;
}

/** Coarse on purpose: each change is a redraw. */
function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 10_000) * 10);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function short(count: number): string {
  if (count < 1_000) return String(count);
  return count < 1_000_000 ? `${Math.round(count / 1_000)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

/** @param most in characters. */
export function cut(text: string, most = MAX_WIDTH): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

export interface PaneRow {
  readonly id: string;
  readonly isRunning: boolean;
  readonly words: string;
}

export interface PaneWords {
  readonly title: string;
  readonly by: string;
  readonly needs: readonly Need[];
  readonly rows: readonly PaneRow[];
  readonly left: number;
}

/** What the pane says, cut to what a pane can hold. */
export function paneWords(band: Band, used: UsedByTask, nowMs: number): PaneWords {
  const { head, rows, left } = band;
  const offMs = band.writtenAtMs - head.atMs;
  const shown = rows.filter(({ group }) => group !== "done").slice(0, MAX_ROWS);
  return {
    title: cut(head.title),
    by: cut([head.held, head.runBy.words, head.runBy.how].filter(Boolean).join(" · ")),
    needs: head.needs.slice(0, MAX_NEEDS).map((need) => ({ ...need, text: cut(need.text) })),
    rows: shown.map((row) => ({
      id: row.id,
      isRunning: row.group === "running",
      words: cut(`${row.id} ${row.subject}${afterSubject(row, used.get(row.id), nowMs - offMs)}`),
    })),
    left: left + rows.filter(({ group }) => group !== "done").length - shown.length,
  };
}

function afterSubject(row: Row, now: Used | undefined, nowMs: number): string {
  if (row.group !== "running") return row.reason === undefined ? "" : ` · ${row.reason}`;
  const attempt = row.attempts.at(-1);
  const tokens = Math.max(now?.tokens ?? 0, attempt?.tokens ?? 0);
  const parts = [
    ...(attempt ? [spanWords(nowMs - attempt.startMs)] : []),
    ...(tokens > 0 ? [`${short(tokens)} tokens`] : []),
    ...(now?.usd ? [moneyWords(now.usd, "USD")] : []),
  ];
  return parts.map((part) => ` · ${part}`).join("");
}
