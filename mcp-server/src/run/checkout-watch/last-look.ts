import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { AttemptId } from "../../graph/attempt.ts";
import { type Checkout, checkoutFileName, folderBesideGraph } from "../project/checkout.ts";

const lastCheckoutLook = z.object({
  /** When the look began and ended. */
  fromMs: z.number(),
  toMs: z.number(),
  /** When it was recorded, by the graph's clock. */
  recordedMs: z.number(),
  /** Commit that was checked out; empty before the first one. */
  head: z.string(),
  /** Fingerprints of the files that differed from it, by path. */
  files: z.array(z.tuple([z.string(), z.string()])).transform((files) => new Map(files)),
  /** Attempts that were at work after it. */
  atWork: z.array(z.number().transform((id) => id as AttemptId)),
});

/** The last look of any server at a checkout: what the next one is compared with. Times are milliseconds since 1970. */
export type LastCheckoutLook = Readonly<z.output<typeof lastCheckoutLook>>;

/** @returns undefined where nobody has looked yet. */
export function readLastCheckoutLook(checkout: Checkout): LastCheckoutLook | undefined {
  // Outside git nobody looks.
  if (checkout.gitCommonDir === undefined) return undefined;
  try {
    return lastCheckoutLook.safeParse(JSON.parse(readFileSync(fileOf(checkout), "utf8"))).data;
  } catch {
    return undefined;
  }
}

/**
 * To be called right before the commit of what the look is logged with, so that servers take turns. If that commit fails,
 * the changes of this look are told by nobody. Where it cannot be written, the next look tells the same again.
 */
export function keepLastCheckoutLook(checkout: Checkout, look: LastCheckoutLook): void {
  const file = fileOf(checkout);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, JSON.stringify({ ...look, files: [...look.files] }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // A report does not wait for a folder that may not be written to.
  }
}

function fileOf(checkout: Checkout): string {
  return join(folderBesideGraph(checkout), "looks", `${checkoutFileName(checkout)}.json`);
}
