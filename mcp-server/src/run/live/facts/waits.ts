import type { TaskId } from "../../../graph/task.ts";
import type { WaitKind } from "../../../live/snapshot.ts";
import { spentText } from "../../../policy/spending/limits.ts";
import type { Refusal } from "../../../schedule/dispatch.ts";
import { plural } from "../../../text/format.ts";
import { choose } from "../../claims/choose.ts";
import { type Wait, waitingTasks } from "../../claims/waiting-tasks.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import type { PlanView } from "../../plan/plan-view.ts";
import type { RunnersNow } from "../../runners/runners-now.ts";
import { lackingIn } from "./lacking.ts";

/** Why a task does not start though its dependencies hold. */
export interface ReadyWait {
  readonly why: WaitKind;
  readonly reason: string;
  readonly waitsFor: readonly TaskId[];
}

/** For each task that is ready: what keeps it, by the same rules as `batch_collect` tells some of them. */
export async function readyWaits(
  loaded: PlanView,
  runners: RunnersNow,
  nowMs: number,
): Promise<Map<TaskId, ReadyWait>> {
  const choice = await choose(loaded, nowMs, { anywhere: true });
  const lacking = await lackingIn(loaded, runners);
  const { graph, stored, spent, cap } = loaded;
  const of = (why: WaitKind, reason: string): ReadyWait => ({ why, reason, waitsFor: [] });
  const all = (wait: ReadyWait) => new Map(graph.ready.map(({ id }) => [id, wait]));
  if (stored.status !== "open") return all(of("held", `the plan is ${stored.status}`));
  if (spent) return all(of("limit", spentText(spent)));
  const waits = waitingTasks(loaded, choice, nowMs, Number.POSITIVE_INFINITY);
  const [first] = waits;
  if (first && first.task === undefined) return all(of("limit", wordsOf(first)));
  const refused = new Map(choice.refused.map(({ candidate, why }) => [candidate.task.id, why]));
  const told = new Map(waits.flatMap((wait) => (wait.task === undefined ? [] : [[wait.task, wait]])));
  const chosen = new Set(choice.chosen.map(({ task }) => task.id));
  const busy = graph.underCap.length;
  return new Map(
    graph.ready.map((task) => {
      const { id } = task;
      const lack = lacking(task);
      if (lack !== undefined) return [id, of("machine", lack)];
      const wait = told.get(id);
      if (wait) return [id, readyWait(loaded, wait, refused.get(id))];
      if (chosen.has(id)) return [id, of("next", "is the next to be launched")];
      const places = choice.chosen.length > 0 ? " and the next come first" : "";
      const reason =
        busy >= cap || choice.full ? `${plural(busy, "agent")} of at most ${cap} at work${places}` : "ready";
      return [id, of(reason === "ready" ? "next" : "cap", reason)];
    }),
  );
}

function readyWait({ graph, stored }: LoadedPlan, wait: Wait, refusal: Refusal | undefined): ReadyWait {
  const why = wait.kind === "held" ? WHY_REFUSED[refusal?.kind ?? "scope"] : wait.kind;
  const holder = refusal?.kind === "scope" ? refusal.with : undefined;
  const own = `${stored.slug}/`;
  const inPlan = holder?.startsWith(own) ? (holder.slice(own.length) as TaskId) : undefined;
  const after = refusal?.kind === "turn" ? (refusal.after as TaskId) : undefined;
  const waitsFor = [inPlan, after].filter((id) => id !== undefined && graph.tasks.has(id)) as TaskId[];
  // A task of the same plan is known by its id.
  const reason = inPlan === undefined ? wordsOf(wait, why) : `its files are held by ${inPlan}`;
  return { why, reason, waitsFor };
}

const WHY_REFUSED: Readonly<Record<Refusal["kind"], WaitKind>> = {
  role: "role",
  scope: "files",
  turn: "turn",
  machine: "machine",
  work: "elsewhere",
};

/** Without when that is expected, which is another time at every look; what is waited for is named by itself. */
function wordsOf({ kind, for: what, until }: Wait, why?: WaitKind): string {
  const isWhole = kind === "level" || why === "elsewhere" || why === "turn";
  return isWhole ? `${what}, until ${until}` : what;
}
