import type { FileClash } from "../../mcp-server/src/live/file-clash.ts";
import type { PlanHistory, PlanSnapshot, TaskDetail } from "../../mcp-server/src/live/snapshot.ts";
import { simulatedPlan } from "../live/simulated-plan.ts";
import { detailOf } from "./page-fixture.ts";

/** More than the server ever sends, and no more than a test can wait for. */
const MAX_TEXT = 20_000;

export interface HostilePlan {
  readonly snapshot: PlanSnapshot;
  readonly history: PlanHistory;
  readonly clashes: readonly FileClash[];
  readonly detail: (task: string) => TaskDetail | undefined;
}

/**
 * A plan in which every text is a hostile one, uncleaned: the server cleans, but the page must not need it. A task for each
 * text.
 */
export function hostilePlan(texts: Readonly<Record<string, string>>): HostilePlan {
  const list = Object.values(texts).map((text) => text.slice(0, MAX_TEXT));
  const plan = simulatedPlan({ tasks: list.length, trouble: 5 });
  const textOf = new Map(plan.history.tasks.map(({ id, position }) => [id, list[position] ?? ""]));
  // Half a character reaches no page, and could stand in no address.
  const idOf = (id: string) =>
    `${id} ${(textOf.get(id) ?? "").slice(0, 100).replace(/[\ud800-\udfff]/gu, "")}`;
  const middle = plan.snapshotAt(plan.startMs + (plan.endMs - plan.startMs) / 2);
  const hostile = <T>(value: T, own: string): T => replaced(value, own, idOf) as T;
  const first = list[3] ?? "";
  const snapshot: PlanSnapshot = {
    ...middle,
    plan: first.slice(0, 60),
    title: first,
    repository: first,
    held: first,
    runBy: { kind: "nobody", words: first, how: first },
    needs: middle.needs.map((need) => hostile(need, textOf.get(need.task ?? "") ?? "")),
    trouble: middle.trouble.map((incident) => hostile(incident, textOf.get(incident.task ?? "") ?? "")),
    tasks: middle.tasks.map((row) => hostile(row, textOf.get(row.id) ?? "")),
  };
  return {
    snapshot,
    history: {
      ...plan.history,
      title: first,
      tasks: plan.history.tasks.map((task) => hostile(task, textOf.get(task.id) ?? "")),
      trouble: plan.history.trouble.map((incident) =>
        hostile(incident, textOf.get(incident.task ?? "") ?? ""),
      ),
    },
    clashes: [{ tasks: [idOf("1.1"), idOf("1.2")], what: first }],
    detail: (task) => {
      const row = middle.tasks.find(({ id }) => idOf(id) === task);
      const ended = plan.snapshotAt(plan.endMs);
      const detail = row && detailOf(ended, row.id);
      return detail && hostile(detail, textOf.get(row.id) ?? "");
    },
  };
}

/** Words by which a view decides, and not what somebody wrote. */
const WORDS: ReadonlySet<string> = new Set([
  ...[
    "status",
    "group",
    "why",
    "state",
    "kind",
    "standing",
    "severity",
    "isolation",
    "currency",
    "verdict",
    "actions",
  ],
]);
const IDS: ReadonlySet<string> = new Set(["id", "task", "needs", "waitsFor", "holdsUp", "dependents"]);

function replaced(value: unknown, text: string, idOf: (id: string) => string, key = ""): unknown {
  if (WORDS.has(key)) return value;
  if (typeof value === "string") {
    if (IDS.has(key)) return idOf(value);
    return key === "hunks" ? `+${text}\n-${text}\n ${text}` : text;
  }
  if (Array.isArray(value)) {
    // A history's statuses are pairs of a moment and a word.
    return key === "statuses" ? value : value.map((item) => replaced(item, text, idOf, key));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, of]) => [name, replaced(of, text, idOf, name)]),
    );
  }
  return value;
}
