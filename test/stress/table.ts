import type { ChaosResult } from "./chaos-result.ts";

/** The counts of the runs as a Markdown table, one row each. */
export function table(
  what: string,
  results: readonly (readonly [name: string, result: ChaosResult])[],
): string {
  const columns: Readonly<Record<string, (result: ChaosResult) => number | string>> = {
    claims: ({ counts }) => counts.claims,
    completed: ({ counts }) => counts.completed,
    failed: ({ counts }) => counts.failed,
    blocked: ({ counts }) => counts.blocked,
    lost: ({ counts }) => counts.lost,
    cancelled: ({ counts }) => counts.cancelled,
    returned: ({ counts }) => counts.returned,
    kills: ({ kills }) => kills,
    "refused tokens": ({ counts }) => counts.refusedTokens,
    events: ({ counts }) => counts.events,
    "tasks completed": ({ tasks }) => `${inEnglish(tasks.completed)} of ${inEnglish(tasks.total)}`,
    seconds: ({ tookMs }) => Math.round(tookMs / 1000),
    violations: ({ violations }) => violations.length,
  };
  const names = [what, ...Object.keys(columns)];
  const rows = results.map(([name, result]) => [
    name,
    ...Object.values(columns).map((value) => {
      const cell = value(result);
      return typeof cell === "number" ? inEnglish(cell) : cell;
    }),
  ]);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(names), line(names.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

function inEnglish(number: number): string {
  return number.toLocaleString("en");
}
