import { type AnyClaim, isAttempt, isLive, workedUntilMs } from "../../../graph/attempt.ts";
import type { GraphEvent } from "../../../graph/event.ts";
import type { RunBy } from "../../../live/snapshot.ts";
import { engineRecordOf, RUNNER_ENGINE } from "../../engine/engine-runs.ts";
import type { DeadClaims } from "../../plan/interrupted.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import { isDone } from "../../plan/progress.ts";
import type { RunnersNow } from "../../runners/runners-now.ts";

/** Between two launches of a conversation lies its thinking: only after so long nobody is at it any more. */
const QUIET_MS = 60_000;

const ENGINES: Readonly<Record<string, Pick<RunBy, "kind" | "words">>> = {
  mod: { kind: "mod", words: "run by Claude Code, beside a conversation" },
  run: { kind: "runner", words: "run by parallel run" },
};

/**
 * Who launches the agents of a plan, as far as the graph tells.
 * @param events those of `toldEvents`, or all.
 * @param isGone as `RunnersNow` tells.
 */
export async function runBy(
  loaded: LoadedPlan,
  events: readonly GraphEvent[],
  dead: DeadClaims,
  { isGone }: Pick<RunnersNow, "isGone">,
  nowMs: number,
): Promise<RunBy> {
  const { stored, graph } = loaded;
  const live = graph.claims.filter((claim) => isLive(claim) && !dead.has(claim.id));
  if (isDone(loaded) || (stored.status === "stopped" && live.length === 0))
    return { kind: "done", words: stored.status === "stopped" ? "stopped" : "done" };
  const engines = engineRecordOf(events);
  for (const { engine, owner } of engines.open) {
    if (await isGone(owner)) continue;
    return ENGINES[engine] ?? { kind: "session", words: `run by ${engine}` };
  }
  if (live.length > 0) {
    const machines = [...new Set(live.map(({ owner }) => machineOf(owner)))];
    const where = machines.length > 1 ? ` on ${machines.join(", ")}` : "";
    return live.some(({ owner }) => owner.session !== undefined)
      ? { kind: "session", words: `run by a conversation in Claude Code${where}` }
      : { kind: "session", words: `run by agents of another client${where}` };
  }
  const how = `${engines.last?.engine === RUNNER_ENGINE ? "parallel run " : "/parallel:run "}${stored.slug}`;
  const last = graph.claims.reduce(
    (ms, claim) => Math.max(ms, (isAttempt(claim) ? workedUntilMs(claim) : undefined) ?? claim.offeredAtMs),
    0,
  );
  if (last === 0) return { kind: "nobody", words: "nobody has begun it", how };
  if (engines.open.length > 0 || isAfterEngine(events, graph.claims))
    return { kind: "nobody", words: "what launched its agents has stopped", sinceMs: last, how };
  return nowMs - last < QUIET_MS
    ? { kind: "session", words: "between two launches" }
    : { kind: "nobody", words: "nobody is at it any more", sinceMs: last, how };
}

/** Whether the last engine was lost, and no task was offered to an agent since. */
function isAfterEngine(events: readonly GraphEvent[], claims: readonly AnyClaim[]): boolean {
  const end = events.findLast(({ change }) => change.type === "engine.ended");
  if (end?.change.type !== "engine.ended" || end.change.how !== "lost") return false;
  return claims.every(({ offeredAtMs }) => offeredAtMs <= end.atMs);
}

/** The name of the machine that a process runs on. */
export function machineOf({ host }: { readonly host: string }): string {
  return host.split(" ")[0] ?? host;
}
