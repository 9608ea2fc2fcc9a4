import { newerParts } from "../policy/newer-parts.ts";
import { readPolicy } from "../run/project/stored-policy.ts";
import type { GraphReader } from "../store/graph-reader.ts";
import type { StoredPlan } from "../store/tables/rows.ts";
import { type Check, notice, skipped } from "./finding.ts";

/** Whether plans wait for somebody to resume them, or have parts that only a newer version understands. */
export const plans: Check = {
  name: "Plans",
  async look({ graph }) {
    if (graph.state !== "open" || graph.inspection.version === undefined)
      return skipped("no graph to look at");
    const { repository } = graph.location;
    const { all, newer } = await graph.inspection.read(async (reader) => {
      const all = await reader.plans(repository);
      const newer: string[] = [];
      for (const plan of all) newer.push(...(await newerPartsOf(reader, plan)));
      return { all, newer };
    });
    return {
      seen: all.length === 1 ? "1 plan" : `${all.length} plans`,
      findings: [
        ...all
          .filter(({ status, unrecognised }) => status === "paused" && !unrecognised)
          .map(({ slug, cause }) =>
            notice(
              `The plan ${slug} is paused${cause === undefined ? "" : ` (${cause})`}: it launches nothing.`,
              `Ask Claude Code to resume it (plan_update with action "resume"), then /parallel:run ${slug}.`,
            ),
          ),
        ...newer.map((text) =>
          notice(
            text,
            "Update the plugin here too: claude plugin update parallel, then restart Claude Code.",
          ),
        ),
      ],
    };
  },
};

async function newerPartsOf(reader: GraphReader, plan: StoredPlan): Promise<string[]> {
  const { tasks, claims } = await reader.graph(plan);
  const unknownSettings = readPolicy(plan.policy).unknown;
  return newerParts(
    { plan, tasks: [...tasks.values()], claims, unknownSettings },
    await reader.events(plan.id),
  );
}
