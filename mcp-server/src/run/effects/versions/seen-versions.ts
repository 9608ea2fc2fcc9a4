import { committedVersions } from "../../../git/committed-versions.ts";
import { ABSENT, type ContentId, type HeldFilesChanged } from "../../../graph/effect.ts";
import type { GraphEvent } from "../../../graph/event.ts";
import type { PlanSlug } from "../../../graph/task.ts";
import { heldLooks } from "../../../policy/effects/seen-changes.ts";
import { existingGraph } from "../../plan/load-plan.ts";
import { type PlanView, readGraph } from "../../plan/plan-view.ts";
import type { RunContext } from "../../project/run-context.ts";
import { keptFolder } from "../effects-folder.ts";
import { idOfBytes } from "../file-content.ts";
import { KeptFiles } from "../kept-files.ts";

/** A plan with all that was seen to change in what claims held. */
export interface SeenPlan {
  readonly plan: PlanView;
  readonly seen: readonly HeldFilesChanged[];
  /** The plan whose claim an attempt is; undefined where nobody knows it. */
  readonly planOf: (attempt: HeldFilesChanged["files"][number]["holder"]) => PlanSlug | undefined;
}

/** @throws CallerError when there is no such plan. */
export async function readSeenPlan(ctx: RunContext, slug: string): Promise<SeenPlan> {
  const store = await existingGraph(ctx, slug);
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const events = await view.reader.events(plan.id, { types: ["files.changed", "file.restored"] });
    const seen = events.flatMap(lookIn);
    const slugs = new Map<number, PlanSlug>();
    for (const holder of new Set(seen.flatMap(({ files }) => files.map((file) => file.holder)))) {
      const held = plan.graph.claim(holder) ? undefined : await view.reader.claimById(holder);
      slugs.set(holder, held?.plan ?? plan.stored.slug);
    }
    return { plan, seen, planOf: (attempt) => slugs.get(attempt) };
  });
}

function lookIn(event: GraphEvent): HeldFilesChanged[] {
  const { change, atMs } = event;
  if (change.type !== "file.restored") return heldLooks([event]);
  const { type: _, ...version } = change;
  return [{ sinceMs: atMs, untilMs: atMs, calls: [], files: [{ ...version, by: "nobody" }] }];
}

/** A version of a file that was seen. */
export interface SeenVersion {
  readonly path: string;
  /** Undefined: as it was committed last before then. */
  readonly content: ContentId | undefined;
  /** Milliseconds since 1970. */
  readonly beforeMs: number;
}

/** The bytes of versions that were seen, as far as they are kept or git has them. */
export class SeenVersions {
  readonly #kept: KeptFiles;

  constructor(private readonly ctx: RunContext) {
    this.#kept = new KeptFiles(keptFolder(ctx.checkout));
  }

  /** @param plan the plan of the file's holder. @returns undefined where nobody has them. */
  async read(plan: PlanSlug, { path, content, beforeMs }: SeenVersion): Promise<Buffer | undefined> {
    const kept = content === undefined ? undefined : this.#kept.read(plan, content);
    if (kept || this.ctx.checkout.gitCommonDir === undefined || !mayBeCommitted(content)) return kept;
    const untilMs = content === undefined ? beforeMs : undefined;
    for await (const bytes of committedVersions(this.ctx.checkout.root, path, untilMs)) {
      if (content === undefined || idOfBytes(bytes) === content) return bytes;
    }
    return undefined;
  }
}

function mayBeCommitted(content: ContentId | undefined): boolean {
  return content === undefined || content.startsWith("sha256:");
}

/** What stands in the place of bytes where there are none; undefined: there were. */
export function whyNoBytes(content: ContentId | undefined, reasons: ReadonlyMap<ContentId, string>): string {
  if (content === ABSENT) return "there was no file";
  if (content?.startsWith("link:")) return "it was a link";
  return (content && reasons.get(content)) ?? "it was not kept, or is forgotten";
}

/** By content, why it was not kept when it was seen. */
export function reasonsNotKept(seen: readonly HeldFilesChanged[]): ReadonlyMap<ContentId, string> {
  const files = seen.flatMap((look) => look.files);
  return new Map(files.flatMap(({ after, notKept }) => (notKept === undefined ? [] : [[after, notKept]])));
}
