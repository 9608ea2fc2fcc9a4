import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type AttemptId, isAttempt, type RunningAttempt } from "../../graph/attempt.ts";
import type { Task } from "../../graph/task.ts";
import type { Usage } from "../../graph/usage.ts";
import { transcriptUsage } from "../../host/transcripts/transcript-usage.ts";
import {
  isLimited,
  isReached,
  limitName,
  nearLimits,
  nearText,
  type Spent,
  type SpentLimit,
  settingOf,
  spentBy,
} from "../../policy/spending/limits.ts";
import type { AgentCall } from "../guard/agent-call.ts";

/** So often it is looked whether the host has written a turn down, at most: it takes a tenth of a second. */
const MAX_LOOKS = 40;
const LOOK_MS = 25;
/** The end of a transcript in which a turn that was just written down is found, in bytes. */
const TAIL = 256 * 1024;

/**
 * Watches what agents spend whose tasks have limits, turn by turn. Nothing of it needs to survive the process: what it
 * finds is in the graph.
 */
export class LimitWatch {
  readonly #seen = new Map<AttemptId, Spent>();
  readonly #told = new Set<string>();
  readonly #asked = new Map<AttemptId, string>();

  /** What an agent that was asked to report hears instead of any other call; undefined: it was not. */
  askedOf(attempt: AttemptId): string | undefined {
    return this.#asked.get(attempt);
  }

  /**
   * After all calls of a turn. An agent is told once that four fifths of a limit are spent, and asked to report when its
   * next turn is expected to reach it: that turn is the report, and at most its last words come after it.
   * @param turn a call of the turn, by which it is found in the transcript.
   * @returns words for the agent.
   */
  async afterTurn(call: AgentCall, session: string, turn: string): Promise<string | undefined> {
    const { own, plan } = call.standing;
    const task = plan.graph.tasks.get(own.claim.task);
    if (own.claim.state !== "running" || !task || !isLimited(task)) return undefined;
    const { claim } = own;
    if (this.#asked.has(claim.id)) return undefined;
    const usage = await usageOf(call, claim, session, turn);
    if (!usage) return undefined;
    const { table } = (task.maxCost ?? 0) > 0 ? await call.ctx.prices.refresh() : call.ctx.prices.last;
    const others = plan.graph.claimsOf(task.id).filter((one) => isAttempt(one) && one.id !== claim.id);
    const spent = spentBy([...others, { ...claim, usage }], undefined, table, call.ctx.now());
    const next = afterOneMore(spent, this.#seen.get(claim.id));
    this.#seen.set(claim.id, spent);
    const reached = nearLimits(task, next, table?.currency).find(isReached);
    if (reached) return this.#ask(call, task, claim, { ...reached, used: spent[reached.limit] });
    const near = nearLimits(task, spent, table?.currency).filter((limit) => this.#isNew(claim.id, limit));
    return near.length === 0
      ? undefined
      : `Of what this task may spend, most is spent: ${near.map(nearText).join(", ")}. Come to an end.`;
  }

  #isNew(attempt: AttemptId, { limit }: SpentLimit): boolean {
    const key = `${attempt} ${limit}`;
    return !this.#told.has(key) && this.#told.add(key) !== undefined;
  }

  async #ask(call: AgentCall, task: Task, claim: RunningAttempt, spent: SpentLimit): Promise<string> {
    const words = `This task is at its limit (${nearText(spent)}). Call task_report now with what there is: completed only if its criteria hold, else failed with what is done and what is left. Everything else is refused.`;
    this.#asked.set(claim.id, words);
    const [limit, max] = [limitName(spent), settingOf(spent)];
    const reason = `${task.id} was asked to report what it had: ${nearText(spent)}`;
    await call.change((plan) =>
      plan.append(
        { type: "task.limited", task: task.id, attempt: claim.id, limit, max, reason },
        { type: "task.annotated", task: task.id, metadata: { limited: { attempt: claim.id, reason } } },
      ),
    );
    return words;
  }
}

/** What will be spent after a turn like the last one. */
function afterOneMore(now: Spent, before: Spent | undefined): Spent {
  const plus = (limit: keyof Spent) => 2 * now[limit] - (before?.[limit] ?? 0);
  return {
    maxTokens: plus("maxTokens"),
    maxCost: plus("maxCost"),
    maxTurns: now.maxTurns + 1,
    maxMs: plus("maxMs"),
  };
}

/** What the attempt has used, its last turn included; undefined where no transcript tells. */
async function usageOf(
  { agentId, ctx, store }: AgentCall,
  claim: RunningAttempt,
  session: string,
  turn: string,
): Promise<Usage | undefined> {
  const file = await ctx.transcripts.ofAgent(agentId, [session, claim.owner.session ?? ""]);
  if (file === undefined) return undefined;
  for (let look = 0; look < MAX_LOOKS && !(await endsWith(file, turn)); look += 1) await sleep(LOOK_MS);
  const [first] = await store.read((reader) => reader.attemptsOfAgents([agentId]));
  const fromMs = first?.claim.id === claim.id ? Number.NEGATIVE_INFINITY : claim.startedAtMs;
  const found = await transcriptUsage(file, "agent", [{ fromMs, toMs: Number.POSITIVE_INFINITY }]);
  return found?.usage[0];
}

/** Whether the end of a file has the text. */
async function endsWith(path: string, text: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL);
    const { buffer } = await file.read({ buffer: Buffer.alloc(length), position: size - length });
    return buffer.includes(text);
  } finally {
    await file.close();
  }
}
