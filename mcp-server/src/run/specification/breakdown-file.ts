import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { type FileBreakdown, READABLE, readFileBreakdown } from "../../breakdown/file/read-file.ts";
import { CallerError } from "../../errors/caller-error.ts";
import type { PlanSource } from "../../graph/plan.ts";
import { isInside } from "../project/inside-checkout.ts";

/**
 * A breakdown is read whole, so it has to be one text of JavaScript (512 MB) with what is made of it in memory. So much
 * holds 100,000 tasks with descriptions of the length that people give them.
 */
const MAX_BREAKDOWN_MB = 400;
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
 * @param root the checkout's top level.
 * @param directory a folder of the checkout: from there the path leads first, as in a shell, and then from the top,
 *   from where all paths in answers lead.
 * @throws CallerError when it is missing, no file, too large, no plan, or outside the checkout (links resolved).
 * @throws BreakdownError when it is a plan with a mistake.
 */
export async function findBreakdown(root: string, from: string, directory = root): Promise<FoundBreakdown> {
  const [named, other] = await locate(root, directory, from);
  const file = await breakdownAt(root, named, from);
  if (other === undefined) return file;
  const { breakdown, source } = file;
  const warnings = [alsoAt(other.path, from, source.path), ...breakdown.warnings];
  return { ...file, breakdown: { ...breakdown, warnings } };
}

function alsoAt(other: string, from: string, read: string): string {
  return `${JSON.stringify(from)} was read as ${read}, as it leads there from the folder of this session. From the top level it leads to another file: if that is meant, name ${JSON.stringify(other)}.`;
}

async function breakdownAt(root: string, named: Located, from: string): Promise<FoundBreakdown> {
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
  if (!info.isFile() || info.size > MAX_BREAKDOWN_MB * 1024 * 1024) {
    throw new CallerError(
      "bad_input",
      `from: ${JSON.stringify(from)} is not a readable breakdown (a file of at most ${MAX_BREAKDOWN_MB} MB).`,
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
  const { unreadTasks } = await import("../../breakdown/file/markdown-file.ts");
  const unread = unreadTasks(text, inside);
  for (const name of USUAL_NAMES) {
    const beside = basename(path) === name ? undefined : await besideOf(root, path, name);
    if (!beside) continue;
    const other = await found(root, beside, undefined, from);
    if (unread === undefined) return other;
    const warning = `${inside} has ${unread}, which are not read as tasks; ${other.source.path} beside it was read`;
    return { ...other, breakdown: { ...other.breakdown, warnings: [warning, ...other.breakdown.warnings] } };
  }
  const problem =
    unread === undefined ? "holds no tasks that can be read" : `has ${unread}, which cannot be read as tasks`;
  throw new CallerError(
    "bad_input",
    `from: ${inside} ${problem}, and there is no breakdown beside it.`,
    `Name ${READABLE}. If the specification has none yet, make it with /spec:decompose.`,
    "from",
  );
}

/** Fingerprint by which a file is known to be as it was. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A file, and which of its lists. */
interface Located {
  readonly path: string;
  readonly part: string | undefined;
}

/** The file that is named, and another one of the same name seen from the top level, if there is one. */
async function locate(root: string, directory: string, from: string): Promise<[Located, Located?]> {
  const here = await locateFrom(root, directory, from);
  // Where the first leads to a file, it is no matter that the second leads out of the checkout.
  const atTop = await locateFrom(root, root, from).catch((error) => {
    if (here === undefined) throw error;
    return undefined;
  });
  if (here && atTop && here.path !== atTop.path) return [here, atTop];
  const only = here ?? atTop;
  if (only) return [only];
  const beside =
    (await besideOf(root, resolve(directory, from), "03-tasks.json")) ??
    (await besideOf(root, resolve(root, from), "03-tasks.json"));
  const where =
    directory === root
      ? "relative to the repository's top level"
      : `relative to ${relative(root, directory).split(sep).join("/")} or to the repository's top level`;
  throw new CallerError(
    "bad_input",
    `from: there is no file ${JSON.stringify(from)} in the checkout.`,
    beside === undefined
      ? `Name ${READABLE}, ${where}. If the specification has no breakdown yet, make it with /spec:decompose.`
      : `There is ${insideOf(root, beside, from)}, where a valid draft goes: name that, if it is what you mean.`,
    "from",
  );
}

async function locateFrom(root: string, base: string, from: string): Promise<Located | undefined> {
  const [, before, part] = /^(.+)#([^#/\\]+)$/.exec(from) ?? [];
  for (const [name, list] of [[from, undefined] as const, [before, part] as const]) {
    if (name === undefined) continue;
    const path = await existing(resolve(base, name));
    if (path !== undefined) {
      insideOf(root, path, from);
      if (!(await stat(path)).isDirectory()) return { path, part: list };
      for (const usual of USUAL_NAMES) {
        const file = await existing(join(path, usual));
        if (file !== undefined) return { path: file, part: list };
      }
    }
  }
  return undefined;
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
