import { normalOrigin, originOf } from "../../git/origin.ts";
import { type Checkout, folderKey } from "./checkout.ts";

/**
 * The repository's name in a database that several repositories, and several machines, share. Clones of one origin
 * are the same repository; without an origin that other machines can reach it is this one, with its worktrees.
 */
export async function repositoryName(checkout: Checkout): Promise<string> {
  const origin = await originOf(checkout.root);
  const shared = origin === undefined ? undefined : normalOrigin(origin);
  return shared ?? folderKey(checkout.gitCommonDir ?? checkout.root);
}
