// import:graph.mjs in run/runners.mjs
import { RUNNER_LEASE_MS, isForPlan } from "../graph.mjs";

// import:run/project.mjs in run/runners.mjs
import { deadOwners, sameOwner } from "./project.mjs";

// mcp-server/src/run/runners/presence.ts
var ACTOR = "server";
var REMEMBERED_MS = 60 * 6e4;
var Presence = class {
  /** @param facts what holds now. */
  constructor(ctx, store, facts) {
    this.ctx = ctx;
    this.store = store;
    this.facts = facts;
  }
  ctx;
  store;
  facts;
  #toldMs = Number.NEGATIVE_INFINITY;
  #told;
  #hasEnded = false;
  /** Tells it if that is due: at first, when it begins to drain, and three times in a lease. */
  async renew() {
    const { ctx, store } = this;
    const facts = this.facts();
    const isSame = this.#told?.draining === facts.draining;
    const nowMs = performance.now();
    if (this.#hasEnded || isSame && nowMs - this.#toldMs < RUNNER_LEASE_MS / 3) return;
    await store.write(ctx.now, ACTOR, async (writer) => {
      if (this.#told === void 0) await forgetLongGone(writer);
      await writer.keepRunner(ctx.repository, ctx.owner, facts, RUNNER_LEASE_MS);
    });
    this.#told = facts;
    this.#toldMs = nowMs;
  }
  /** It ends by itself. Where that cannot be told, its lease tells it. */
  async end() {
    const { ctx, store } = this;
    this.#hasEnded = true;
    await store.write(ctx.now, ACTOR, (writer) => writer.removeRunner(ctx.repository, ctx.owner)).catch(() => void 0);
  }
};
async function forgetLongGone(writer) {
  const owners = (await writer.held()).map(
    ({ claim }) => claim.state === "delivering" ? claim.accepted.by : claim.owner
  );
  await writer.forgetRunners(
    writer.nowMs - REMEMBERED_MS,
    (gone) => owners.some((owner) => sameOwner(owner, gone))
  );
}

// mcp-server/src/run/runners/runners-now.ts
async function runnersNow(reader, repository, nowMs) {
  const all = await reader.runners(repository);
  const isDead = deadOwners();
  const isGone = async (owner) => {
    const known = all.find((runner) => sameOwner(runner.owner, owner));
    return known !== void 0 && known.leaseUntilMs <= nowMs || isDead(owner);
  };
  return { all, isGone };
}
async function takersOf({ all, isGone }, slug) {
  const takers = [];
  for (const runner of all)
    if (isForPlan(runner, slug) && !runner.draining && !await isGone(runner.owner)) takers.push(runner);
  return takers;
}
export {
  Presence,
  runnersNow,
  takersOf
};
