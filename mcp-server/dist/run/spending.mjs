// import:host.mjs in run/spending.mjs
import { keepNewest, lastModel } from "../host.mjs";

// mcp-server/src/run/spending/calls-under-way.ts
var MAX_AGENTS = 500;
var calls = /* @__PURE__ */ new WeakMap();
function noteAgentCall(ctx, agentId, use) {
  const known = calls.get(ctx) ?? /* @__PURE__ */ new Map();
  calls.set(ctx, known);
  known.delete(agentId);
  known.set(agentId, use);
  keepNewest(known, MAX_AGENTS);
}
function noteAgentEnd(ctx, agentId) {
  calls.get(ctx)?.delete(agentId);
}
function lastCallOf(ctx, agentId) {
  return agentId === void 0 ? void 0 : calls.get(ctx)?.get(agentId);
}

// mcp-server/src/run/spending/main-usage.ts
var used = /* @__PURE__ */ new WeakMap();
function mainUsageOf(graph) {
  return used.get(graph);
}
function noteMainUsage(graph, usage) {
  if (usage) used.set(graph, usage);
}

// import:policy.mjs in run/spending.mjs
import { averageTurn, chooseModel, spentBy } from "../policy.mjs";

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

// mcp-server/src/run/spending/plan-spending.ts
var LAST_WORDS_MS = 12e4;
function planSpending({
  ctx,
  graph
}) {
  const { table } = ctx.prices.last;
  const nowMs = ctx.now();
  return {
    spent: spentBy(graph.claims, mainUsageOf(graph), table, nowMs),
    turn: averageTurn(graph.claims, table, nowMs),
    atWork: {
      working: graph.underCap.length,
      ending: graph.claims.filter((claim) => isEnding(ctx, claim, nowMs)).length
    },
    currency: table?.currency
  };
}
function isEnding(ctx, claim, nowMs) {
  if (claim.state !== "delivering" && claim.state !== "ended") return false;
  const isRecent = claim.state === "delivering" || nowMs - claim.endedAtMs < LAST_WORDS_MS;
  return isRecent && claim.report !== void 0 && lastCallOf(ctx, claim.agentId) !== void 0;
}
export {
  LAST_WORDS_MS,
  conversationModel,
  lastCallOf,
  lookAtModels,
  mainUsageOf,
  modelAtWork,
  noteAgentCall,
  noteAgentEnd,
  noteMainUsage,
  planSpending
};
