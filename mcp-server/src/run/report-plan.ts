import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, realpath, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { aggregate, type RunReport } from "../report/aggregate.ts";
import { renderLedger } from "../report/ledger.ts";
import type { RunContext } from "./context.ts";
import { CallerError } from "./errors.ts";
import { existingGraph, type LoadedPlan, loadPlan, stateOf } from "./plan-access.ts";

/** The plan's report as it stands now. It is logged that the session was given it. */
export async function reportPlan(
  ctx: RunContext,
  actor: string,
  slug: string,
): Promise<{ loaded: LoadedPlan; report: RunReport }> {
  const store = await existingGraph(ctx, slug);
  return store.write(ctx.now(), actor, async (tx) => {
    const before = await loadPlan(ctx, tx, slug);
    const report = aggregate(stateOf(before), await tx.events(before.stored.id), ctx.now());
    await tx.append(before.stored.id, { type: "plan.reported", session: ctx.owner.session ?? "" });
    return { loaded: await loadPlan(ctx, tx, slug), report };
  });
}

/** The same without a trace in the log: for looking, not for handing over. */
export async function readReport(ctx: RunContext, slug: string): Promise<RunReport> {
  const store = await existingGraph(ctx, slug);
  return store.read(async (reader) => {
    const loaded = await loadPlan(ctx, reader, slug);
    return aggregate(stateOf(loaded), await reader.events(loaded.stored.id), ctx.now());
  });
}

const LEDGER = "04-implementation.md";
const SEAL = /\n<!-- parallel: written from the task graph, sha256 ([0-9a-f]{64}) -->\n$/;

/**
 * Writes the ledger into the specification's folder. A ledger that somebody edited by hand is renamed, not
 * overwritten.
 * @returns paths relative to the checkout.
 * @throws CallerError when the plan has no folder.
 */
export async function exportLedger(
  ctx: RunContext,
  slug: string,
): Promise<{ written: string; keptAside?: string }> {
  const store = await existingGraph(ctx, slug);
  const { state, events } = await store.read(async (reader) => {
    const loaded = await loadPlan(ctx, reader, slug);
    return { state: stateOf(loaded), events: await reader.events(loaded.stored.id) };
  });
  const { source } = state.plan;
  if (source.kind !== "file") {
    throw new CallerError(
      "wrong_state",
      `The plan "${slug}" was not made from a file, so there is no folder for a ledger.`,
      "Use plan_report for its results.",
      "action",
    );
  }
  const folder = await realpath(join(ctx.checkout.root, dirname(source.path)));
  if (relative(ctx.checkout.root, folder).startsWith("..")) {
    throw new CallerError(
      "wrong_state",
      `The folder ${dirname(source.path)} now leads out of the checkout.`,
      "Put the specification back into the repository.",
      "action",
    );
  }
  const file = join(folder, LEDGER);
  const text = renderLedger(aggregate(state, events, ctx.now()));
  const keptAside = await keepEdited(file);
  await writeFile(file, `${text}${sealOf(text)}`);
  const inCheckout = (path: string) => relative(ctx.checkout.root, path).split("\\").join("/");
  return { written: inCheckout(file), ...(keptAside !== undefined && { keptAside: inCheckout(keptAside) }) };
}

function sealOf(text: string): string {
  return `\n<!-- parallel: written from the task graph, sha256 ${createHash("sha256").update(text).digest("hex")} -->\n`;
}

/** Renames a ledger that is not exactly what was written last. */
async function keepEdited(file: string): Promise<string | undefined> {
  if (!existsSync(file)) return undefined;
  const old = await readFile(file, "utf8");
  const seal = SEAL.exec(old);
  if (seal && sealOf(old.slice(0, seal.index)) === seal[0]) return undefined;
  let n = 1;
  const aside = () => file.replace(/\.md$/, `.edited-${n}.md`);
  while (existsSync(aside())) n += 1;
  await rename(file, aside());
  return aside();
}
