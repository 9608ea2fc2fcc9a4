import { type AttemptId, isAttempt, type RunningAttempt } from "../../graph/attempt.ts";
import { isSameUsage, type Usage } from "../../graph/usage.ts";
import { type TranscriptUsage, transcriptUsage } from "../../host/transcripts/transcript-usage.ts";
import { untilWritten } from "../../host/transcripts/until-written.ts";
import {
  isLimited,
  isReached,
  limitName,
  limitNames,
  nearLimits,
  nearText,
  type SpendingLimits,
  type Spent,
  type SpentLimit,
  settingOf,
  spentBy,
} from "../../policy/spending/limits.ts";
import { limitOfNextTurn, restOf } from "../../policy/spending/room.ts";
import { logLimits, lookAtMoney } from "../claims/limits.ts";
import type { AgentCall } from "../guard/agent-call.ts";
import { type PlanSpending, planSpending } from "../spending/plan-spending.ts";
import type { Logged } from "../usage/agent-usage.ts";

/** While agents work their main conversation seldom says much, and its transcript is long: a look holds for this time. */
const MONEY_HOLDS_MS = 5_000;
/** All agents at work together are at most this part of what is left ahead of what the log says of them. */
const UNLOGGED = 1 / 20;

/** What an agent is told after a turn. */
export interface AfterTurn {
  readonly words?: string | undefined;
  /** What was written, of which nobody else need hear. */
  readonly logged?: Logged | undefined;
}

/** An attempt as it was measured after its newest turn. */
interface Turn {
  readonly call: AgentCall;
  readonly claim: RunningAttempt;
  readonly usage: Usage;
  readonly bytes: number;
}

/**
 * Watches what agents spend that have limits, or whose plans have, turn by turn. Nothing of it needs to survive the
 * process: what it finds is in the graph.
 */
export class LimitWatch {
  readonly #seen = new Map<AttemptId, Spent>();
  readonly #told = new Set<string>();
  readonly #asked = new Map<AttemptId, string>();
  #moneyMs = Number.NEGATIVE_INFINITY;

  /** What an agent that was asked to report hears instead of any other call; undefined: it was not. */
  askedOf(attempt: AttemptId): string | undefined {
    return this.#asked.get(attempt);
  }

  /**
   * After all calls of a turn. An agent is told once that four fifths of its task's limit are spent, and asked to report
   * when its next turn is expected to reach a limit: that turn is the report, and at most its last words come after it.
   * @param use a call of the turn, by which it is found in the transcript.
   */
  async afterTurn(call: AgentCall, session: string, use: string): Promise<AfterTurn> {
    const { own, plan } = call.standing;
    const task = plan.graph.tasks.get(own.claim.task);
    if (own.claim.state !== "running" || !task || !(isLimited(task) || isLimited(plan.policy))) return {};
    const { claim } = own;
    if (this.#asked.has(claim.id)) return {};
    const measured = await usageOf(call, claim, session, use);
    if (!measured) return {};
    const turn: Turn = { call, claim, ...measured };
    const ofTask = await this.#afterTurnOfTask(turn, task);
    const { words, logged } = isLimited(plan.policy) ? await this.#afterTurnOfPlan(turn) : {};
    return { words: this.#asked.get(claim.id) ?? ofTask ?? words, logged };
  }

  async #afterTurnOfTask({ call, claim, usage }: Turn, task: SpendingLimits): Promise<string | undefined> {
    if (!isLimited(task)) return undefined;
    const { ctx, standing } = call;
    const { table } = (task.maxCost ?? 0) > 0 ? await ctx.prices.refresh() : ctx.prices.last;
    const others = standing.plan.graph
      .claimsOf(claim.task)
      .filter((one) => isAttempt(one) && one.id !== claim.id);
    const spent = spentBy([...others, { ...claim, usage }], undefined, table, ctx.now());
    const next = afterOneMore(spent, this.#seen.get(claim.id));
    this.#seen.set(claim.id, spent);
    const reached = nearLimits(task, next, table?.currency).find(isReached);
    if (reached) return this.#ask(call, claim, { ...reached, used: spent[reached.limit] }, "task");
    const near = nearLimits(task, spent, table?.currency).filter((limit) => this.#isNew(claim.id, limit));
    return near.length === 0
      ? undefined
      : `Of what this task may spend, most is spent: ${near.map(nearText).join(", ")}. Come to an end.`;
  }

  async #afterTurnOfPlan(turn: Turn): Promise<AfterTurn> {
    const { call, claim } = turn;
    const { ctx, store, standing } = call;
    const { plan } = standing;
    if (plan.policy.maxCost > 0 && ctx.now() - this.#moneyMs > MONEY_HOLDS_MS) {
      await lookAtMoney(ctx, store, plan.stored.slug, plan.graph);
      this.#moneyMs = ctx.now();
    }
    const logged = isWorthLogging(turn, planSpending(plan)) ? await log(turn) : undefined;
    const { spent, turn: average, atWork, currency } = planSpending(plan);
    const reached = limitOfNextTurn(plan.policy, spent, average, atWork, currency);
    if (!reached || this.#asked.has(claim.id)) return { logged };
    return { words: await this.#ask(call, claim, reached, "plan"), logged };
  }

  #isNew(attempt: AttemptId, { limit }: SpentLimit): boolean {
    const key = `${attempt} ${limit}`;
    return !this.#told.has(key) && this.#told.add(key) !== undefined;
  }

  async #ask(
    call: AgentCall,
    claim: RunningAttempt,
    spent: SpentLimit,
    of: "task" | "plan",
  ): Promise<string> {
    const words = `This ${of} is at its limit (${nearText(spent)}). Call task_report now with what there is: completed only if its criteria hold, else failed with what is done and what is left. Everything else is refused.`;
    this.#asked.set(claim.id, words);
    const [limit, max] = [limitName(spent), settingOf(spent)];
    const whose = of === "plan" ? "the plan's " : "";
    const reason = `${claim.task} was asked to report what it had: ${whose}${nearText(spent)}`;
    const limited = { attempt: claim.id, reason, ...(of === "plan" && { ofPlan: true }) };
    await call.change((plan) =>
      plan.append(
        { type: "task.limited", task: claim.task, attempt: claim.id, limit, max, reason },
        { type: "task.annotated", task: claim.task, metadata: { limited } },
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

/**
 * Whether whoever decides what may start, in this process or on another machine, has to know of the turn: the log need not
 * grow with every turn as long as much is left.
 */
function isWorthLogging({ call, claim, usage }: Turn, { spent, turn, atWork }: PlanSpending): boolean {
  if (isSameUsage(usage, claim.usage)) return false;
  const { ctx, standing } = call;
  const { policy } = standing.plan;
  const { table } = ctx.prices.last;
  const [now, before] = [{ ...claim, usage }, claim].map((one) => spentBy([one], undefined, table, 0));
  return limitNames.some((limit) => {
    const rest = restOf(policy, spent, turn, atWork, limit);
    const unlogged = (now?.[limit] ?? 0) - (before?.[limit] ?? 0);
    return unlogged > 0 && unlogged * atWork.working >= UNLOGGED * rest;
  });
}

async function log({ call, claim, usage, bytes }: Turn): Promise<Logged | undefined> {
  return call.change(async (plan) => {
    const before = plan.stored.version;
    plan.append({ type: "attempt.measured", task: claim.task, attempt: claim.id, usage, bytes });
    await logLimits(plan);
    return { plan: plan.stored.slug, before, after: plan.stored.version };
  });
}

/** What the attempt has used, its last turn included; undefined where no transcript tells. */
async function usageOf(
  { agentId, ctx, store }: AgentCall,
  claim: RunningAttempt,
  session: string,
  use: string,
): Promise<{ usage: Usage; bytes: number } | undefined> {
  const file = await ctx.transcripts.ofAgent(agentId, [session, claim.owner.session ?? ""]);
  if (file === undefined) return undefined;
  await untilWritten(file, use);
  const [first] = await store.read((reader) => reader.attemptsOfAgents([agentId]));
  const fromMs = first?.claim.id === claim.id ? Number.NEGATIVE_INFINITY : claim.startedAtMs;
  const found: TranscriptUsage | undefined = await transcriptUsage(file, "agent", [
    { fromMs, toMs: Number.POSITIVE_INFINITY },
  ]);
  const usage = found?.usage[0];
  return found && usage && { usage, bytes: found.bytes };
}
