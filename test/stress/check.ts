import type { Evidence } from "./evidence.ts";
import { workProblems } from "./machines/work-problems.ts";
import { rebuildProblems } from "./rebuild.ts";
import { Replay } from "./replay.ts";
import { endedAgents, sentCalls, testimonyProblems } from "./testimony.ts";

/** What happened in a run. */
export interface Counts {
  readonly claims: number;
  readonly completed: number;
  readonly failed: number;
  readonly blocked: number;
  readonly lost: number;
  readonly cancelled: number;
  /** Offers that ended without being taken up. */
  readonly returned: number;
  /** Calls that were refused because of their token. */
  readonly refusedTokens: number;
  readonly events: number;
}

/** Judges a run by its evidence alone; nothing of the server's code is used. */
export function check(evidence: Evidence): { violations: string[]; counts: Counts } {
  const { plans, leaseMs, journals, database, git, endedOwners } = evidence;
  const noncesAt = git && ((commit: string) => git.bases.get(commit));
  const replay = new Replay(
    plans,
    leaseMs,
    sentCalls(journals),
    noncesAt,
    endedAgents(journals),
    endedOwners,
  ).run(database.events);
  const integrity =
    database.integrity === "ok" ? [] : [`invariant 9: integrity check: ${database.integrity}`];
  return {
    violations: [
      ...replay.violations,
      ...testimonyProblems(journals, replay, endedOwners),
      ...rebuildProblems(database),
      ...(git ? workProblems(git, plans, journals, replay) : []),
      ...integrity,
    ],
    counts: countsOf(evidence, replay),
  };
}

function countsOf({ journals, database }: Evidence, replay: Replay): Counts {
  const claims = [...replay.claims.values()];
  const ended = (outcome: string) => claims.filter((claim) => claim.outcome === outcome).length;
  return {
    claims: claims.length,
    completed: ended("completed"),
    failed: ended("failed"),
    blocked: ended("blocked"),
    lost: ended("lost"),
    cancelled: ended("cancelled"),
    returned: claims.filter((claim) => claim.state === "returned").length,
    refusedTokens: journals
      .flatMap(({ entries }) => entries)
      .filter((entry) => entry.kind === "answered" && !entry.accepted).length,
    events: database.events.length,
  };
}
