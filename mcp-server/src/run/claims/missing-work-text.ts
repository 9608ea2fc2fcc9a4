import { planBranch } from "../../git/plan-branch.ts";
import type { Isolation, PlanSlug } from "../../graph/task.ts";
import type { MissingWork } from "../../policy/work-location/work-in-reach.ts";
import { shownPath } from "../../text/display-path.ts";
import { placeOfCheckout } from "../project/checkout.ts";

/** Digits of a commit that people tell it by. */
const SHOWN_DIGITS = 12;

/** Where the work lies that a task needs, and how it comes to where the task is to start, as the end of a sentence. */
export function missingWorkText(
  { task, work: { checkout, inFiles, commit } }: MissingWork,
  isolation: Isolation,
  plan: PlanSlug,
): string {
  const { machine, path } = placeOfCheckout(checkout);
  const place = `${shownPath(path)} on the machine ${shownPath(machine)}`;
  if (commit === undefined) {
    const lies = inFiles ? `lies uncommitted in ${place}` : `lies in a worktree of ${place}`;
    return `the work of ${task} ${lies}. Run it there, or commit it there, push, and pull here; with isolation "worktree" and a remote git carries work by itself`;
  }
  const shown = commit.slice(0, SHOWN_DIGITS);
  if (isolation === "shared") {
    return `the work of ${task} is commit ${shown} of ${place}, which is not in what is checked out here. Run it there, or git push there and git pull here`;
  }
  return `the work of ${task} is commit ${shown} on ${planBranch(plan)} of ${place}, which this repository does not have. Run it there, or push that branch there and git fetch here`;
}
