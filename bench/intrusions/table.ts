import type { Intrusion } from "./cases.ts";
import { whyNotRun } from "./not-run.ts";
import type { Outcome } from "./run-case.ts";

/** A command with what became of it. */
export interface Row extends Intrusion {
  readonly outcome: Outcome;
}

const COLUMNS = [
  "commands",
  "refused",
  "undone",
  "named alone",
  "in a set",
  "by report",
  "missed",
  "lost",
  "harmless",
  "not run",
] as const;
type Column = (typeof COLUMNS)[number];

/** What is counted of a command, beside that it is one. */
export function columnOf({ command, outcome: { verdict, end } }: Row): Column {
  switch (verdict.kind) {
    case "refused":
    case "undone":
    case "missed":
      return verdict.kind;
    case "named":
      return verdict.suspects === 1 ? "named alone" : "in a set";
    case "found by report":
      return "by report";
    case "harmless":
      return end && whyNotRun(command, end) !== undefined ? "not run" : "harmless";
  }
}

/** One line for each group of commands, and one for all. */
export function tableOf(rows: readonly Row[]): string {
  const groups = [...new Set(rows.map(({ group }) => group)), "all"];
  const lines = groups.map((group) => {
    const own = rows.filter((row) => group === "all" || row.group === group);
    const cells = COLUMNS.map((column) => {
      if (column === "commands") return own.length;
      if (column === "lost") return own.filter(({ outcome }) => outcome.lost.length > 0).length;
      return own.filter((row) => columnOf(row) === column).length;
    });
    return `| ${group} | ${cells.join(" | ")} |`;
  });
  return [`| group | ${COLUMNS.join(" | ")} |`, `|---|${"---:|".repeat(COLUMNS.length)}`, ...lines].join(
    "\n",
  );
}

/** What is to be looked at: what nobody found, or cannot be had back, or one of both was not told of. */
export function remarksOf(rows: readonly Row[]): string[] {
  return rows.flatMap(({ group, command, outcome: { verdict, lost, told } }) => {
    const isAlone = verdict.kind === "named" && verdict.suspects === 1;
    const remarks = [
      ...(verdict.kind === "missed" ? [`missed (${verdict.why})`] : []),
      ...(lost.length > 0 ? [`lost: ${lost.join(", ")}`] : []),
      ...(isAlone && !told.intruder ? ["its agent was not told"] : []),
      ...(isAlone && !told.holder ? ["the holder was not told"] : []),
    ];
    return remarks.map((remark) => `${group}: ${JSON.stringify(command)}: ${remark}`);
  });
}

/** The commands that changed nothing, each with the reason if there is one. */
export function unchangedOf(rows: readonly Row[]): string[] {
  return rows.flatMap((row) => {
    const { end, verdict } = row.outcome;
    if (verdict.kind !== "harmless" || !end) return [];
    const why = whyNotRun(row.command, end) ?? `changes nothing of task 2 (exit code ${end.code ?? "none"})`;
    return [`${row.group}: ${JSON.stringify(row.command)}: ${why}`];
  });
}
