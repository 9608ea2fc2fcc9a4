import { forgetCommitsIn } from "../../git/remote/kept-commits.ts";
import { purposeOf } from "../../graph/purpose.ts";
import type { Landing } from "./delivery.ts";

/** Forgets the kept commits that a landing has brought onto the plan's branch with others that build on them. */
export async function forgetLanded({ plan, root, merged, remote }: Landing): Promise<void> {
  const landed = merged.flatMap((one) => (one.kind === "merged" ? [one] : []));
  const head = landed.findLast((one) => one.head !== undefined)?.head;
  // What did not go together with the branch comes there by a merge of its own.
  const bringsOthers = landed.some(
    ({ found, delivery }) => found || purposeOf(delivery.task)?.kind === "merge",
  );
  if (head !== undefined && bringsOthers) await forgetCommitsIn(root, plan, head, remote !== undefined);
}
