import type { Estimated } from "../../graph/task-estimates.ts";
import { lastModel } from "../../host/transcripts/last-model.ts";
import type { ModelPolicy, ModelTask } from "../../policy/models/choose-model.ts";
import { chooseModel } from "../../policy/models/choose-model.ts";
import type { PriceTable } from "../../policy/spending/price-table.ts";
import type { RunContext } from "../project/run-context.ts";

/** A conversation seldom changes its model, and its transcript is long: what was seen holds for this time. */
const HOLDS_MS = 30_000;

/** What was seen of a server's own conversation. */
interface SeenModel {
  readonly model: string;
  readonly untilMs: number;
}

const conversations = new WeakMap<RunContext, SeenModel>();

/** Brings up to date what `modelAtWork` knows: prices, and the model of this server's own conversation. */
export async function lookAtModels(ctx: RunContext): Promise<void> {
  await ctx.prices.refresh();
  const { session } = ctx.owner;
  const last = conversations.get(ctx);
  if (session === undefined || (last && ctx.now() < last.untilMs)) return;
  const file = await ctx.transcripts.ofSession(session);
  const model = (file && (await lastModel(file))) ?? last?.model;
  // A conversation that has not spoken yet soon does.
  if (model !== undefined) conversations.set(ctx, { model, untilMs: ctx.now() + HOLDS_MS });
}

/** The model of this server's own conversation, by the last look. */
export function conversationModel(ctx: RunContext): string | undefined {
  return conversations.get(ctx)?.model;
}

/**
 * The model that the next attempt at a task will work on, as its provider names it, by the last look; undefined where
 * that is not known.
 */
export function modelAtWork(
  ctx: RunContext,
  task: Estimated & ModelTask,
  policy: ModelPolicy,
  { families }: PriceTable,
): string | undefined {
  const { role } = ctx.roles.resolve(task.agent);
  const name = chooseModel(task, role, policy).model ?? ctx.roles.inFile(task.agent).model;
  if (name === undefined) return conversationModel(ctx);
  return Object.hasOwn(families, name) ? families[name] : name;
}
