import { setTimeout as sleep } from "node:timers/promises";
import { isForPlan, isForRole } from "../graph/runner.ts";
import type { Candidate } from "../run/claims/candidate.ts";
import { RUNNER_ENGINE, startEngineRun } from "../run/engine/engine-runs.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import { isDone } from "../run/plan/progress.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { GraphStore } from "../store/graph-store.ts";
import { endLeftAgents } from "./left-agents.ts";
import { Patience } from "./patience.ts";
import { ACTOR, PlanRun, type RunnerNews, type RunOptions, type RunSignals } from "./run-plan.ts";
import type { RunningAgent } from "./running-agent.ts";

/** How often it is looked for plans that are new. */
const LOOK_MS = 3_000;

/** What a worker takes part in. */
export interface WorkerOptions extends Omit<RunOptions, "slug" | "run" | "only" | "isOneOfSeveral"> {
  /** Names of plans; empty: all of the repository. */
  readonly plans: readonly string[];
  /** Roles whose tasks it does; empty: all. */
  readonly roles: readonly string[];
  /** Whether it ends when nothing is left to do. */
  readonly untilDone: boolean;
}

/** A process that takes part in the execution of all plans of a repository, beside others of its kind. */
export class Worker {
  /** By plan; undefined while it is prepared, which takes as long as a database does. */
  readonly #runs = new Map<string, PlanRun | undefined>();
  readonly #ends = new Set<Promise<void>>();
  readonly #patience: Patience;
  #failure: unknown;

  constructor(
    private readonly ctx: RunContext,
    private readonly store: GraphStore,
    private readonly options: WorkerOptions,
    private readonly signals: RunSignals,
    private readonly tell: (plan: string | undefined, news: RunnerNews) => void,
  ) {
    this.#patience = new Patience(signals.stop, (text) => tell(undefined, { kind: "graph", text }));
  }

  get agents(): readonly RunningAgent[] {
    return [...this.#runs.values()].flatMap((run) => run?.children.agents ?? []);
  }

  /** @returns when it was interrupted and its agents have ended, or nothing is left to do. */
  async work(): Promise<void> {
    const { drain, stop } = this.signals;
    while (!drain.aborted && !stop.aborted && this.#failure === undefined) {
      const plans = await this.#patience.until(() => this.#plans());
      for (const slug of plans) if (!this.#runs.has(slug)) this.#begin(slug);
      if (plans.length === 0 && this.#runs.size === 0 && this.options.untilDone) break;
      await sleep(LOOK_MS, undefined, { signal: drain }).catch(() => undefined);
    }
    await Promise.all(this.#ends);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Those that something is left to do of. */
  #plans(): Promise<string[]> {
    return readGraph(this.ctx, this.store, async (view) =>
      (await view.plans())
        .filter((plan) => plan.stored.status === "open" && !isDone(plan))
        .map(({ stored }) => stored.slug)
        .filter((slug) => isForPlan(this.options, slug)),
    );
  }

  #begin(slug: string): void {
    const { ctx, store, options } = this;
    const tell = (news: RunnerNews) => this.tell(slug, news);
    const prepared = async () => {
      await endLeftAgents(ctx, store, slug, true);
      const run = await startEngineRun(ctx, store, ACTOR, slug, RUNNER_ENGINE, true);
      const settings = {
        ...options,
        slug,
        run,
        isOneOfSeveral: true,
        // Without a choice of roles they are taken in the order of the schedule.
        ...(options.roles.length > 0 && { only: ({ role }: Candidate) => isForRole(options, role) }),
      };
      return new PlanRun(ctx, store, settings, this.signals, tell, this.#patience);
    };
    const run = async () => {
      const execution = await this.#patience.until(prepared);
      this.#runs.set(slug, execution);
      await execution.execute();
    };
    // At once: a plan that two runs of one process execute has two agents at each task.
    this.#runs.set(slug, undefined);
    const end = run()
      .catch((error) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#runs.delete(slug);
        this.#ends.delete(end);
      });
    this.#ends.add(end);
  }
}
