// mcp-server/src/run/spending/main-usage.ts
var used = /* @__PURE__ */ new WeakMap();
function mainUsageOf(graph) {
  return used.get(graph);
}
function noteMainUsage(graph, usage) {
  if (usage) used.set(graph, usage);
}

// import:host.mjs in run/spending.mjs
import { lastModel } from "../host.mjs";

// import:policy.mjs in run/spending.mjs
import { chooseModel } from "../policy.mjs";

// mcp-server/src/run/spending/models-used.ts
var HOLDS_MS = 3e4;
var conversations = /* @__PURE__ */ new WeakMap();
async function lookAtModels(ctx) {
  await ctx.prices.refresh();
  const { session } = ctx.owner;
  const last = conversations.get(ctx);
  if (session === void 0 || last && ctx.now() < last.untilMs) return;
  const file = await ctx.transcripts.ofSession(session);
  const model = (file && await lastModel(file)) ?? last?.model;
  if (model !== void 0) conversations.set(ctx, { model, untilMs: ctx.now() + HOLDS_MS });
}
function conversationModel(ctx) {
  return conversations.get(ctx)?.model;
}
function modelAtWork(ctx, task, policy, { families }) {
  const { role } = ctx.roles.resolve(task.agent);
  const name = chooseModel(task, role, policy).model ?? ctx.roles.inFile(task.agent).model;
  if (name === void 0) return conversationModel(ctx);
  return Object.hasOwn(families, name) ? families[name] : name;
}
export {
  conversationModel,
  lookAtModels,
  mainUsageOf,
  modelAtWork,
  noteMainUsage
};
