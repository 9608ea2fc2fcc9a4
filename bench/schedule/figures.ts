import type { Case } from "./instance.ts";

/** What came of one case. */
export interface Outcome {
  readonly one: Case;
  readonly makespan: number;
  readonly ownBound: number;
  readonly ms: number;
  readonly flaw?: string;
}

/** Means over the cases of one group; percentages are NaN where no case has the reference. */
export interface Figures {
  readonly group: string;
  readonly cases: number;
  readonly infeasible: number;
  readonly fromBestPercent: number;
  readonly fromCriticalPathPercent: number;
  /** Share of the makespans that are proved the shortest by our own bound. */
  readonly atBoundPercent: number;
  /** How far our own bound lies below the best known makespan. */
  readonly boundBelowBestPercent: number;
  readonly ms: number;
}

/** One row per family and, where it has several, per number of processors. */
export function figuresOf(outcomes: readonly Outcome[]): Figures[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const { family, m } = outcome.one;
    for (const group of m === undefined ? [family] : [family, `${family} m=${m}`]) {
      const members = groups.get(group);
      if (members) members.push(outcome);
      else groups.set(group, [outcome]);
    }
  }
  return [...groups].map(([group, members]) => ({
    group,
    cases: members.length,
    infeasible: members.filter(({ flaw }) => flaw !== undefined).length,
    fromBestPercent: percent(members, ({ makespan, one: { best } }) => best && makespan / best - 1),
    fromCriticalPathPercent: percent(members, ({ makespan, one }) => makespan / one.criticalPath - 1),
    atBoundPercent: percent(members, ({ makespan, ownBound }) => Number(makespan === ownBound)),
    boundBelowBestPercent: percent(members, ({ ownBound, one: { best } }) => best && 1 - ownBound / best),
    ms: mean(members.map(({ ms }) => ms)),
  }));
}

function percent(outcomes: readonly Outcome[], of: (outcome: Outcome) => number | undefined): number {
  return 100 * mean(outcomes.map(of).filter((value) => value !== undefined));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The rows as a table for people. */
export function tableOf(rows: readonly Figures[]): string {
  const head = ["family", "cases", "infeas.", "from best", "from CPM", "at bound", "bound gap", "ms"];
  const cells = rows.map((row) => [
    row.group,
    String(row.cases),
    String(row.infeasible),
    share(row.fromBestPercent, 3),
    share(row.fromCriticalPathPercent, 2),
    share(row.atBoundPercent, 1),
    share(row.boundBelowBestPercent, 2),
    row.ms.toFixed(1),
  ]);
  return [head, ...cells]
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(14) : cell.padStart(11))).join(""))
    .join("\n");
}

function share(value: number, digits: number): string {
  return Number.isNaN(value) ? "-" : `${value.toFixed(digits)} %`;
}
