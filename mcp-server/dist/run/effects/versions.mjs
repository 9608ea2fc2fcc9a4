// import:node:fs in run/effects/versions.mjs
import { lstatSync } from "node:fs";

// import:node:path in run/effects/versions.mjs
import { join } from "node:path";

// import:errors.mjs in run/effects/versions.mjs
import { CallerError } from "../../errors.mjs";

// import:git.mjs in run/effects/versions.mjs
import { committedVersions, diffHunks, headFiles } from "../../git.mjs";

// import:graph.mjs in run/effects/versions.mjs
import { ABSENT } from "../../graph.mjs";

// import:policy.mjs in run/effects/versions.mjs
import { effectsInOrder, heldLooks } from "../../policy.mjs";

// import:report.mjs in run/effects/versions.mjs
import { overwrittenVersions } from "../../report.mjs";

// import:text.mjs in run/effects/versions.mjs
import { shownPath } from "../../text.mjs";

// import:run/plan.mjs in run/effects/versions.mjs
import { changePlan, existingGraph, readGraph, taskOf } from "../plan.mjs";

// import:run/effects.mjs in run/effects/versions.mjs
import { KeptFiles, idOfBytes, keptFolder, readContent, replaceFile } from "../effects.mjs";

// mcp-server/src/run/effects/versions/seen-versions.ts
async function readSeenPlan(ctx, slug) {
  const store = await existingGraph(ctx, slug);
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    const events = await view.reader.events(plan.id, { types: ["files.changed", "file.restored"] });
    const seen = events.flatMap(lookIn);
    const slugs = /* @__PURE__ */ new Map();
    for (const holder of new Set(seen.flatMap(({ files }) => files.map((file) => file.holder)))) {
      const held = plan.graph.claim(holder) ? void 0 : await view.reader.claimById(holder);
      slugs.set(holder, held?.plan ?? plan.stored.slug);
    }
    return { plan, seen, planOf: (attempt) => slugs.get(attempt) };
  });
}
function lookIn(event) {
  const { change, atMs } = event;
  if (change.type !== "file.restored") return heldLooks([event]);
  const { type: _, ...version } = change;
  return [{ sinceMs: atMs, untilMs: atMs, calls: [], files: [{ ...version, by: "nobody" }] }];
}
var SeenVersions = class {
  constructor(ctx) {
    this.ctx = ctx;
    this.#kept = new KeptFiles(keptFolder(ctx.checkout));
  }
  ctx;
  #kept;
  /** @param plan the plan of the file's holder. @returns undefined where nobody has them. */
  async read(plan, { path, content, beforeMs }) {
    const kept = content === void 0 ? void 0 : this.#kept.read(plan, content);
    if (kept || this.ctx.checkout.gitCommonDir === void 0 || !mayBeCommitted(content)) return kept;
    const untilMs = content === void 0 ? beforeMs : void 0;
    for await (const bytes of committedVersions(this.ctx.checkout.root, path, untilMs)) {
      if (content === void 0 || idOfBytes(bytes) === content) return bytes;
    }
    return void 0;
  }
};
function mayBeCommitted(content) {
  return content === void 0 || content.startsWith("sha256:");
}
function whyNoBytes(content, reasons) {
  if (content === ABSENT) return "there was no file";
  if (content?.startsWith("link:")) return "it was a link";
  return (content && reasons.get(content)) ?? "it was not kept, or is forgotten";
}
function reasonsNotKept(seen) {
  const files = seen.flatMap((look) => look.files);
  return new Map(files.flatMap(({ after, notKept }) => notKept === void 0 ? [] : [[after, notKept]]));
}

// mcp-server/src/run/effects/versions/restore.ts
var DIGEST_BEGINNING = /^(?:sha256:)?([0-9a-f]{4,64})$/;
async function listOverwritten(ctx, slug, wanted) {
  return overwrittenIn(await readSeenPlan(ctx, slug), wanted);
}
function overwrittenIn({ plan, seen }, wanted) {
  const all = overwrittenVersions(seen, (attempt) => plan.graph.claim(attempt)?.task);
  return all.filter((version) => isWanted(version, wanted));
}
function isWanted({ path, task }, wanted) {
  const isFile = wanted.file === void 0 || path === wanted.file;
  return isFile && (wanted.task === void 0 || task === wanted.task);
}
async function restoreFile(ctx, slug, wanted, force) {
  const seenPlan = await readSeenPlan(ctx, slug);
  const name = seenPlan.plan.stored.slug;
  const chosen = wanted.content === void 0 ? newestOf(seenPlan, wanted) : versionOf(seenPlan, wanted);
  const { path, holder, task, before, after, sinceMs } = chosen;
  if (seenPlan.plan.graph.claim(holder)?.checkout !== ctx.checkoutKey) {
    throw refusal(
      `${shownPath(path)} was held in another checkout.`,
      "Run the command in the one in which the task worked."
    );
  }
  const { root } = ctx.checkout;
  const bytes = await new SeenVersions(ctx).read(name, { path, content: before, beforeMs: sinceMs });
  if (!bytes) {
    throw refusal(
      `What stood in ${shownPath(path)} was not kept, or is gone, and no commit that is near has it.`,
      "Look into the repository's other commits."
    );
  }
  const [committed] = (await headFiles(root, [path])).values();
  const file = join(root, path);
  const now = readContent(file, lstatSync(file, { throwIfNoEntry: false }));
  if (now.id !== after && !force) {
    throw refusal(
      `${shownPath(path)} was changed again since.`,
      "Look at it first; --force restores it all the same, and keeps what stands there now."
    );
  }
  const kept = new KeptFiles(keptFolder(ctx.checkout));
  const notKept = kept.keep(name, now);
  if (notKept !== void 0) {
    throw refusal(
      `What stands in ${shownPath(path)} now could not be kept: ${notKept}.`,
      "Copy the file elsewhere, remove it, and restore again."
    );
  }
  const content = idOfBytes(bytes);
  const restored = { path, task, content, putAside: now.id === ABSENT ? void 0 : now.id };
  if (now.id === content) return restored;
  await tell(ctx, slug, { path, holder, before: now.id, after: content });
  const mode = committed && { mode: committed.mode };
  const replaced = replaceFile(root, { path, expected: now.id, bytes, ...mode });
  if (replaced.kind === "replaced") {
    if (replaced.lost) kept.keep(name, replaced.lost);
    return restored;
  }
  await tell(ctx, slug, { path, holder, before: content, after: now.id });
  throw notReplaced(path, replaced);
}
function newestOf(seenPlan, wanted) {
  const lost = overwrittenIn(seenPlan, wanted).at(-1);
  if (lost) return lost;
  const whose = wanted.task === void 0 ? "" : ` of task ${wanted.task}`;
  throw refusal(
    `Nobody was seen to change ${wanted.file}${whose} while it was held.`,
    `parallel restore ${seenPlan.plan.stored.slug} lists what can be had back.`
  );
}
function versionOf({ plan, seen }, wanted) {
  const [, digits] = DIGEST_BEGINNING.exec(wanted.content ?? "") ?? [];
  if (digits === void 0) {
    const problem2 = "The content is no beginning of a SHA-256 digest.";
    throw new CallerError("bad_input", problem2, "Give 4 to 64 hexadecimal digits.", "content");
  }
  const stands = /* @__PURE__ */ new Map();
  const found = /* @__PURE__ */ new Map();
  for (const { file, look } of effectsInOrder(seen)) {
    const { path, holder, before, after, undone } = file;
    stands.set(path, undone && before || after);
    const task = taskOf2(plan, holder);
    if (task === void 0 || !isWanted({ path, task }, wanted)) continue;
    for (const content of [before, after]) {
      if (!content?.startsWith(`sha256:${digits}`)) continue;
      const { sinceMs } = look;
      found.set(JSON.stringify([path, content]), { path, holder, task, before: content, after, sinceMs });
    }
  }
  const [version, another] = found.values();
  if (version && !another) return { ...version, after: stands.get(version.path) ?? version.after };
  const problem = version ? "Several versions are meant." : "No version that was seen begins so.";
  throw new CallerError("bad_input", problem, "Give more of the digest, and the file.", "content");
}
function taskOf2(plan, attempt) {
  return plan.graph.claim(attempt)?.task;
}
async function tell(ctx, slug, version) {
  const store = await existingGraph(ctx, slug);
  await changePlan(ctx, store, "cli", slug, (plan) => plan.append({ type: "file.restored", ...version }));
}
function notReplaced(path, replaced) {
  switch (replaced.kind) {
    case "changed":
      return refusal(`${shownPath(path)} was changed just now.`, "Look at it, and restore again.");
    case "elsewhere":
      return refusal(
        `${shownPath(path)} is a link, leads out of the checkout, or is git's own.`,
        "Remove the link first."
      );
    case "failed":
      return refusal(
        `${shownPath(path)} could not be written (${replaced.why}).`,
        "See whether the folder can be written."
      );
  }
}
function refusal(problem, remedy) {
  return new CallerError("wrong_state", problem, remedy, "file");
}

// import:node:buffer in run/effects/versions.mjs
import { isUtf8 } from "node:buffer";

// mcp-server/src/run/effects/versions/task-diff.ts
async function taskDiff(ctx, slug, id) {
  const { plan, seen, planOf } = await readSeenPlan(ctx, slug);
  const task = taskOf(plan, id).id;
  const attempts = new Set(plan.graph.claimsOf(task).map((claim) => claim.id));
  const effects = effectsInOrder(seen);
  const versions = new SeenVersions(ctx);
  const reasons = reasonsNotKept(seen);
  const isInGit = ctx.checkout.gitCommonDir !== void 0;
  const files = [];
  for (const { first, last } of stretches(effects, attempts)) {
    const { path, holder } = first.file;
    const held = planOf(holder) ?? plan.stored.slug;
    const read = (content) => versions.read(held, { path, content, beforeMs: first.look.sinceMs });
    const before = beforeOf(first.file.before, await read(first.file.before), isInGit);
    const after = { content: last.file.after, bytes: await read(last.file.after) };
    const diff = await diffOf(before, after, reasons);
    if (diff) files.push({ path, ...diff });
  }
  const uncertain = effects.filter(({ file, look }) => mayBeOf(file.by, look, attempts));
  return {
    task,
    files,
    uncertain: [...new Set(uncertain.map(({ file }) => file.path))],
    unlisted: seen.reduce((sum, { unlisted = 0 }) => sum + unlisted, 0)
  };
}
function stretches(effects, attempts) {
  const found = [];
  const open = /* @__PURE__ */ new Map();
  for (const effect of effects) {
    const { path, undone } = effect.file;
    if (undone) continue;
    const earlier = open.get(path);
    if (!isOf(effect, attempts)) {
      open.delete(path);
      continue;
    }
    const goesOn = earlier?.last.file.after === effect.file.before;
    const stretch = { first: goesOn && earlier ? earlier.first : effect, last: effect };
    if (goesOn && earlier) found[found.indexOf(earlier)] = stretch;
    else found.push(stretch);
    open.set(path, stretch);
  }
  return found.sort((a, b) => a.first.file.path < b.first.file.path ? -1 : 1);
}
function isOf({ file, look }, attempts) {
  if (file.by === "own") return attempts.has(file.holder);
  const caller = look.calls.find(({ id }) => id === file.call)?.caller.attempt;
  return file.by === "certain" && caller !== void 0 && attempts.has(caller);
}
function mayBeOf(by, { calls }, attempts) {
  const isCaller = calls.some(({ caller }) => caller.attempt !== void 0 && attempts.has(caller.attempt));
  return by === "uncertain" && isCaller;
}
function beforeOf(content, bytes, isInGit) {
  return content === void 0 && !bytes && isInGit ? { content: ABSENT, bytes } : { content, bytes };
}
async function diffOf(before, after, reasons) {
  if (before.content === after.content) return void 0;
  const isNew = before.content === ABSENT;
  const kind = isNew ? "added" : after.content === ABSENT ? "removed" : "changed";
  const old = isNew ? Buffer.alloc(0) : before.bytes;
  const fresh = after.content === ABSENT ? Buffer.alloc(0) : after.bytes;
  if (!old)
    return { kind, instead: `what stood there before is missing: ${whyNoBytes(before.content, reasons)}` };
  if (!fresh) return { kind, instead: `what it wrote is missing: ${whyNoBytes(after.content, reasons)}` };
  if (isBinary(old) || isBinary(fresh)) return { kind, instead: "binary files differ" };
  return { kind, hunks: await diffHunks(old, fresh) };
}
function isBinary(bytes) {
  return bytes.includes(0) || !isUtf8(bytes);
}
export {
  SeenVersions,
  listOverwritten,
  readSeenPlan,
  reasonsNotKept,
  restoreFile,
  taskDiff,
  whyNoBytes
};
