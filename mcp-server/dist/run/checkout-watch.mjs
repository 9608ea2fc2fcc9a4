// import:graph.mjs in run/checkout-watch.mjs
import { hasEnded, hashToken, isDraining, matches, parseScope, scopeOf, taskName } from "../graph.mjs";

// import:policy.mjs in run/checkout-watch.mjs
import { widenedScope } from "../policy.mjs";

// mcp-server/src/run/checkout-watch/attribute-changes.ts
async function atWorkSince({ ctx, writer, nowMs }, before) {
  const held = before ? await writer.attemptsSinceLook(ctx.checkoutKey) : (await writer.held(ctx.checkoutKey)).filter(({ claim }) => mayWrite(claim, nowMs));
  return held.filter(({ claim }) => claim.isolation === "shared");
}
function isOlder(look, before, nowMs) {
  const isSame = look.fromMs === before.fromMs && look.toMs === before.toMs;
  return !isSame && look.fromMs < before.toMs && before.toMs <= nowMs;
}
function mayWrite(claim, nowMs) {
  return claim.state === "running" || isDraining(claim, nowMs);
}
function attributed(files, held, caseInsensitive) {
  const scopes = held.map(({ claim }) => ({
    attempt: claim.id,
    writes: parseScope(widenedScope(claim), caseInsensitive).writes
  }));
  return files.map((file) => {
    const covering = scopes.filter(({ writes }) => writes.some((glob) => matches(glob, file.path)));
    return { ...file, inScopeOf: covering.map(({ attempt }) => attempt) };
  });
}
function atWork(held) {
  return held.map(({ plan, claim }) => ({ attempt: claim.id, task: taskName(plan, claim.task) }));
}

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
  const firstSinceEnd = ({ claim }) => claim.state === "ended" && (!isDraining(claim, tx.nowMs) || claim.endedAtMs >= before.fromMs);
  if (held.length === 0 || changed.length === 0 && !held.some(firstSinceEnd)) return;
  const files = attributed(changed.slice(0, MAX_LISTED), held, tx.ctx.caseInsensitive);
  const unlisted = changed.length - files.length;
  for (const plan of await plansOf(tx, held)) {
    plan.append({
      type: "checkout.observed",
      sinceMs: before.fromMs,
      untilMs,
      atWork: atWork(held),
      files,
      ...unlisted > 0 && { unlisted }
    });
  }
  const strays = files.filter((file) => file.inScopeOf.length === 0).map(({ path }) => path);
  const by = [...new Set(atWork(held).map(({ task }) => task))];
  await notifyTouchedTasks(await plansOf(tx, held), strays, by);
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
    const failed = await tx.writer.lastEvent(plan.id, "checkout.unmeasured");
    const looked = await tx.writer.lastEvent(plan.id, "checkout.observed");
    if (failed.seq > looked.seq) {
      snapshots.toldFailure.add(plan.id);
      continue;
    }
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

// import:git.mjs in run/checkout-watch.mjs
import { Fingerprints, LOOK_LIMIT_MS, changesBetween } from "../git.mjs";

// import:run/plan.mjs in run/checkout-watch.mjs
import { changeGraph, readGraph } from "./plan.mjs";

// mcp-server/src/run/checkout-watch/record-changes.ts
async function snapshotCheckout(ctx) {
  return ctx.snapshots.take(async () => {
    const store = await ctx.graph();
    return store?.read((reader) => reader.observation(ctx.checkoutKey));
  });
}
async function snapshotBeforeStart(ctx, store, token) {
  const { claim } = await standingOfToken(ctx, store, token);
  return claim?.state === "offered" ? snapshotCheckout(ctx) : void 0;
}
async function snapshotBeforeEnd(ctx, store, token) {
  const standing = await standingOfToken(ctx, store, token);
  const { claim, work } = standing;
  if (claim?.state !== "offered" && claim?.state !== "running") return { ...standing, ending: void 0 };
  return { ...standing, ending: { claim, look: await snapshotCheckout(ctx), ...work && { work } } };
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
      firstOfferedMs: Math.min(...offers, ctx.now())
    };
  };
  return readGraph(ctx, store, work, { claim: { tokenHash } });
}
async function recordSnapshot(tx, look) {
  const { ctx, writer } = tx;
  const before = await writer.observation(ctx.checkoutKey);
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
  writer.keepObservation(ctx.checkoutKey, {
    fromMs: look.fromMs,
    toMs: look.toMs,
    head: look.head,
    files: look.files,
    atWork: held.filter(({ claim }) => mayWrite(claim, tx.nowMs)).map(({ claim }) => claim.id)
  });
  return changed !== void 0;
}
async function recordChangesOfEndedAttempts(ctx) {
  if (!ctx.snapshots.due) return;
  ctx.snapshots.due = false;
  try {
    const look = await snapshotCheckout(ctx);
    const store = await ctx.graph();
    if (store) {
      const ahead = { checkout: ctx.checkoutKey };
      await changeGraph(ctx, store, "server", (tx) => recordSnapshot(tx, look), ahead);
    }
  } catch {
    ctx.snapshots.due = true;
  }
}
async function adoptFiles({ ctx, writer }, paths) {
  const before = await writer.observation(ctx.checkoutKey);
  if (!before) return;
  const signal = AbortSignal.timeout(LOOK_LIMIT_MS);
  const written = await new Fingerprints().of(ctx.checkout.root, paths, signal);
  writer.keepObservation(ctx.checkoutKey, {
    ...before,
    // A look that began before the files were written would see them change back.
    toMs: ctx.now(),
    files: new Map([...before.files, ...written])
  });
}
export {
  adoptFiles,
  atWork,
  atWorkSince,
  attributed,
  fileNames,
  isOlder,
  logChanges,
  logFailedLook,
  logMissingBaseline,
  mayWrite,
  notifyAffectedTasks,
  notifyTouchedTasks,
  recordChangesOfEndedAttempts,
  recordSnapshot,
  snapshotBeforeEnd,
  snapshotBeforeStart,
  snapshotCheckout
};
