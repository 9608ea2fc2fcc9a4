import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { type NotifyTarget, notifyTargetOf } from "../../../policy/notify-target.ts";
import { NOT_APPROVED } from "../../approval/command-runner.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import type { RunContext } from "../../project/run-context.ts";

/** The variable of the user's own setting. */
const NOTIFY_VARIABLE = "PARALLEL_NOTIFY";

/** Somebody who is told of a plan. */
export interface Receiver {
  readonly target: NotifyTarget;
  /** What he is called in the log, which shows nothing of his address. */
  readonly to: string;
}

/**
 * Who is told of a plan here: whom the user's own setting names, and whom the plan does.
 * @param ofPlan the plan's setting; empty: it names nobody.
 */
export function receiversOf(ctx: RunContext, ofPlan: string): Receiver[] {
  const targets = [ctx.settings.notify ?? "", ofPlan].flatMap((text) => notifyTargetOf(text) ?? []);
  const receivers = targets.map((target) => ({ target, to: nameOf(target) }));
  return receivers.filter(({ to }, i) => receivers.findIndex((other) => other.to === to) === i);
}

/** Every machine has a desktop of its own; a command and an address are the same for all. */
function nameOf(target: NotifyTarget): string {
  if (target.kind === "desktop") return `desktop ${hash(`${hostname()}\0${userInfo().uid}`)}`;
  return target.kind === "command" ? `command ${hash(target.command)}` : `webhook ${hash(target.url)}`;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Why this server does not tell him, in a phrase; undefined: it may. */
export async function whyNotTold(ctx: RunContext, target: NotifyTarget): Promise<string | undefined> {
  if (target.kind === "desktop") return undefined;
  if (target.kind === "command") return ctx.commands.whyNot(target.command);
  const own = await ctx.commands.setByUser(NOTIFY_VARIABLE);
  return own?.trim() === target.url
    ? undefined
    : `a web address counts only where your own settings name it: "env": {"${NOTIFY_VARIABLE}": …} in settings.json of your own Claude Code folder`;
}

/** Says whom the server does not tell although somebody wants it to, and why. */
export async function notToldWarnings(ctx: RunContext, plan: LoadedPlan): Promise<string[]> {
  const warnings: string[] = [];
  for (const { target } of receiversOf(ctx, plan.policy.notify)) {
    const why = await whyNotTold(ctx, target);
    if (why === undefined) continue;
    const { slug } = plan.stored;
    const remedy =
      why === NOT_APPROVED
        ? ` plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.`
        : "";
    warnings.push(`notify: nobody is told by the ${target.kind}: ${why}.${remedy}`);
  }
  return warnings;
}
