import { reportInMessage } from "../clients/report-message.ts";
import { CallerError } from "../errors/caller-error.ts";
import type { AttemptId, RunningAttempt } from "../graph/attempt.ts";
import { type PlanSlug, taskName } from "../graph/task.ts";
import { agentOfToken } from "../graph/token.ts";
import { type AgentEnd, endAgents } from "../run/attempts/agent-ended.ts";
import { changeGraph } from "../run/plan/plan-transaction.ts";
import type { RunContext } from "../run/project/run-context.ts";
import { endByMessage } from "../run/reporting/report-from-message.ts";
import { reportTask } from "../run/reporting/report-task.ts";
import type { GraphStore } from "../store/graph-store.ts";
import type { HeldClaim } from "../store/tables/held-claim.ts";
import { cleanText } from "../text/sanitize.ts";
import type { ProcessEnd } from "./agent-process.ts";
import type { ClientSlots } from "./client-slots.ts";
import type { RunningAgent } from "./running-agent.ts";

/** Of what a client says of its end, this many characters tell what is wrong. */
const MAX_CAUSE = 300;

/** What the end of a client tells beside that of its attempt. */
export interface AfterAgent {
  /** The vendor refuses more; until when, where it says so. */
  readonly limit?: { readonly untilMs?: number; readonly text: string };
  /** The client came to nothing before its model had answered, and why. */
  readonly falseStart?: string;
}

/**
 * A client has ended, and with it its agent: an attempt that has not ended ends now, by what the client said last where
 * its agent has no tool to report with.
 */
export async function afterAgent(
  ctx: RunContext,
  store: GraphStore,
  agent: RunningAgent,
  token: string,
  ended: ProcessEnd,
  slots: ClientSlots,
): Promise<AfterAgent> {
  const actor = `agent ${agent.agentId}`;
  const held = await store.read((reader) => reader.claimOfAgent(agent.agentId));
  if (agent.usage && held) await logUsage(ctx, store, agent, held);
  const hasFailed = ended.exitCode !== 0 || agent.failure !== undefined;
  const running = held?.claim.state === "running" ? held.claim : undefined;
  const isReported = running === undefined;
  if (held && running && !hasFailed && !agent.client.callsTools && agent.stoppedFor === undefined)
    await reportByMessage(ctx, store, agent, { token, plan: held.plan, claim: running });
  const limit = isReported ? undefined : agent.limit;
  const falseStart =
    hasFailed && !agent.hasWorked && !limit && agent.stoppedFor === undefined
      ? causeOf(agent, ended)
      : undefined;
  // Where another client can do the task, the plan as a whole need not wait.
  const isAlone = slots.shares.length === 1;
  const end: AgentEnd = {
    finished: !hasFailed && agent.stoppedFor === undefined && !limit,
    cause: causeOf(agent, ended),
    lastMessage: agent.message,
    ...(limit && (isAlone && limit.untilMs === undefined ? { throttled: true } : { interrupted: true })),
    ...((falseStart !== undefined || agent.stoppedFor !== undefined) && { interrupted: true }),
  };
  await endAgents(ctx, store, actor, [agent.agentId], end);
  return { ...(limit && { limit }), ...(falseStart !== undefined && { falseStart }) };
}

/** There is no agent, because starting its client failed. */
export function afterNoAgent(
  ctx: RunContext,
  store: GraphStore,
  actor: string,
  token: string,
  error: unknown,
): Promise<void> {
  const cause = `it could not be started: ${error instanceof Error ? error.message : String(error)}`;
  return endAgents(ctx, store, actor, [agentOfToken(token)], { finished: false, cause, lastMessage: "" });
}

/** A report in the form of its schema is worth as much as one by the tool; any other message is taken as it is. */
async function reportByMessage(
  ctx: RunContext,
  store: GraphStore,
  agent: RunningAgent,
  { token, plan, claim }: { readonly token: string; readonly plan: PlanSlug; readonly claim: RunningAttempt },
): Promise<void> {
  const actor = `agent ${agent.agentId}`;
  const report = reportInMessage(agent.message);
  try {
    if (!report) return await endByMessage(ctx, store, actor, claim, agent.message);
    const task = taskName(plan, claim.task);
    await reportTask(ctx, actor, agent.agentId, { task, token, report, mayGoOn: false });
  } catch (error) {
    if (!(error instanceof CallerError)) throw error;
    agent.failure = `its report was not accepted: ${error.message}`;
  }
}

function causeOf(agent: RunningAgent, { exitCode, signal, errors }: ProcessEnd): string {
  const { client, stoppedFor, limit, failure } = agent;
  if (stoppedFor !== undefined) return stoppedFor;
  if (limit) return `${client.name}: ${cleanText(limit.text, MAX_CAUSE)}`;
  const lastLine = errors.split("\n").findLast((line) => line.trim() !== "") ?? "";
  const said = cleanText(failure ?? lastLine, MAX_CAUSE);
  if (exitCode === 0) return failure === undefined ? "the agent ended without a report" : said;
  const how =
    exitCode === null ? `was ended (${signal ?? "it did not start"})` : `ended with exit code ${exitCode}`;
  return `${client.name} ${how}${said === "" ? "" : `: ${said}`}`;
}

/** Of clients whose transcripts nobody reads, it is known by what they say themselves. */
async function logUsage(
  ctx: RunContext,
  store: GraphStore,
  agent: RunningAgent,
  held: HeldClaim,
): Promise<void> {
  const { usage } = agent;
  const { task, id: attempt } = held.claim;
  if (!usage) return;
  await changeGraph(ctx, store, `agent ${agent.agentId}`, async (tx) => {
    const plan = await tx.planOf(held);
    plan?.append({ type: "attempt.measured", task, attempt: attempt as AttemptId, usage, bytes: 0 });
  });
}
