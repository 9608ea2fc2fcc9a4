import { RUNNER_LEASE_MS, type RunnerFacts } from "../../graph/runner.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import type { GraphWriter } from "../../store/graph-writer.ts";
import { sameOwner } from "../project/owner.ts";
import type { RunContext } from "../project/run-context.ts";

const ACTOR = "server";
/** So long after it was heard of last a runner is still shown as gone; longer while there is something left of it. */
const REMEMBERED_MS = 60 * 60_000;

/** What a runner tells the graph of itself, until it ends. */
export class Presence {
  #toldMs = Number.NEGATIVE_INFINITY;
  #told: RunnerFacts | undefined;
  #hasEnded = false;

  /** @param facts what holds now. */
  constructor(
    private readonly ctx: RunContext,
    private readonly store: GraphStore,
    private readonly facts: () => RunnerFacts,
  ) {}

  /** Tells it if that is due: at first, when it begins to drain, and three times in a lease. */
  async renew(): Promise<void> {
    const { ctx, store } = this;
    const facts = this.facts();
    const isSame = this.#told?.draining === facts.draining;
    const nowMs = performance.now();
    if (this.#hasEnded || (isSame && nowMs - this.#toldMs < RUNNER_LEASE_MS / 3)) return;
    await store.write(ctx.now, ACTOR, async (writer) => {
      if (this.#told === undefined) await forgetLongGone(writer);
      await writer.keepRunner(ctx.repository, ctx.owner, facts, RUNNER_LEASE_MS);
    });
    this.#told = facts;
    this.#toldMs = nowMs;
  }

  /** It ends by itself. Where that cannot be told, its lease tells it. */
  async end(): Promise<void> {
    const { ctx, store } = this;
    this.#hasEnded = true;
    await store
      .write(ctx.now, ACTOR, (writer) => writer.removeRunner(ctx.repository, ctx.owner))
      .catch(() => undefined);
  }
}

/** What a runner has reported and not delivered is taken over by whoever knows that it is gone. */
async function forgetLongGone(writer: GraphWriter): Promise<void> {
  const owners = (await writer.held()).map(({ claim }) =>
    claim.state === "delivering" ? claim.accepted.by : claim.owner,
  );
  await writer.forgetRunners(writer.nowMs - REMEMBERED_MS, (gone) =>
    owners.some((owner) => sameOwner(owner, gone)),
  );
}
