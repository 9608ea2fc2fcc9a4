import { rm } from "node:fs/promises";
import { basename, posix, resolve } from "node:path";
import { formatJson } from "../../breakdown/json/format-json.ts";
import { CallerError } from "../../errors/caller-error.ts";
import { GitFailed, git } from "../../git/git.ts";
import type { PlanSource } from "../../graph/plan.ts";
import type { GraphStore } from "../../store/graph-store.ts";
import { adoptFiles } from "../checkout-watch/record-changes.ts";
import { changeGraph, type GraphTransaction } from "../plan/plan-transaction.ts";
import { pathInside } from "../project/inside-checkout.ts";
import type { RunContext } from "../project/run-context.ts";
import { type FoundBreakdown, sha256 } from "./breakdown-file.ts";
import { textOf, writeAtomically } from "./rendered-file.ts";

const DRAFT = "03-tasks.draft.json";
const BREAKDOWN = "03-tasks.json";

/** A breakdown that was checked before it takes the place of the old one. Paths are relative to the checkout. */
export interface Draft {
  readonly path: string;
  /** The `03-tasks.json` that it is to become. */
  readonly target: string;
  /** What was checked. */
  readonly text: string;
  /** The same in the form that formatters ask for: this, and nothing else, is put in place. */
  readonly formatted: string;
}

/** What stands in a draft's way. */
export interface Predecessor {
  readonly text: string;
  /** It says something else than what was imported from it last. */
  readonly isEdited: boolean;
  /** The last commit has it as it is, so that nothing is lost without it. */
  readonly isCommitted: boolean;
}

/** Where a draft is now, and the breakdown that it replaced, if that had to be kept. */
export interface Placed {
  readonly file: string;
  readonly keptAside?: string;
}

/**
 * The draft that the breakdown was read from, or undefined if its file is none.
 * @throws CallerError when it is in another format than a `03-tasks.json`.
 */
export function draftOf({ breakdown, source, text }: FoundBreakdown): Draft | undefined {
  if (basename(source.path) !== DRAFT) return undefined;
  if (!breakdown.own) {
    throw new CallerError(
      "bad_input",
      `from: ${source.path} is not written as a ${BREAKDOWN}.`,
      "Import a file of another format under its own name.",
      "from",
    );
  }
  const target = posix.join(posix.dirname(source.path), BREAKDOWN);
  return { path: source.path, target, text, formatted: formatJson(text) };
}

/** The source of a plan whose draft is in its place. */
export function sourceOf({ target, formatted }: Draft): PlanSource {
  return { kind: "file", path: target, sha256: sha256(formatted) };
}

/**
 * The breakdown that the draft would replace; undefined where there is none, or one that says the same.
 * @param imported where the plan came from until now.
 * @throws CallerError when its place is a link, or leads out of the checkout.
 */
export async function predecessorOf(
  ctx: RunContext,
  draft: Draft,
  imported: PlanSource | undefined,
): Promise<Predecessor | undefined> {
  const { root } = ctx.checkout;
  const text = await textOf(await pathInside(root, draft.target));
  if (text === undefined || text === draft.text || text === draft.formatted) return undefined;
  const isSource = imported?.kind === "file" && imported.path === draft.target;
  return {
    text,
    isEdited: isSource && imported.sha256 !== sha256(text),
    isCommitted: await isCommitted(root, draft.target, text),
  };
}

/**
 * Puts the draft into its place. Whoever reads meanwhile, or when the machine stops, finds the old breakdown or the
 * new one; a second call after an interruption ends in the same state.
 */
export async function placeDraft(
  tx: GraphTransaction,
  draft: Draft,
  predecessor: Predecessor | undefined,
): Promise<Placed> {
  const { root } = tx.ctx.checkout;
  const keptAside =
    predecessor && !predecessor.isCommitted
      ? await keepAside(root, draft.target, predecessor.text)
      : undefined;
  await writeAtomically(await pathInside(root, draft.target), draft.formatted);
  await adoptFiles(tx, [draft.target, ...(keptAside === undefined ? [] : [keptAside])]);
  return { file: draft.target, ...(keptAside !== undefined && { keptAside }) };
}

/** Takes away the draft that is in its place now, unless somebody has gone on writing it. */
export async function removeDraft(ctx: RunContext, store: GraphStore, draft: Draft): Promise<void> {
  const path = resolve(ctx.checkout.root, draft.path);
  if ((await textOf(path)) !== draft.text) return;
  // A draft that stays is no harm: the next call with it finds the same text in place.
  await rm(path, { force: true }).catch(() => undefined);
  await changeGraph(ctx, store, "server", (tx) => adoptFiles(tx, [draft.path]));
}

/** What an import of the draft has to tell of the breakdown that stood in its place, or still stands there. */
export function predecessorWarnings(
  { target, path }: Draft,
  predecessor: Predecessor | undefined,
  placed: Placed | undefined,
): string[] {
  if (!predecessor) return [];
  const edited = predecessor.isEdited ? [`${target} was changed by hand after it was imported.`] : [];
  if (!placed && predecessor.isEdited) edited.push(`What is to stay of that has to be in ${path}.`);
  if (placed?.keptAside !== undefined) edited.push(`What ${target} said is kept in ${placed.keptAside}.`);
  else if (placed && predecessor.isEdited) edited.push("The last commit has what it said.");
  return edited.length > 0 ? [edited.join(" ")] : [];
}

/** Keeps a text beside the file that held it. @returns the path of the copy. */
async function keepAside(root: string, path: string, text: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const aside = path.replace(/\.json$/, `.replaced-${n}.json`);
    const file = await pathInside(root, aside);
    const there = await textOf(file);
    // An interrupted call has kept it already.
    if (there === text) return aside;
    if (there !== undefined) continue;
    await writeAtomically(file, text);
    return aside;
  }
}

async function isCommitted(root: string, path: string, text: string): Promise<boolean> {
  // Git may have changed the line ends, which is no edit.
  const plain = (some: string) => some.replace(/\r\n/g, "\n");
  try {
    return plain(await git(root, ["show", `HEAD:./${path}`])) === plain(text);
  } catch (error) {
    // No commit has it, or there is no git.
    if (error instanceof GitFailed) return false;
    throw error;
  }
}
