import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { CHECKOUT } from "./checkout.ts";

const FOLDER = join(CHECKOUT, "skills", "agent-coordination", "recipes");

interface Plan {
  /** What the recipe says of the plan: how many tasks stand on each level, and the strategy. */
  readonly levels: number[];
  readonly strategy: string;
  readonly tasks: { readonly id: string; readonly agent?: string }[];
  /** What is added to the plan later. */
  readonly later: { readonly id: string }[];
}

/** The plans that a recipe writes out, in order. */
function plansOf(recipe: string): Plan[] {
  const text = readFileSync(join(FOLDER, recipe), "utf8");
  const parts = text.split(/^Shape: /m).slice(1);
  return parts.map((part) => {
    const [, shape = "", strategy = ""] = /^([\d →]+) \(`(\w+)`\)$/m.exec(part) ?? [];
    const block = (tool: string) =>
      new RegExp(`^\`\`\`json ${tool}\n([\\s\\S]*?)\n\`\`\`$`, "m").exec(part)?.[1];
    return {
      levels: shape.split(" → ").map(Number),
      strategy,
      tasks: JSON.parse(block("plan_create") ?? "") as Plan["tasks"],
      later: JSON.parse(block("task_create") ?? "[]") as Plan["later"],
    };
  });
}

const recipes = readdirSync(FOLDER);
const plans = recipes.flatMap((recipe) =>
  plansOf(recipe).map((plan, at) => ({
    name: `${recipe.slice(0, -3)}${at === 0 ? "" : `-${at + 1}`}`,
    ...plan,
  })),
);

/** A model copies what stands here, so it must be right as it stands. */
describe("the plan that a recipe writes out", () => {
  const start = async () => ParallelServer.start(await repository());

  it("a plan is written out in every recipe, and nothing else is written out as JSON", () => {
    expect(recipes.map((recipe) => plansOf(recipe).length).every((count) => count > 0)).toBe(true);
    for (const recipe of recipes) {
      const blocks = readFileSync(join(FOLDER, recipe), "utf8").match(/^```\w.*$/gm) ?? [];
      expect(blocks.length, recipe).toBe(
        plansOf(recipe).reduce((sum, { later }) => sum + (later.length > 0 ? 2 : 1), 0),
      );
    }
  });

  it.each(plans)(
    "the plan of the recipe $name is taken as it stands, and nothing is written by a dry run",
    async ({ name, tasks }) => {
      const ids = tasks.map(({ id }) => id);
      const server = await start();
      const dry = await server.call("plan_create", { plan: name, tasks, dryRun: true });
      expect(dry).toMatchObject({ created: ids, warnings: [] });
      const { plans: known } = await server.call("task_list", { limit: 0 });
      expect(known.map(({ plan }) => plan)).not.toContain(name);
    },
  );

  it.each(plans)(
    "the plan of the recipe $name has the shape that is named, and no two tasks in each other's way",
    async (plan) => {
      const { name, tasks } = plan;
      const server = await start();
      await server.call("plan_create", { plan: name, tasks });
      const analysis = await server.call("plan_analyze", { plan: name });
      expect({
        levels: analysis.levels.map((level) => level.length),
        strategy: analysis.strategy,
        unscoped: analysis.unscoped,
        // Approaches to one thing write the same files, each in a worktree.
        conflicts: analysis.conflicts,
      }).toEqual({ levels: plan.levels, strategy: plan.strategy, unscoped: [], conflicts: [] });
    },
  );

  it.each(plans.filter(({ later }) => later.length > 0))(
    "the plan of the recipe $name takes the tasks that are added later",
    async (plan) => {
      const server = await start();
      await server.call("plan_create", { plan: plan.name, tasks: plan.tasks });
      const added = await server.call("task_create", { plan: plan.name, tasks: plan.later });
      expect(added).toMatchObject({ ids: plan.later.map(({ id }) => id) });
      expect(added.warnings ?? []).toEqual([]);
      expect(await server.call("plan_analyze", { plan: plan.name })).toMatchObject({
        unscoped: [],
        conflicts: [],
      });
    },
  );
});
