import { planBranch } from "../../../git/plan-branch.ts";
import { REMOTE } from "../../../git/remote/remote-branch.ts";
import type { Isolation } from "../../../graph/task.ts";
import type { MissingWork } from "../../../policy/work-location/work-in-reach.ts";
import { shownPath } from "../../../text/display-path.ts";
import { cleanText } from "../../../text/sanitize.ts";
import type { LoadedPlan } from "../../plan/load-plan.ts";
import { placeOfCheckout } from "../../project/checkout.ts";
import { goesThroughRemote } from "../../remote/shared-plans.ts";
import { troubleWithRemote } from "./work-here.ts";

/** Digits of a commit that people tell it by. */
const SHOWN_DIGITS = 12;
/** So much of what git says is told. */
const MAX_TROUBLE = 300;

/** Where the work lies that a task needs, and how it comes to where the task is to start, as the end of a sentence. */
export function missingWorkText(
  { task, work: { checkout, inFiles, commit } }: MissingWork,
  isolation: Isolation,
  plan: LoadedPlan,
): string {
  const { machine, path } = placeOfCheckout(checkout);
  const place = `${shownPath(path)} on the machine ${shownPath(machine)}`;
  const it = commit === undefined ? "" : `is commit ${commit.slice(0, SHOWN_DIGITS)} of ${place}, which`;
  if (goesThroughRemote(plan.graph)) {
    const where = commit === undefined ? `lies in ${place} and` : it;
    const trouble = troubleWithRemote(plan);
    const why = trouble === undefined ? "" : ` (${cleanText(trouble, MAX_TROUBLE)})`;
    return `the work of ${task} ${where} did not come through ${REMOTE} yet${why}. The server there sends it with its next call for this plan; or run the task there`;
  }
  const remote = `with a remote named ${REMOTE} in both clones git carries work by itself`;
  if (commit === undefined) {
    const lies = inFiles ? `lies uncommitted in ${place}` : `lies in a worktree of ${place}`;
    return `the work of ${task} ${lies}. Run it there, or commit it there, push, and pull here; ${remote}`;
  }
  if (isolation === "shared") {
    return `the work of ${task} ${it} is not in what is checked out here. Run it there, or git push there and git pull here`;
  }
  return `the work of ${task} ${it} is on ${planBranch(plan.stored.slug)} there and not in this repository. Run it there; ${remote}`;
}
