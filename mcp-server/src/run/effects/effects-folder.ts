import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Checkout, checkoutKey } from "../project/checkout.ts";

/** What is kept and told of held files lies beside the graph: in git's common folder, else in `.parallel`. */
function besideGraph({ gitCommonDir, root }: Checkout): string {
  return gitCommonDir ? join(gitCommonDir, "parallel") : join(root, ".parallel");
}

/** Bytes that stood in held files, for each plan. */
export function keptFolder(checkout: Checkout): string {
  return join(besideGraph(checkout), "kept");
}

/** Tool calls that are in flight, for each server of this checkout; other worktrees have their own. */
export function callsFolder(checkout: Checkout): string {
  const name = createHash("sha256").update(checkoutKey(checkout)).digest("hex").slice(0, 16);
  return join(besideGraph(checkout), "calls", name);
}

/** A file on the file system of what is kept, which is mostly that of the checkout: touched to ask for its time. */
export function clockFile(checkout: Checkout): string {
  return join(besideGraph(checkout), "calls", "clock");
}
