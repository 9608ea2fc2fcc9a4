import { isAttempt, isLive, workedUntilMs } from "../../../graph/attempt.ts";
import type { GraphEvent } from "../../../graph/event.ts";
import type { RunBy } from "../../../live/snapshot.ts";
import { engineRecordOf } from "../../engine/engine-runs.ts";
import type { DeadClaims } from "../../plan/interrupted.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import { isDone } from "../../plan/progress.ts";
import { isDead } from "../../project/owner.ts";

/** Between two launches of a conversation lies its thinking: only after so long nobody is at it any more. */
const QUIET_MS = 60_000;

const ENGINES: Readonly<Record<string, Pick<RunBy, "kind" | "words">>> = {
  mod: { kind: "mod", words: "run by Claude Code, beside a conversation" },
  run: { kind: "runner", words: "run by parallel run" },
};

/** Who launches the agents of a plan, as far as the graph tells. @param events those of `toldEvents`, or all. */
export async function runBy(
  loaded: LoadedPlan,
  events: readonly GraphEvent[],
  dead: DeadClaims,
  nowMs: number,
): Promise<RunBy> {
  const { stored, graph } = loaded;
  const live = graph.claims.filter((claim) => isLive(claim) && !dead.has(claim.id));
  if (isDone(loaded) || (stored.status === "stopped" && live.length === 0))
    return { kind: "done", words: stored.status === "stopped" ? "stopped" : "done" };
  for (const { engine, owner } of engineRecordOf(events).open) {
    if (await isDead(owner)) continue;
    return ENGINES[engine] ?? { kind: "session", words: `run by ${engine}` };
  }
  const how = `/parallel:run ${stored.slug}`;
  if (live.length > 0) {
    const machines = [...new Set(live.map(({ owner }) => machineOf(owner)))];
    const where = machines.length > 1 ? ` on ${machines.join(", ")}` : "";
    return live.some(({ owner }) => owner.session !== undefined)
      ? { kind: "session", words: `run by a conversation in Claude Code${where}` }
      : { kind: "session", words: `run by agents of another client${where}` };
  }
  const last = graph.claims.reduce(
    (ms, claim) => Math.max(ms, isAttempt(claim) ? (workedUntilMs(claim) ?? 0) : claim.offeredAtMs),
    0,
  );
  if (last === 0) return { kind: "nobody", words: "nobody has begun it", how };
  return nowMs - last < QUIET_MS
    ? { kind: "session", words: "between two launches" }
    : { kind: "nobody", words: "nobody is at it any more", sinceMs: last, how };
}

/** The name of the machine that a process runs on. */
export function machineOf({ host }: { readonly host: string }): string {
  return host.split(" ")[0] ?? host;
}
