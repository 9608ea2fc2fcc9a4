import { type Check, notice, skipped } from "./finding.ts";

/** Whether plans wait for somebody to resume them. */
export const plans: Check = {
  name: "Plans",
  async look({ graph }) {
    if (graph.state !== "open" || graph.inspection.version === undefined)
      return skipped("no graph to look at");
    const { repository } = graph.location;
    const all = await graph.inspection.read((reader) => reader.plans(repository));
    return {
      seen: all.length === 1 ? "1 plan" : `${all.length} plans`,
      findings: all
        .filter(({ status }) => status === "paused")
        .map(({ slug, cause }) =>
          notice(
            `The plan ${slug} is paused${cause === undefined ? "" : ` (${cause})`}: it launches nothing.`,
            `Ask Claude Code to resume it (plan_update with action "resume"), then /parallel:run ${slug}.`,
          ),
        ),
    };
  },
};
