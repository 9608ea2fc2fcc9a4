import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { claimOfToken, isRefusal } from "../run/attempts/claim-by-token.ts";
import { startOrContinue } from "../run/attempts/start-attempt.ts";
import { lookBeforeStart, recordLook } from "../run/checkout-watch/record-changes.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { SessionMemory } from "../run/session/session.ts";
import type { HeldClaim } from "../store/graph-store.ts";
import { json } from "./hook-event.ts";

const agentMeta = z.looseObject({
  toolUseId: z.string(),
  worktreePath: z.string().optional(),
  spawnedWithWorktree: z.boolean().optional(),
});

/**
 * Finds out which launch an agent came from. A foreground agent's launch is reported only after it has ended,
 * but the host writes the launching call's id beside the agent's transcript when it starts.
 */
export async function bindByTranscript(
  run: RunContext,
  session: SessionMemory,
  agentId: string,
  transcript: string,
): Promise<HeldClaim | undefined> {
  const launchedBy = (await metaOf(agentId, transcript))?.toolUseId;
  return launchedBy === undefined ? undefined : bindLaunch(run, session, launchedBy, agentId);
}

/** The worktree that the host made for an agent, where it made one. */
export async function hostWorktree(agentId: string, transcript: string): Promise<string | undefined> {
  const meta = await metaOf(agentId, transcript);
  return meta?.spawnedWithWorktree ? meta.worktreePath : undefined;
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
  const launch = session.launchOf(toolUseId);
  const store = await run.graph();
  if (!launch || !store) return undefined;
  const look = await lookBeforeStart(run, store, launch.token);
  return store.write(run.now, `agent ${agentId}`, async (tx) => {
    if (look) await recordLook(run, tx, look);
    const found = await claimOfToken(run, tx, launch.token);
    if (isRefusal(found)) return undefined;
    await startOrContinue(tx, found, agentId);
    return tx.claimById(launch.attempt);
  });
}
