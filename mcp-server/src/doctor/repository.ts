import type { Examination } from "./examination.ts";
import { type Check, skipped, wrong } from "./finding.ts";

/** Whether git opens the repository: the plans lie in it. */
export const repository: Check = {
  name: "Repository",
  async look({ checkout, hidden }: Examination) {
    if (hidden) return { seen: "out of reach", findings: [wrong(hidden.problem, hidden.remedy)] };
    if (checkout.gitCommonDir === undefined) return skipped("not a git repository");
    return { seen: checkout.root, findings: [] };
  },
};
