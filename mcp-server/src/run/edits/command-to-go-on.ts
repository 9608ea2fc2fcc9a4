import type { Plan } from "../../graph/plan.ts";

/** The command with which a user lets the plan go on; only a plan from a file can be imported again. */
export function commandToGoOn({ slug, source }: Pick<Plan, "slug" | "source">): string {
  return source.kind === "file" ? `/spec:execute ${slug}` : `/parallel:run ${slug}`;
}
