import { randomBytes } from "node:crypto";
import type { PlanEntry } from "../live/snapshot.ts";
import { planEntry } from "../run/live/plan-entry.ts";
import { PlanWatch } from "../run/live/plan-watch.ts";
import { isPlanSlug, unknownPlan } from "../run/plan/load-plan.ts";
import { readGraph } from "../run/plan/plan-view.ts";
import type { RunContext } from "../run/project/run-context.ts";
import type { GraphStore } from "../store/graph-store.ts";

/** More plans than these, the newest, nobody looks through. */
const MAX_PLANS = 200;

/** A plan that was asked for. */
export interface AskedPlan {
  readonly ctx: RunContext;
  readonly store: GraphStore;
  readonly slug: string;
  /** It is of the repository whose files are here. */
  readonly isHere: boolean;
}

/**
 * All plans that a page shows: of every repository in the graphs of these contexts. A plan of the first one's own
 * repository is addressed by its name, any other by a number for its repository in front of it.
 */
export class PlanSources {
  /** `[context, repository]`; the place is the number. The first is the own one. */
  readonly #repositories: [number, string][] = [];
  readonly #watches = new Map<string, PlanWatch>();

  constructor(private readonly contexts: readonly RunContext[]) {
    for (const [i, { repository }] of contexts.entries()) this.#repositories.push([i, repository]);
  }

  async list(): Promise<PlanEntry[]> {
    const entries: PlanEntry[] = [];
    for (const [i, ctx] of this.contexts.entries()) {
      const store = await ctx.graph();
      if (!store) continue;
      for (const repository of await store.read((reader) => reader.repositories())) {
        const place = this.#placeOf(i, repository);
        const own = { ...ctx, repository };
        await readGraph(own, store, async (view) => {
          for (const plan of (await view.plans()).slice(0, MAX_PLANS))
            entries.push(await planEntry(plan, ctx.now(), addressOf(place, plan.stored.slug)));
        });
      }
    }
    return entries.sort((a, b) => b.createdAtMs - a.createdAtMs);
  }

  /** @throws CallerError for an address of no plan. */
  async find(address: string): Promise<AskedPlan> {
    const [, place, slug = ""] = /^(?:(\d{1,4})~)?(.*)$/s.exec(address) ?? [];
    if (!isPlanSlug(slug)) throw unknownPlan(slug.slice(0, 80), []);
    const [i, repository] = this.#repositories[Number(place ?? 0)] ?? [];
    const context = i === undefined ? undefined : this.contexts[i];
    const store = await context?.graph();
    if (!context || !store || repository === undefined) throw unknownPlan(slug, []);
    return { ctx: { ...context, repository }, store, slug, isHere: repository === context.repository };
  }

  /** The one watch of a plan. @throws CallerError for an address of no plan. */
  async watch(address: string): Promise<PlanWatch> {
    const { ctx, store, slug } = await this.find(address);
    const known = this.#watches.get(address);
    if (known) return known;
    const watch = new PlanWatch(ctx, store, slug, randomBytes(6).toString("hex"));
    // What is no plan is not kept.
    await watch.snapshot();
    const other = this.#watches.get(address);
    if (other) return other;
    this.#watches.set(address, watch);
    return watch;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches.values()].map((watch) => watch.close()));
  }

  #placeOf(i: number, repository: string): number {
    const place = this.#repositories.findIndex(([of, name]) => of === i && name === repository);
    return place >= 0 ? place : this.#repositories.push([i, repository]) - 1;
  }
}

function addressOf(place: number, slug: string): string {
  return place === 0 ? slug : `${place}~${slug}`;
}
