import { hasEnded } from "../../graph/readiness.ts";
import type { TaskId } from "../../graph/task.ts";
import type { Refusal } from "../../schedule/dispatch.ts";
import { formatDuration } from "../../text/format.ts";
import { type LoadedPlan, pauseSeconds } from "../plan/load-plan.ts";
import type { Candidate } from "./candidate.ts";
import { levelThatMayStart, waitsForRetry, waitsToSee } from "./candidates.ts";
import { type Chosen, MAX_REASONS } from "./choose.ts";
import { missingWorkText } from "./reach/missing-work-text.ts";
import { machineWith } from "./wanted-machine.ts";

/** A task that could start by its dependencies and does not. */
export interface Wait {
  /**
   * What keeps it: a failed task that is tried again first, or that waits itself; the schedule; what others hold; that
   * this machine does not have what it asks for; the level before it; a limit of the provider.
   */
  readonly kind: "retry" | "schedule" | "held" | "machine" | "level" | "limit";
  /** Absent: all of them. */
  readonly task?: TaskId;
  readonly for: string;
  /** What ends it. */
  readonly until: string;
}

/** An answer names so many. */
const MAX_TOLD = 5;

/** Who waits though it is ready, for what, and until when; not those for which only the cap has no room. */
export function waitingTasks(
  loaded: LoadedPlan,
  choice: Chosen,
  nowMs: number,
  most = MAX_REASONS,
): readonly Wait[] {
  const { graph, stored } = loaded;
  if (stored.status !== "open" || loaded.spent) return [];
  if (loaded.pauseMs > 0)
    return [
      {
        kind: "limit",
        for: "a rate or usage limit was reached",
        until: `${pauseSeconds(loaded)} s have passed`,
      },
    ];
  const level = levelThatMayStart(loaded);
  const retries = waitsForRetry(loaded, level);
  const refused = new Map(
    choice.refused.map(({ candidate, why }) => [candidate.task.id, { candidate, why }]),
  );
  const chosen = new Set(choice.chosen.map(({ task }) => task.id));
  const heldBack = new Set(choice.heldBack());
  const ends = (ids: readonly TaskId[]) => untilEnded(loaded, ids, nowMs);
  const waitOf = (id: TaskId): Omit<Wait, "task"> | undefined => {
    const task = graph.tasks.get(id);
    const retried = retries.get(id);
    const beside = task && task.failedAttempts > 0 ? waitsToSee(loaded, task) : [];
    const kept = refused.get(id);
    if (level && !level.has(id))
      return { kind: "level", for: "the level before it", until: "all of that has ended" };
    if (retried)
      return { kind: "retry", for: `${retried} failed and is tried again before it`, until: ends([retried]) };
    if (beside.length > 0) {
      const whether = "nothing has completed yet, and others may fail of the same cause";
      return { kind: "retry", for: whether, until: `one has completed, or ${ends(beside)}` };
    }
    if (kept) return refusedWait(kept.candidate, kept.why, loaded, ends);
    if (!heldBack.has(id)) return undefined;
    return {
      kind: "schedule",
      for: "everything is expected to end sooner that way",
      until: ends(graph.underCap.map(({ task: at }) => at)),
    };
  };
  const waits: Wait[] = [];
  for (const { id } of graph.ready) {
    if (waits.length === most) break;
    const wait = chosen.has(id) ? undefined : waitOf(id);
    if (wait) waits.push({ task: id, ...wait });
  }
  return waits;
}

/**
 * Those of which an answer that everybody pays for tells: what is held back in silence. That others hold its files, or
 * are at its level, is told only where nothing else is.
 */
export function toldWaits(waits: readonly Wait[], launches: number, hasRoom: boolean) {
  return waits
    .filter(({ kind }) => {
      if (kind === "schedule") return hasRoom;
      return kind === "retry" || kind === "limit" || launches === 0;
    })
    .slice(0, MAX_TOLD)
    .map(({ kind: _kind, ...wait }) => wait);
}

function refusedWait(
  { isolation }: Candidate,
  why: Refusal,
  loaded: LoadedPlan,
  ends: (ids: readonly TaskId[]) => string,
): Omit<Wait, "task"> {
  if (why.kind === "work")
    return {
      kind: "held",
      for: "work that is not here",
      until: missingWorkText(why.missing, isolation, loaded),
    };
  if (why.kind === "machine")
    return { kind: "machine", for: machineWith(why.missing), until: "one that has it takes it" };
  const { underCap } = loaded.graph;
  if (why.kind === "role") {
    const busy = underCap.filter(({ role }) => role === why.role).map(({ task }) => task);
    return { kind: "held", for: `every ${why.role} is busy`, until: ends(busy) };
  }
  if (why.kind === "turn")
    return { kind: "held", for: "one agent does small tasks of one shape", until: `${why.after} has ended` };
  const own = underCap.find(({ task }) => why.with === `${loaded.stored.slug}/${task}`);
  return {
    kind: "held",
    for: `its files are held by ${why.with}`,
    until: own ? ends([own.task]) : `${why.with} ends`,
  };
}

/** The end of the first of these tasks, with when that is expected by the estimates. */
function untilEnded({ graph, estimates }: LoadedPlan, ids: readonly TaskId[], nowMs: number): string {
  const running = ids.flatMap((id) => {
    const claim = graph.underCap.find(({ task }) => task === id);
    const task = graph.tasks.get(id);
    return claim && task ? [{ id, leftMs: claim.offeredAtMs + estimates.durationMs(task) - nowMs }] : [];
  });
  const [first] = running.sort((a, b) => a.leftMs - b.leftMs);
  const open = ids.filter((id) => !hasEnded(graph.tasks.get(id)?.status ?? "cancelled"));
  const names = (first ? running.map(({ id }) => id) : open).slice(0, MAX_REASONS).join(" or ");
  const when = first && first.leftMs > 0 ? `, expected in ${formatDuration(first.leftMs)}` : "";
  return `${names} ends${when}`;
}
