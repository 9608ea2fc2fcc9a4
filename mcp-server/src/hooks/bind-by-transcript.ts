import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { hashToken } from "../graph/token.ts";
import { claimOfToken, isRefusal } from "../run/attempts/claim-by-token.ts";
import { startOrContinue } from "../run/attempts/start-attempt.ts";
import { recordSnapshot, snapshotBeforeStart } from "../run/checkout-watch/record-changes.ts";
import { changeGraph, type GraphTransaction } from "../run/plan/plan-transaction.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { type HookEvent, json } from "./hook-event.ts";

/** The part of an event that tells where an agent is. */
export type AgentAt = Pick<HookEvent, "agent" | "transcript" | "cwd">;

const agentMeta = z.looseObject({
  toolUseId: z.string(),
  worktreePath: z.string().optional(),
  spawnedWithWorktree: z.boolean().optional(),
});

/**
 * Finds out which launch an agent came from. A foreground agent's launch is reported only after it has ended,
 * but the host writes the launching call's id beside the agent's transcript when it starts.
 * @returns the claim that it works on now; `isKnown` when asking again without a new launch would tell nothing else.
 */
export async function bindByTranscript(
  run: RunContext,
  session: SessionMemory,
  agentId: string,
  transcript: string,
): Promise<{ readonly held: HeldClaim | undefined; readonly isKnown: boolean }> {
  if (!session.hasLaunches) return { held: undefined, isKnown: true };
  const launchedBy = (await metaOf(agentId, transcript))?.toolUseId;
  if (launchedBy === undefined) return { held: undefined, isKnown: false };
  return { held: await bindLaunch(run, session, launchedBy, agentId), isKnown: true };
}

/**
 * The worktree that the host made for an agent, where it made one. Before an agent's first request the host has not
 * written that down; then it is where the agent starts, by the name that the host gives such a folder.
 */
export async function hostWorktree(event: AgentAt): Promise<string | undefined> {
  const meta = await metaOf(event.agent, event.transcript);
  if (meta) return meta.spawnedWithWorktree ? meta.worktreePath : undefined;
  return startsInOwnWorktree(event) ? event.cwd : undefined;
}

/** Whether the folder of an event is the worktree that the host has made for its agent. */
export function startsInOwnWorktree({ agent, cwd }: Pick<HookEvent, "agent" | "cwd">): boolean {
  return agent !== "" && basename(cwd) === `agent-${agent}`;
}

async function metaOf(agentId: string, transcript: string): Promise<z.infer<typeof agentMeta> | undefined> {
  if (transcript === "" || !/^[\w-]+$/.test(agentId)) return undefined;
  const file = join(
    dirname(transcript),
    basename(transcript, ".jsonl"),
    "subagents",
    `agent-${agentId}.meta.json`,
  );
  const text = await readFile(file, "utf8").catch(() => "");
  return json(agentMeta, text);
}

/** Ties the agent to the claim for which the call launched it; the attempt starts. */
export async function bindLaunch(
  run: RunContext,
  session: SessionMemory,
  toolUseId: string,
  agentId: string,
): Promise<HeldClaim | undefined> {
  const held = await bind(run, session, toolUseId, agentId);
  session.agentClaims.note(agentId, held);
  return held;
}

async function bind(
  run: RunContext,
  session: SessionMemory,
  toolUseId: string,
  agentId: string,
): Promise<HeldClaim | undefined> {
  const launch = session.launchOf(toolUseId);
  const store = await run.graph();
  if (!launch || !store) return undefined;
  const look = await snapshotBeforeStart(run, store, launch.token);
  const start = async (tx: GraphTransaction) => {
    if (look) await recordSnapshot(tx, look);
    const found = await claimOfToken(tx, launch.token);
    if (isRefusal(found)) return undefined;
    startOrContinue(found, agentId);
    return tx.writer.claimById(launch.attempt);
  };
  return changeGraph(run, store, `agent ${agentId}`, start, {
    claim: { tokenHash: hashToken(launch.token) },
  });
}
