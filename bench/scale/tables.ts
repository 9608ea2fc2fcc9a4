import { markdownTable } from "../../scripts/docs/markdown-table.ts";
import type { FleetRow, LimitRow } from "./fleets.ts";
import type { Measurement } from "./measurement.ts";
import type { FleetFigures } from "./simulation.ts";

/** What the project promises of a load, as a multiple of the narrow read. */
export const MAX_LOAD_RATIO = 3;

/** Markdown, as the documents and the terminal have it. */
export function plansTable({ plans }: Measurement): string {
  return markdownTable(
    [
      "engine, tasks",
      "breakdown",
      "imported",
      "memory of that",
      "narrow read",
      "loaded",
      "ratio",
      "claim",
      "of it under the lock",
      "report",
      "of it under the lock",
    ],
    plans.map((one) => [
      `${one.engine}, ${count(one.tasks)}`,
      `${one.fileMb.toFixed(1)} MB`,
      ms(one.importMs),
      `${one.importMb.toFixed(0)} MB`,
      ms(one.narrowMs),
      ms(one.loadMs),
      (one.loadMs / one.narrowMs).toFixed(1),
      ms(one.claimMs),
      ms(one.claimLockMs),
      ms(one.reportMs),
      ms(one.reportLockMs),
    ]),
  );
}

export function postgresTable({ postgres }: Measurement): string {
  return markdownTable(
    [
      "messages to PostgreSQL under the lock, claim or report",
      "connections of a server",
      "while somebody in it waits for changes",
    ],
    postgres
      ? [[postgres.tripsUnderLock, postgres.connections, postgres.connectionsWaiting].map(String)]
      : [],
  );
}

export function deliveriesTable({ deliveries }: Measurement): string {
  return markdownTable(
    ["engine", "report with its commit", "commits", "delivered together", "of it under the lock", "for each"],
    deliveries.flatMap(({ engine, reportMs, few, many }) =>
      [few, many].map(({ commits, ms: took, lockMs }) => [
        engine,
        ms(reportMs),
        String(commits),
        ms(took),
        ms(lockMs),
        ms(took / commits),
      ]),
    ),
  );
}

export function fleetsTable(rows: readonly FleetRow[]): string {
  return markdownTable(
    ["workers", "tasks of", ...FIGURES.map(([name]) => name)],
    rows.map(({ workers, taskMs, figures }) => [
      count(workers),
      `${taskMs / 60_000} min`,
      ...FIGURES.map(([, of]) => of(figures)),
    ]),
  );
}

export function limitsTable(rows: readonly LimitRow[]): string {
  return markdownTable(
    ["", "largest fleet", "what holds it up", ...FIGURES.map(([name]) => name)],
    rows.map(({ name, workers, isLimited, figures }) => [
      name,
      isLimited ? count(workers) : `more than ${count(workers)}`,
      isLimited ? (figures.lockBusy >= figures.gitBusy ? "the lock" : "the git server") : "",
      ...FIGURES.map(([, of]) => of(figures)),
    ]),
  );
}

const FIGURES: readonly (readonly [string, (figures: FleetFigures) => string])[] = [
  ["tasks an hour", ({ tasksPerHour }) => count(Number(tasksPerHour.toPrecision(3)))],
  ["at tasks", ({ atWork }) => percent(atWork)],
  ["lock held", ({ lockBusy }) => percent(lockBusy)],
  ["git server busy", ({ gitBusy }) => percent(gitBusy)],
  ["wait for the lock, p95", ({ lockWaitMs }) => ms(lockWaitMs)],
  ["landed after, p95", ({ landedAfterMs }) => ms(landedAfterMs)],
];

function ms(value: number): string {
  if (value >= 10_000) return `${(value / 1_000).toFixed(0)} s`;
  if (value >= 1_000) return `${(value / 1_000).toFixed(1)} s`;
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} ms`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
