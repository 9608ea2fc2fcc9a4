import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as z from "zod";
import { takeUpOffer } from "../run/attempts/take-up-offer.ts";
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
  const launch = session.launchOf(toolUseId);
  const store = await run.graph();
  const held = launch && store && (await takeUpOffer(run, store, launch.token, agentId));
  session.agentClaims.note(agentId, held);
  return held;
}
