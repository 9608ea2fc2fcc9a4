// import:node:timers/promises in run/usage.mjs
import { setTimeout } from "node:timers/promises";

// import:graph.mjs in run/usage.mjs
import { NO_USAGE, addUsage, isAttempt, isSameUsage } from "../graph.mjs";

// import:host.mjs in run/usage.mjs
import { transcriptUsage, untilWritten } from "../host.mjs";

// import:run/plan.mjs in run/usage.mjs
import { changeGraph, readGraph } from "./plan.mjs";

// mcp-server/src/run/usage/agent-usage.ts
var WRITTEN_AFTER_MS = 300;
async function logAgentUsage(ctx, ended) {
  await setTimeout(WRITTEN_AFTER_MS, void 0, { ref: false });
  const store = await ctx.graph();
  const attempts = await store?.read((reader) => reader.attemptsOfAgents([ended.agentId])) ?? [];
  if (!store || attempts.length === 0) return [];
  const file = await ctx.transcripts.ofAgent(ended.agentId, [ended.session], ended.transcript);
  if (file === void 0) return [];
  const measured = await measureAttempts(file, attempts);
  if (measured.length === 0) return [];
  const work = async (tx) => {
    const logged2 = [];
    for (const { held, change } of measured) {
      const plan = await tx.planOf(held);
      if (!plan) continue;
      logged2.push({ plan, before: plan.stored.version });
      plan.append(change);
    }
    return logged2;
  };
  const logged = await changeGraph(ctx, store, `agent ${ended.agentId}`, work);
  return logged.map(({ plan: { stored }, before }, i) => {
    const next = logged.slice(i + 1).find(({ plan }) => plan.id === stored.id);
    return { plan: stored.slug, before, after: next?.before ?? stored.version };
  });
}
async function measureAttempts(file, attempts) {
  const started = attempts.flatMap((held) => isAttempt(held.claim) ? [{ held, claim: held.claim }] : []);
  const periods = started.map(({ claim }, i) => ({
    fromMs: i === 0 ? Number.NEGATIVE_INFINITY : claim.startedAtMs,
    toMs: (started[i + 1]?.claim.startedAtMs ?? Number.POSITIVE_INFINITY) - 1
  }));
  const found = await transcriptUsage(file, "agent", periods);
  return started.flatMap(({ held, claim }, i) => {
    const usage = found?.usage[i];
    if (!found || !usage || isSameUsage(usage, claim.usage)) return [];
    const { task, id: attempt } = claim;
    return [{ held, change: { type: "attempt.measured", task, attempt, usage, bytes: found.bytes } }];
  });
}

// import:node:fs/promises in run/usage.mjs
import { stat } from "node:fs/promises";

// import:report.mjs in run/usage.mjs
import { conversationUsage } from "../report.mjs";

// import:run/spending.mjs in run/usage.mjs
import { LAST_WORDS_MS, lastCallOf, noteAgentEnd } from "./spending.mjs";

// mcp-server/src/run/usage/orchestrating-sessions.ts
function orchestratingSessions(claims, events, nowMs, asking) {
  const launchedIn = launchSessions(events);
  const bySession = /* @__PURE__ */ new Map();
  for (const claim of claims) {
    const { session } = claim.owner;
    if (session !== void 0) bySession.set(session, [...bySession.get(session) ?? [], claim]);
  }
  return [...bySession].flatMap(([session, own]) => {
    const ends = own.flatMap(
      (claim) => claim.state === "ended" ? [claim.endedAtMs] : isAttempt(claim) ? [nowMs] : []
    );
    if (ends.length === 0) return [];
    const lastMs = Math.max(...ends);
    const untilMs = session === asking ? nowMs : lastMs;
    const conversations = new Set(own.flatMap(({ id }) => launchedIn.get(id) ?? []));
    return {
      session,
      conversations: conversations.size > 0 ? [...conversations] : [session],
      period: {
        fromMs: Math.min(...own.map(({ offeredAtMs }) => offeredAtMs)),
        toMs: reportedMs(session, lastMs, events) ?? untilMs
      }
    };
  });
}
function launchSessions(events) {
  return new Map(
    events.flatMap(
      ({ change }) => change.type === "batch.launched" && change.session !== "" ? change.attempts.map((attempt) => [attempt, change.session]) : []
    )
  );
}
function reportedMs(session, lastMs, events) {
  return events.find(
    ({ atMs, change }) => change.type === "plan.reported" && change.session === session && atMs >= lastMs
  )?.atMs;
}

// mcp-server/src/run/usage/measure-usage.ts
async function measureAgents(ctx, store, slug, which) {
  const { planId, agents, bytes, launchedIn } = await readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    return {
      planId: plan.id,
      agents: await agentsOf(plan, which),
      bytes: await knownLengths(plan),
      launchedIn: launchSessions(await plan.reader.events(plan.id, { types: ["batch.launched"] }))
    };
  });
  const found = [];
  for (const [agentId, attempts] of agents) {
    const file = await ctx.transcripts.ofAgent(
      agentId,
      attempts.flatMap(({ claim }) => [launchedIn.get(claim.id) ?? [], claim.owner.session ?? []].flat())
    );
    if (file !== void 0) await untilCounted(ctx, agentId, file);
    const length = file && (await stat(file).catch(() => void 0))?.size;
    if (file === void 0 || attempts.every(({ claim }) => bytes.get(claim.id) === length)) continue;
    for (const { held, change } of await measureAttempts(file, attempts)) {
      if (held.planId === planId) found.push(change);
    }
  }
  return found;
}
async function untilCounted(ctx, agentId, file) {
  const call = lastCallOf(ctx, agentId);
  if (call !== void 0 && !await untilWritten(file, call)) noteAgentEnd(ctx, agentId);
}
async function agentsOf({ ctx, graph, reader }, which) {
  const nowMs = ctx.now();
  const asked = graph.claims.filter(isAttempt).filter(
    (attempt) => which === "all" || attempt.state !== "ended" || attempt.usage === void 0 || nowMs - attempt.endedAtMs < LAST_WORDS_MS
  ).flatMap(({ agentId }) => agentId ?? []);
  const agents = /* @__PURE__ */ new Map();
  for (const held of await reader.attemptsOfAgents([...new Set(asked)])) {
    const agentId = isAttempt(held.claim) ? held.claim.agentId : void 0;
    if (agentId !== void 0) agents.set(agentId, [...agents.get(agentId) ?? [], held]);
  }
  return agents;
}
async function knownLengths({ id, reader }) {
  const events = await reader.events(id, { types: ["attempt.measured"] });
  return new Map(
    events.flatMap(
      ({ change }) => change.type === "attempt.measured" ? [[change.attempt, change.bytes]] : []
    )
  );
}
async function measureConversations(ctx, store, slug, asking) {
  const { sessions, known } = await readGraph(ctx, store, async (view) => {
    const { id, graph, reader } = await view.plan(slug);
    const events = await reader.events(id, { types: ["batch.launched", "plan.reported"] });
    return {
      sessions: orchestratingSessions(graph.claims, events, ctx.now(), asking),
      known: conversationUsage(await reader.events(id, { types: ["conversation.measured"] }))
    };
  });
  const found = [];
  for (const session of sessions) {
    const usage = await usageOf(ctx, session);
    const before = known.get(session.session);
    if (usage === void 0 || isSame(usage, before)) continue;
    found.push({ type: "conversation.measured", session: session.session, ...usage });
  }
  return found;
}
async function usageOf(ctx, { conversations, period }) {
  const periods = [period, { fromMs: Number.NEGATIVE_INFINITY, toMs: period.fromMs - 1 }];
  let [usage, before] = [NO_USAGE, NO_USAGE];
  for (const conversation of conversations) {
    const file = await ctx.transcripts.ofSession(conversation);
    const found = file && await transcriptUsage(file, "main", periods);
    if (!found) return void 0;
    usage = addUsage(usage, found.usage[0] ?? NO_USAGE);
    before = addUsage(before, found.usage[1] ?? NO_USAGE);
  }
  return { usage, before };
}
function isSame(one, other) {
  return other !== void 0 && isSameUsage(one.usage, other.usage) && isSameUsage(one.before, other.before);
}
export {
  WRITTEN_AFTER_MS,
  launchSessions,
  logAgentUsage,
  measureAgents,
  measureAttempts,
  measureConversations,
  orchestratingSessions
};
