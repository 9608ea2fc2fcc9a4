import type { GraphEvent } from "../../../graph/event.ts";
import type { PlanGraph } from "../../../graph/plan-graph.ts";
import type { IndexedType } from "../../../store/tables/indexed-events.ts";
import type { PlanView } from "../../plan/plan-view.ts";

/** What a snapshot takes from the log and not from the tables; each is rare. */
const TOLD = [
  "conversation.measured",
  "engine.started",
  "engine.ended",
  "files.changed",
  "gate.ended",
  "limit.near",
  "plan.throttled",
  "report.returned",
  "task.limited",
  "token.refused",
  "work.conflicted",
  "write.denied",
] as const satisfies readonly IndexedType[];

interface Known {
  readonly events: GraphEvent[];
  seq: number;
}

const known = new WeakMap<PlanGraph, Known>();

/** The events of those types, oldest first. Of a plan in memory only what is new is read. */
export async function toldEvents(plan: PlanView): Promise<readonly GraphEvent[]> {
  const { graph, stored, reader } = plan;
  const before = known.get(graph) ?? { events: [], seq: 0 };
  if (before.seq < stored.version) {
    before.events.push(...(await reader.events(plan.id, { types: TOLD, afterSeq: before.seq })));
    before.seq = stored.version;
  }
  known.set(graph, before);
  return before.events;
}
