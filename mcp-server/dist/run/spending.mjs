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
var conversations = /* @__PURE__ */ new WeakMap();
async function lookAtModels(ctx) {
  await ctx.prices.refresh();
  const { session } = ctx.owner;
  const file = session === void 0 ? void 0 : await ctx.transcripts.ofSession(session);
  const model = file && await lastModel(file);
  if (model) conversations.set(ctx, model);
}
function conversationModel(ctx) {
  return conversations.get(ctx);
}
function modelAtWork(ctx, task, policy, { families }) {
  const { role } = ctx.roles.resolve(task.agent);
  const name = chooseModel(task, role, policy).model ?? ctx.roles.inFile(task.agent).model;
  if (name === void 0) return conversations.get(ctx);
  return Object.hasOwn(families, name) ? families[name] : name;
}
export {
  conversationModel,
  lookAtModels,
  mainUsageOf,
  modelAtWork,
  noteMainUsage
};
