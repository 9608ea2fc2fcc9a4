// import:node:fs in run/checkout-watch.mjs
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";

// import:node:path in run/checkout-watch.mjs
import { dirname, join } from "node:path";

// import:lib/zod.mjs in run/checkout-watch.mjs
import * as z from "../lib/zod.mjs";

// import:run/project.mjs in run/checkout-watch.mjs
import { checkoutFileName, folderBesideGraph } from "./project.mjs";

// mcp-server/src/run/checkout-watch/last-look.ts
var lastCheckoutLook = z.object({
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
  atWork: z.array(z.number().transform((id) => id))
});
function readLastCheckoutLook(checkout) {
  if (checkout.gitCommonDir === void 0) return void 0;
  try {
    return lastCheckoutLook.safeParse(JSON.parse(readFileSync(fileOf(checkout), "utf8"))).data;
  } catch {
    return void 0;
  }
}
function keepLastCheckoutLook(checkout, look) {
  const file = fileOf(checkout);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 448 });
    writeFileSync(`${file}.new`, JSON.stringify({ ...look, files: [...look.files] }), { mode: 384 });
    renameSync(`${file}.new`, file);
  } catch {
  }
}
function fileOf(checkout) {
  return join(folderBesideGraph(checkout), "looks", `${checkoutFileName(checkout)}.json`);
}

// import:graph.mjs in run/checkout-watch.mjs
import { hasEnded, hashToken, isDraining, matches, parseScope, scopeOf, taskName } from "../graph.mjs";

// import:policy.mjs in run/checkout-watch.mjs
import { heldLooks, widenedScope } from "../policy.mjs";

// import:text.mjs in run/checkout-watch.mjs
import { cleanText } from "../text.mjs";

// mcp-server/src/run/checkout-watch/scope-notes.ts
var NAME_LIMIT = 80;
var NAMED = 3;
function fileNames(paths) {
  const named = paths.slice(0, NAMED).map((path) => cleanText(path, NAME_LIMIT));
  const more = paths.length - named.length;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
}
async function notifyTouchedTasks(plans, paths, by) {
  const who = by.length > 1 ? "one of them" : "it";
  await notifyOpenTasks(plans, paths, by, (files) => {
    return `${files}, in this task's scope, changed while ${by.join(" and ")} ran: written by ${who} or by another program. Look before you write.`;
  });
}
async function notifyAffectedTasks(plans, paths, by) {
  await notifyOpenTasks(plans, paths, [by], (files) => {
    return `${by} wrote ${files}, in this task's scope. Look before you write.`;
  });
}
async function notifyOpenTasks(plans, paths, by, sentence) {
  if (paths.length === 0) return;
  for (const plan of plans) {
    const { slug } = plan.stored;
    for (const task of [...plan.graph.tasks.values()]) {
      if (hasEnded(task.status) || by.includes(taskName(slug, task.id))) continue;
      const { writes } = parseScope(scopeOf(task), plan.ctx.caseInsensitive);
      const touched = paths.filter((path) => writes.some((glob) => matches(glob, path)));
      if (touched.length > 0) await notifyTask(plan, task.id, touched, by, sentence);
    }
  }
}
async function notifyTask(plan, task, paths, by, sentence) {
  const told = new Set(
    (await plan.reader.events(plan.id, { types: ["scope.touched"] })).flatMap(
      ({ change }) => change.type === "scope.touched" && change.task === task && change.by.join() === by.join() ? change.paths : []
    )
  );
  const news = paths.filter((path) => !told.has(path));
  if (news.length === 0) return;
  plan.append({
    type: "scope.touched",
    task,
    paths: news,
    by,
    note: sentence(fileNames(news))
  });
}

// mcp-server/src/run/checkout-watch/log-changes.ts
var MAX_LISTED = 500;
async function logChanges(tx, held, changed, before, untilMs) {
  const firstSinceEnd = ({ claim }) => claim.state === "delivering" || claim.state === "ended" && (!isDraining(claim, tx.nowMs) || claim.endedAtMs >= before.fromMs);
  if (held.length === 0 || changed.length === 0 && !held.some(firstSinceEnd)) return;
  const plans = await plansOf(tx, held);
  const told = changed.length === 0 ? /* @__PURE__ */ new Set() : await toldPaths(plans, before.fromMs);
  const untold = changed.filter(({ path }) => !told.has(path));
  const holderOf = holders(held, tx.ctx.caseInsensitive);
  const files = untold.slice(0, MAX_LISTED).map((file) => ({ ...file, ...holderOf(file.path) }));
  const unlisted = untold.length - files.length;
  for (const plan of plans) {
    plan.append({
      type: "files.changed",
      sinceMs: before.fromMs,
      untilMs,
      atWork: atWork(held),
      files,
      ...unlisted > 0 && { unlisted }
    });
  }
  const strays = files.filter(({ holder }) => holder === void 0).map(({ path }) => path);
  const by = [...new Set(atWork(held).map(({ task }) => task))];
  await notifyTouchedTasks(plans, strays, by);
}
async function toldPaths(plans, sinceMs) {
  const told = /* @__PURE__ */ new Set();
  for (const plan of plans) {
    const events = await plan.reader.events(plan.id, { types: ["files.changed"], sinceMs });
    for (const { files, untilMs } of heldLooks(events)) {
      if (untilMs >= sinceMs) for (const { path } of files) told.add(path);
    }
  }
  return told;
}
function holders(held, caseInsensitive) {
  const scopes = held.map(({ plan, claim }) => ({
    task: taskName(plan, claim.task),
    holder: claim.id,
    writes: parseScope(widenedScope(claim), caseInsensitive).writes
  }));
  return (path) => {
    const covering = scopes.filter(({ writes }) => writes.some((glob) => matches(glob, path)));
    const last = covering.at(-1);
    return last && covering.every(({ task }) => task === last.task) ? { holder: last.holder } : void 0;
  };
}
async function logMissingBaseline(tx, held) {
  const why = "no look was taken before it started";
  for (const plan of await plansOf(tx, held)) {
    plan.append({ type: "checkout.unmeasured", atWork: atWork(held), why });
  }
}
async function logFailedLook(tx, held, why) {
  const { snapshots, checkoutKey } = tx.ctx;
  snapshots.due = false;
  for (const plan of await plansOf(tx, [...held, ...await tx.writer.held(checkoutKey)])) {
    if (snapshots.toldFailure.has(plan.id)) continue;
    snapshots.toldFailure.add(plan.id);
    plan.append({ type: "checkout.unmeasured", atWork: [], why });
  }
}
async function plansOf(tx, held) {
  const plans = /* @__PURE__ */ new Set();
  for (const one of held) {
    const plan = await tx.planOf(one);
    if (plan) plans.add(plan);
  }
  return plans;
}
function atWork(held) {
  return held.map(({ plan, claim }) => ({ attempt: claim.id, task: taskName(plan, claim.task) }));
}

// import:git.mjs in run/checkout-watch.mjs
import { Fingerprints, LOOK_LIMIT_MS, changesBetween } from "../git.mjs";

// import:run/plan.mjs in run/checkout-watch.mjs
import { changeGraph, readGraph } from "./plan.mjs";

// mcp-server/src/run/checkout-watch/record-changes.ts
function snapshotCheckout(ctx) {
  return ctx.snapshots.take(() => readLastCheckoutLook(ctx.checkout));
}
async function snapshotBeforeStart(ctx, store, token) {
  const { claim } = await standingOfToken(ctx, store, token);
  return claim?.state === "offered" ? snapshotCheckout(ctx) : void 0;
}
async function snapshotBeforeEnd(ctx, store, token) {
  const { concernsCheckout, ...standing } = await standingOfToken(ctx, store, token);
  const { claim, work } = standing;
  if (claim?.state !== "offered" && claim?.state !== "running") return { ...standing, ending: void 0 };
  const look = concernsCheckout ? { look: await snapshotCheckout(ctx) } : {};
  return { ...standing, ending: { claim, ...look, ...work && { work } } };
}
async function lookBeforeEnd(ctx, store, claim) {
  const isNeeded = await readGraph(ctx, store, (view) => concernsSharedFiles(view, claim));
  return isNeeded ? snapshotCheckout(ctx) : void 0;
}
async function concernsSharedFiles({ ctx, reader }, claim) {
  if (claim.isolation === "shared") return true;
  return (await reader.held(ctx.checkoutKey)).some((held) => held.claim.isolation === "shared");
}
async function standingOfToken(ctx, store, token) {
  const tokenHash = hashToken(token);
  const work = async (view) => {
    const held = await view.reader.claimByTokenHash(tokenHash);
    const plan = held && await view.planOf(held);
    const offers = plan ? plan.graph.claimsOf(held.claim.task).map(({ offeredAtMs }) => offeredAtMs) : [];
    const task = held && plan?.graph.tasks.get(held.claim.task);
    return {
      ...held && { claim: held.claim },
      ...plan && task && { work: { task, policy: plan.policy } },
      firstOfferedMs: Math.min(...offers, ctx.now()),
      concernsCheckout: held === void 0 || await concernsSharedFiles(view, held.claim)
    };
  };
  return readGraph(ctx, store, work, { claim: { tokenHash } });
}
async function recordSnapshot(tx, look) {
  const { ctx, writer } = tx;
  const before = readLastCheckoutLook(ctx.checkout);
  const held = await atWorkSince(tx, before);
  if ("why" in look) {
    await logFailedLook(tx, held, look.why);
    return false;
  }
  if (before && isOlder(look, before, ctx.now())) {
    ctx.snapshots.due = true;
    return false;
  }
  ctx.snapshots.due = false;
  ctx.snapshots.toldFailure.clear();
  const changed = before && changesBetween(before, look);
  if (before && changed) await logChanges(tx, held, changed, before, look.toMs);
  else await logMissingBaseline(tx, held);
  const { fromMs, toMs, head, files } = look;
  const atWork2 = held.filter(({ claim }) => mayWrite(claim, tx.nowMs)).map(({ claim }) => claim.id);
  const kept = { fromMs, toMs, head, files: new Map(files), atWork: atWork2, recordedMs: tx.nowMs };
  writer.beforeCommit(async () => keepLastCheckoutLook(ctx.checkout, kept));
  return changed !== void 0;
}
function readAheadOfLook(ctx) {
  const before = readLastCheckoutLook(ctx.checkout);
  const endedAfter = before && { checkout: ctx.checkoutKey, afterMs: before.recordedMs };
  return endedAfter && { endedAfter, fromMs: before.fromMs };
}
async function recordChangesOfEndedAttempts(ctx) {
  if (!ctx.snapshots.due) return;
  ctx.snapshots.due = false;
  try {
    const look = await snapshotCheckout(ctx);
    const store = await ctx.graph();
    if (store) await changeGraph(ctx, store, "server", (tx) => recordSnapshot(tx, look));
  } catch {
    ctx.snapshots.due = true;
  }
}
async function adoptFiles({ ctx }, paths) {
  const before = readLastCheckoutLook(ctx.checkout);
  if (!before) return;
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const written = await new Fingerprints().of(ctx.checkout.root, paths, signal);
  keepLastCheckoutLook(ctx.checkout, {
    ...before,
    // A look that began before the files were written would see them change back.
    toMs: ctx.now(),
    files: new Map([...before.files, ...written])
  });
}
async function atWorkSince({ ctx, writer, nowMs }, before) {
  const found = (await writer.held(ctx.checkoutKey)).filter(
    ({ claim }) => mayWrite(claim, nowMs) || before && wroteAfter(claim, before.recordedMs)
  );
  if (before) found.push(...await writer.attemptsEndedAfter(ctx.checkoutKey, before.recordedMs));
  const held = new Map(found.map((one) => [one.claim.id, one]));
  for (const id of before?.atWork ?? []) {
    const known = held.has(id) ? void 0 : await writer.claimById(id);
    if (known) held.set(id, known);
  }
  return [...held.values()].filter(({ claim }) => claim.isolation === "shared").sort((a, b) => a.claim.id - b.claim.id);
}
function isOlder(look, before, nowMs) {
  const isSame = look.fromMs === before.fromMs && look.toMs === before.toMs;
  return !isSame && look.fromMs < before.toMs && before.toMs <= nowMs;
}
function wroteAfter(claim, ms) {
  return claim.state === "delivering" && claim.acceptedAtMs > ms;
}
function mayWrite(claim, nowMs) {
  return claim.state === "running" || isDraining(claim, nowMs);
}
export {
  adoptFiles,
  fileNames,
  keepLastCheckoutLook,
  logChanges,
  logFailedLook,
  logMissingBaseline,
  lookBeforeEnd,
  notifyAffectedTasks,
  notifyTouchedTasks,
  readAheadOfLook,
  readLastCheckoutLook,
  recordChangesOfEndedAttempts,
  recordSnapshot,
  snapshotBeforeEnd,
  snapshotBeforeStart,
  snapshotCheckout
};
