// import:node:crypto in run/notify/receivers.mjs
import { createHash } from "node:crypto";

// import:node:os in run/notify/receivers.mjs
import { hostname, userInfo } from "node:os";

// import:policy.mjs in run/notify/receivers.mjs
import { notifyTargetOf } from "../../policy.mjs";

// import:run/approval.mjs in run/notify/receivers.mjs
import { NOT_APPROVED } from "../approval.mjs";

// mcp-server/src/run/notify/receivers/receivers.ts
var NOTIFY_VARIABLE = "PARALLEL_NOTIFY";
function receiversOf(ctx, ofPlan) {
  const targets = [ctx.settings.notify ?? "", ofPlan].flatMap((text) => notifyTargetOf(text) ?? []);
  const receivers = targets.map((target) => ({ target, to: nameOf(target) }));
  return receivers.filter(({ to }, i) => receivers.findIndex((other) => other.to === to) === i);
}
function nameOf(target) {
  if (target.kind === "desktop") return `desktop ${hash(`${hostname()}\0${userInfo().uid}`)}`;
  return target.kind === "command" ? `command ${hash(target.command)}` : `webhook ${hash(target.url)}`;
}
function hash(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
async function whyNotTold(ctx, target) {
  if (target.kind === "desktop") return void 0;
  if (target.kind === "command") return ctx.commands.whyNot(target.command);
  const own = await ctx.commands.setByUser(NOTIFY_VARIABLE);
  return own?.trim() === target.url ? void 0 : `a web address counts only where your own settings name it: "env": {"${NOTIFY_VARIABLE}": …} in settings.json of your own Claude Code folder`;
}
async function notToldWarnings(ctx, plan) {
  const warnings = [];
  for (const { target } of receiversOf(ctx, plan.policy.notify)) {
    const why = await whyNotTold(ctx, target);
    if (why === void 0) continue;
    const { slug } = plan.stored;
    const remedy = why === NOT_APPROVED ? ` plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.` : "";
    warnings.push(`notify: nobody is told by the ${target.kind}: ${why}.${remedy}`);
  }
  return warnings;
}
export {
  notToldWarnings,
  receiversOf,
  whyNotTold
};
