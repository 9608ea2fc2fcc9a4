import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type FileBreakdown, READABLE, readFileBreakdown } from "../../breakdown/file/read-file.ts";
import { CallerError } from "../../errors/caller-error.ts";
import type { PlanSource } from "../../graph/plan.ts";
import { isInside } from "../project/inside-checkout.ts";

/** A breakdown is read whole; a larger file is something else. */
const MAX_BREAKDOWN_BYTES = 20 * 1024 * 1024;
/** What a folder is asked for, in this order. */
const USUAL_NAMES = ["03-tasks.json", "tasks.md"];

/** A breakdown with the file that it was found in. */
export interface FoundBreakdown {
  readonly breakdown: FileBreakdown;
  readonly source: Extract<PlanSource, { kind: "file" }>;
  readonly text: string;
}

/**
 * The breakdown for what a user names: a file of any format that can be read (`#name` behind the path chooses one
 * of several lists), its folder, or another document of that folder.
 * @throws CallerError when it is missing, no file, too large, no plan, or outside the checkout (links resolved).
 * @throws BreakdownError when it is a plan with a mistake.
 */
export async function findBreakdown(root: string, from: string): Promise<FoundBreakdown> {
  const named = await locate(root, from);
  // Rendered from the other one, which says more.
  if (basename(named.path) === "03-tasks.md") {
    const beside = await besideOf(root, named.path, "03-tasks.json");
    if (beside) return found(root, beside, undefined, from);
  }
  return found(root, named.path, named.part, from);
}

async function found(
  root: string,
  path: string,
  part: string | undefined,
  from: string,
): Promise<FoundBreakdown> {
  const inside = insideOf(root, path, from);
  const info = await stat(path);
  if (!info.isFile() || info.size > MAX_BREAKDOWN_BYTES) {
    throw new CallerError(
      "bad_input",
      `from: ${JSON.stringify(from)} is not a readable breakdown (a file of at most 20 MB).`,
      `Name ${READABLE}.`,
      "from",
    );
  }
  const text = await readFile(path, "utf8");
  const breakdown = await readFileBreakdown(text, inside, part);
  if (breakdown) {
    const name = part === undefined ? inside : `${inside}#${part}`;
    return { breakdown, source: { kind: "file", path: name, sha256: sha256(text) }, text };
  }
  for (const name of USUAL_NAMES) {
    const beside = basename(path) === name ? undefined : await besideOf(root, path, name);
    if (beside) return found(root, beside, undefined, from);
  }
  throw new CallerError(
    "bad_input",
    `from: ${inside} holds no tasks that can be read, and there is no breakdown beside it.`,
    `Name ${READABLE}. If the specification has none yet, make it with /spec:decompose.`,
    "from",
  );
}

/** Fingerprint by which a file is known to be as it was. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

async function locate(root: string, from: string): Promise<{ path: string; part: string | undefined }> {
  const [, before, part] = /^(.+)#([^#/\\]+)$/.exec(from) ?? [];
  for (const [name, list] of [[from, undefined] as const, [before, part] as const]) {
    if (name === undefined) continue;
    const path = await existing(resolve(root, name));
    if (path !== undefined) {
      insideOf(root, path, from);
      if (!(await stat(path)).isDirectory()) return { path, part: list };
      for (const usual of USUAL_NAMES) {
        const file = await existing(join(path, usual));
        if (file !== undefined) return { path: file, part: list };
      }
    }
  }
  const beside = await besideOf(root, resolve(root, from), "03-tasks.json");
  throw new CallerError(
    "bad_input",
    `from: there is no file ${JSON.stringify(from)} in the checkout.`,
    beside === undefined
      ? `Name ${READABLE}, relative to the repository's top level. If the specification has no breakdown yet, make it with /spec:decompose.`
      : `There is ${insideOf(root, beside, from)}, where a valid draft goes: name that, if it is what you mean.`,
    "from",
  );
}

async function existing(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}

async function besideOf(root: string, path: string, name: string): Promise<string | undefined> {
  const beside = await existing(join(dirname(path), name));
  return beside !== undefined && isInside(root, beside) ? beside : undefined;
}

/** The path relative to the checkout. @throws CallerError when it lies outside. */
function insideOf(root: string, path: string, from: string): string {
  if (isInside(root, path) || path === root) return relative(root, path).split(sep).join("/");
  throw new CallerError(
    "bad_input",
    `from: ${JSON.stringify(from)} lies outside the checkout.`,
    "Copy the file into the repository and give its path there.",
    "from",
  );
}
