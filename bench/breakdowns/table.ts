import type { Outcome } from "./outcome.ts";

const MAX_NAME = 42;
const HEAD = [
  "breakdown",
  "tasks",
  "levels",
  "unscoped",
  "makespan",
  "bound",
  "gap",
  "speedup",
  "chunks",
  "ratio",
  "safe ch.",
  "ratio",
];

/** One line per breakdown; times in minutes. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const lines = outcomes.map((one) => [
    one.name.slice(0, MAX_NAME),
    String(one.tasks),
    String(one.levels),
    String(one.unscoped),
    one.makespanMinutes.toFixed(1),
    one.lowerBoundMinutes.toFixed(1),
    `${one.gapPercent.toFixed(1)} %`,
    one.speedup.toFixed(1),
    one.levelChunksMinutes.toFixed(1),
    ratio(one).toFixed(2),
    one.safeChunksMinutes.toFixed(1),
    safeRatio(one).toFixed(2),
    `  ${one.verdict}${one.flaw === undefined ? "" : `  NOT VALID: ${one.flaw}`}`,
  ]);
  return [[...HEAD, "  verdict"], ...lines]
    .map((line) =>
      line
        .map((cell, at) => {
          if (at === 0) return cell.padEnd(MAX_NAME);
          return at < HEAD.length ? cell.padStart(9) : cell;
        })
        .join(""),
    )
    .join("\n");
}

/** Means and extremes over all breakdowns, as numbers. */
export function summaryOf(outcomes: readonly Outcome[]) {
  const verdicts: Record<string, number> = {};
  for (const { verdict } of outcomes) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  return {
    breakdowns: outcomes.length,
    notValid: outcomes.filter(({ flaw }) => flaw !== undefined).length,
    gapPercent: spread(outcomes.map(({ gapPercent }) => gapPercent)),
    speedup: spread(outcomes.map(({ speedup }) => speedup)),
    levelChunksRatio: spread(outcomes.map(ratio)),
    safeChunksRatio: spread(outcomes.map(safeRatio)),
    verdicts,
  };
}

/** The summary in sentences. */
export function summaryText(summary: ReturnType<typeof summaryOf>): string {
  const text = ({ mean, least, most }: Spread, digits: number, unit = "") =>
    `${mean.toFixed(digits)}${unit} on average, ${least.toFixed(digits)}${unit} to ${most.toFixed(digits)}${unit}`;
  return [
    `${summary.breakdowns} breakdowns, ${summary.notValid} schedules not valid`,
    `makespan above the lower bound: ${text(summary.gapPercent, 1, " %")}`,
    `predicted speedup: ${text(summary.speedup, 2)}`,
    `level chunks that ignore files take ${text(summary.levelChunksRatio, 2)} times as long`,
    `level chunks that keep clashes apart take ${text(summary.safeChunksRatio, 2)} times as long`,
    `verdicts: ${Object.entries(summary.verdicts)
      .map(([verdict, count]) => `${verdict} ${count}`)
      .join(", ")}`,
  ].join("\n");
}

interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

function spread(values: readonly number[]): Spread {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    least: Math.min(...values),
    most: Math.max(...values),
  };
}

function ratio({ levelChunksMinutes, makespanMinutes }: Outcome): number {
  return levelChunksMinutes / makespanMinutes;
}

function safeRatio({ safeChunksMinutes, makespanMinutes }: Outcome): number {
  return safeChunksMinutes / makespanMinutes;
}
