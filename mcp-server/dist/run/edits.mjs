// import:graph.mjs in run/edits.mjs
import { InvalidGlob, causeText, findCycle, hasEnded, isAttempt, isLive, isReviewStep, matches, normaliseGlob, outlineOf, parseGlob, said, taskName } from "../graph.mjs";

// import:run/approval.mjs in run/edits.mjs
import { NOT_APPROVED } from "./approval.mjs";

// import:run/attempts.mjs in run/edits.mjs
import { claimOfToken, continueByToken, endAttempt, expireClaims, isRefusal, isolationsOf, noteSignOfLife, releaseClaims } from "./attempts.mjs";

// import:run/gate.mjs in run/edits.mjs
import { whyGateDoesNotRun } from "./gate.mjs";

// import:run/notify/receivers.mjs in run/edits.mjs
import { notToldWarnings, receiversOf } from "./notify/receivers.mjs";

// import:run/plan.mjs in run/edits.mjs
import { changeGraph, changePlan, checkWorktrees, countsNow, deadClaims, dependOnParts, dependOnWork, existingGraph, foreignBranchWarnings, interruptedTasks, isDone, livenessOf, nextPosition, partsOf, planSlug, readAdded, readFilesOfTasks, readGraph, readPlan, refuseBlockingOthers, refuseForeignClaim, refuseTooManyTasks, shortCounts, splitTaskName, startFolderWarnings, stateOf, taskOf, whyPlanIsHeld } from "./plan.mjs";

// import:run/worktrees/setup.mjs in run/edits.mjs
import { whySetUpIsNotRun } from "./worktrees/setup.mjs";

// mcp-server/src/run/edits/commands-of-plan.ts
var POLICY_COMMANDS = {
  setup: "the set-up of its worktrees",
  gate: "the gate before its branch",
  notify: "telling you of the plan"
};
async function commandsOfPlan(ctx, slug) {
  const store = await existingGraph(ctx, planSlug(slug));
  return commandsIn(ctx, await readPlan(ctx, store, slug));
}
function purposeOfCommand({ tasks, settings }) {
  return [...settings.map((setting) => POLICY_COMMANDS[setting]), ...tasks].join(", ");
}
async function notRunWarnings(ctx, plan) {
  const setUp = isolationsOf(plan).usesWorktrees ? await whySetUpIsNotRun(ctx, plan) : void 0;
  const first = [
    ...setUp === void 0 ? [] : [`${setUp.problem} ${setUp.remedy} Nothing starts in one before that.`],
    ...await gateWarnings(ctx, plan),
    ...await notToldWarnings(ctx, plan)
  ];
  if (plan.policy.verify !== "run") return first;
  const numbers = /* @__PURE__ */ new Map();
  const commands = (await commandsIn(ctx, plan)).filter(({ tasks }) => tasks.length > 0);
  for (const { command } of commands) {
    const why = await ctx.commands.whyNot(command);
    if (why !== void 0) numbers.set(why, (numbers.get(why) ?? 0) + 1);
  }
  const { slug } = plan.stored;
  const ofTasks = [...numbers].map(
    ([why, number]) => `policy.verify is run, but the server does not run ${number} of ${commands.length} acceptance commands: ${why}.${why === NOT_APPROVED ? ` plan_update {plan: "${slug}", action: "approve"} asks the user; or the user runs parallel-tasks approve ${slug} in a terminal.` : ""} An agent has to be seen to run them.`
  );
  return [...first, ...ofTasks];
}
async function gateWarnings(ctx, plan) {
  const { gate } = plan.policy;
  if (gate.trim() === "") return [];
  if (!isolationsOf(plan).usesWorktrees) {
    return ["policy.gate tests what is merged, and no task of this plan works in a worktree: it is not run."];
  }
  const whyNot = await ctx.commands.whyNot(gate);
  if (whyNot === void 0) return [];
  return [`policy.gate: ${whyGateDoesNotRun(plan.stored.slug, whyNot)}. Nothing is merged before that.`];
}
async function commandsIn(ctx, plan) {
  const { graph, policy } = plan;
  const usesOf = /* @__PURE__ */ new Map();
  const add = (command, uses) => {
    const text = command.trim();
    const { tasks, settings } = usesOf.get(text) ?? { tasks: [], settings: [] };
    if (text === "") return;
    usesOf.set(text, {
      tasks: [.../* @__PURE__ */ new Set([...tasks, ...uses.tasks ?? []])],
      settings: [...settings, ...uses.settings ?? []]
    });
  };
  for (const setting of ["setup", "gate"]) add(policy[setting], { settings: [setting] });
  for (const { target } of receiversOf(ctx, policy.notify))
    if (target.kind === "command") add(target.command, { settings: ["notify"] });
  for (const { id, status, acceptance } of graph.tasks.values()) {
    if (hasEnded(status)) continue;
    for (const { command = "" } of acceptance) add(command, { tasks: [id] });
  }
  return Promise.all(
    [...usesOf].map(async ([command, uses]) => ({
      command,
      ...uses,
      isApproved: await ctx.commands.approved.has(command)
    }))
  );
}

// import:errors.mjs in run/edits.mjs
import { CallerError, StoreUnusable } from "../errors.mjs";

// import:policy.mjs in run/edits.mjs
import { lastSteps, newerParts, workBehind } from "../policy.mjs";

// import:run/isolation.mjs in run/edits.mjs
import { isolatePlan, isolationLine, refuseOtherIsolation } from "./isolation.mjs";

// import:run/project.mjs in run/edits.mjs
import { effectivePolicy, pathInside, policyWarnings, readPolicy, storedPolicy, unknownRoles } from "./project.mjs";

// import:run/remote.mjs in run/edits.mjs
import { pushNotice } from "./remote.mjs";

// import:run/specification.mjs in run/edits.mjs
import { draftOf, findBreakdown, placeDraft, predecessorOf, predecessorWarnings, removeDraft, sha256, sourceOf, textOf, writeAtomically, writeRendered } from "./specification.mjs";

// import:breakdown.mjs in run/edits.mjs
import { BreakdownError, descriptionWarnings, isOwnFormat, readBreakdown, sameMeaning, updateBreakdown, writeBreakdown, writeScopes } from "../breakdown.mjs";

// mcp-server/src/run/edits/diff-breakdown.ts
function keepServersOwn(definition, old, known) {
  if (!old || definition.needs !== "all" && definition.needs !== "settled") return definition;
  const own = old.dependencies.filter((id) => {
    const before = known.get(id);
    return before?.origin === "server" && before.status !== "failed" && before.status !== "cancelled";
  });
  return { ...definition, dependencies: [.../* @__PURE__ */ new Set([...definition.dependencies, ...own])] };
}
async function compare(existing, source, input) {
  const changes = [];
  const result = { created: [], updated: [], unchanged: [], removed: [], warnings: [] };
  const known = existing?.graph.tasks ?? /* @__PURE__ */ new Map();
  const steps = lastSteps(known.values());
  let position = existing ? nextPosition(existing) : 1;
  const running = new Set(existing?.graph.live.map((claim) => claim.task));
  const sameFile = source.source.kind === "file" && JSON.stringify(source.source) === JSON.stringify(existing?.stored.source);
  const descriptions = existing && !sameFile ? await existing.descriptions() : /* @__PURE__ */ new Map();
  for (const written of source.tasks) {
    const old = known.get(written.id);
    const definition = keepServersOwn(dependOnWork(written, known, steps), old, known);
    if (!old) {
      changes.push({ type: "task.created", task: definition.id, definition, position });
      position += 1;
      result.created.push(definition.id);
      continue;
    }
    if (old.origin === "server") throw idOfServer(old);
    const parts = partsOf(old);
    const revived = old.status === "cancelled" && old.cause?.kind === "removed";
    const before = { ...outlineOf(old), description: descriptions.get(old.id) ?? "" };
    const same = sameFile || sameMeaning(definition, before);
    if (old.status === "completed" || parts || same && !revived) {
      result.unchanged.push(definition.id);
      if (!same && parts)
        result.warnings.push(
          `${definition.id} was ${old.cause && causeText(old.cause)} and stays so; what the file says of it is not used.`
        );
      else if (!same)
        result.warnings.push(`${definition.id} is completed and stays as it was; the file has changed it.`);
      continue;
    }
    if (running.has(definition.id) || old.status === "in_progress") {
      result.unchanged.push(definition.id);
      result.warnings.push(`${definition.id} is running and keeps its text; import again when it has ended.`);
      continue;
    }
    changes.push({
      type: "task.defined",
      task: definition.id,
      definition: { ...definition, origin: old.origin }
    });
    if (old.status !== "pending")
      changes.push({ type: "task.status", task: definition.id, status: "pending" });
    result.updated.push(definition.id);
  }
  if (input.from !== void 0) {
    const named = new Set(source.tasks.map((task) => task.id));
    for (const old of known.values()) {
      if (named.has(old.id) || old.origin !== "file" || ["completed", "cancelled"].includes(old.status))
        continue;
      if (running.has(old.id)) {
        result.warnings.push(`${old.id} is no longer in the file but running; it is left alone.`);
        continue;
      }
      changes.push({ type: "task.status", task: old.id, status: "cancelled", cause: { kind: "removed" } });
      result.removed.push(old.id);
    }
  }
  refuseCycle(known, changes);
  return { ...result, changes };
}
function idOfServer({ id, subject }) {
  return new CallerError(
    "bad_input",
    `The id ${id} belongs to a task that the server made ("${subject}"). Nothing was changed.`,
    "Give your task another id.",
    `tasks.${id}`
  );
}
function refuseCycle(known, changes) {
  const edges = new Map(
    [...known.values()].map((task) => [task.id, task.dependencies])
  );
  for (const change of changes) {
    if (change.type === "task.created" || change.type === "task.defined")
      edges.set(change.task, change.definition.dependencies);
  }
  const cycle = findCycle(edges);
  if (!cycle) return;
  throw new CallerError(
    "bad_input",
    `Together with the tasks that stay as they are, the dependencies form a cycle: ${cycle.join(" → ")}. Nothing was changed.`,
    "Remove one of these dependencies, in the file or with task_update {removeBlockedBy}.",
    "dependencies"
  );
}

// mcp-server/src/run/edits/read-source.ts
async function readSource(ctx, input) {
  if (input.from === void 0 === (input.tasks === void 0)) {
    throw new CallerError(
      "bad_input",
      input.from === void 0 ? "Neither from nor tasks is given." : "Both from and tasks are given.",
      'Give exactly one: from: "specs/NAME/03-tasks.json", or tasks: [...].',
      "from"
    );
  }
  if (input.from !== void 0) {
    const found = await findBreakdown(ctx.checkout.root, input.from, ctx.directory);
    const { title, document, tasks, warnings } = found.breakdown;
    const draft = draftOf(found);
    if (!draft) return { source: found.source, title, document, tasks, warnings };
    const ofTexts = descriptionWarnings(tasks);
    return { source: sourceOf(draft), title, document, tasks, warnings: [...ofTexts, ...warnings], draft };
  }
  const breakdown = readBreakdown(JSON.stringify({ tasks: input.tasks }), "tasks");
  return {
    source: { kind: "call" },
    title: input.title,
    document: {},
    tasks: breakdown.tasks.map((task) => ({ ...task, origin: "call" })),
    warnings: breakdown.warnings
  };
}

// import:git.mjs in run/edits.mjs
import { changedFiles } from "../git.mjs";

// mcp-server/src/run/edits/uncommitted-files.ts
var MAX_FILES = 1e3;
var NAMED = 5;
async function uncommittedWarnings({ checkout, caseInsensitive }, tasks, { isolation }) {
  if (checkout.gitCommonDir === void 0 || isolation === "worktree") return [];
  const globs2 = tasks.filter((task) => task.isolation !== "worktree").flatMap(({ writes, inferredWrites }) => writes ?? inferredWrites);
  if (globs2.length === 0) return [];
  const changed = await changedFiles(checkout.root).catch(() => []);
  if (changed.length > MAX_FILES) return [];
  const patterns = globs2.map((glob) => parseGlob(glob, caseInsensitive));
  const found = changed.filter((path) => patterns.some((pattern) => matches(pattern, path))).sort();
  if (found.length === 0) return [];
  const more = found.length > NAMED ? ` and ${found.length - NAMED} more` : "";
  return [
    `Not committed yet, and to be written by tasks: ${found.slice(0, NAMED).join(", ")}${more}. Agents work on top of these changes; a commit before the run keeps the two apart.`
  ];
}

// mcp-server/src/run/edits/create-plan.ts
var MAX_APPENDED = 5e3;
async function createPlan(ctx, actor, input) {
  const slug = planSlug(input.plan);
  const read = await readSource(ctx, input);
  const dryRun = input.dryRun === true;
  const isolated = await isolate(ctx, slug, read, input.policy ?? {}, !dryRun);
  const { said: policy, choice } = isolated;
  const source = { ...read, tasks: isolated.tasks };
  const effective = effectivePolicy(ctx.settings, policy);
  const warnings = [
    ...source.warnings,
    ...policyWarnings(ctx.settings, policy),
    ...roleWarnings(ctx, source.tasks),
    ...startFolderWarnings(ctx, source.tasks),
    ...isolated.warnings,
    ...isolated.existing ? [] : await uncommittedWarnings(ctx, source.tasks, effective)
  ];
  const remote = await pushNotice(ctx, slug, isolated.existing?.graph);
  const told = { ...choice && { isolation: isolationLine(choice) }, ...remote && { remote } };
  const { draft } = source;
  const store = dryRun ? await ctx.graph() : await ctx.createGraph();
  if (dryRun || !store) {
    const compareWith = async (existing2) => ({
      existing: existing2,
      compared: await compare(existing2, source, input)
    });
    const { existing, compared } = store ? await readGraph(ctx, store, async (view) => compareWith(await view.findPlan(slug))) : await compareWith(void 0);
    warnings.push(...await foreignBranchWarnings(ctx, slug, source.tasks, effective, existing));
    const { changes: _, ...result } = compared;
    const found = draft && await predecessorOf(ctx, draft, existing?.stored.source);
    const ofDraft = draft ? predecessorWarnings(draft, found, void 0) : [];
    return {
      ...{ ...result, ...told, loaded: existing },
      warnings: [...ofDraft, ...warnings, ...result.warnings]
    };
  }
  const work = async (tx) => {
    await expireClaims(tx);
    const existing = await tx.findPlan(slug);
    const interrupted = existing ? interruptedTasks(existing) : [];
    const importedFrom = existing?.stored.source;
    warnings.push(...await foreignBranchWarnings(ctx, slug, source.tasks, effective, existing));
    await tx.writer.goesOn();
    const { changes, ...result } = await compare(existing, source, input);
    await tx.writer.goesOn();
    if (existing) {
      refuseOtherIsolation(existing, policy);
      updateStored(existing, source, input.title, policy);
    }
    const plan = existing ?? await tx.create({
      type: "plan.created",
      repository: ctx.repository,
      slug,
      title: input.title ?? source.title ?? slug,
      source: source.source,
      ...storedPolicy(policy),
      document: source.document
    });
    for (let from = 0; from < changes.length; from += MAX_APPENDED) {
      plan.append(...changes.slice(from, from + MAX_APPENDED));
      await tx.writer.goesOn();
    }
    if (choice) plan.append({ type: "isolation.decided", ...choice });
    warnings.push(...newerParts(stateOf(plan)));
    const made = { ...result, ...told, loaded: plan, interrupted };
    if (!draft) return { ...made, warnings: [...warnings, ...result.warnings] };
    const found = await predecessorOf(ctx, draft, importedFrom);
    const placed = await placeDraft(tx, draft, found);
    const ofDraft = predecessorWarnings(draft, found, placed);
    return { ...made, placed, warnings: [...ofDraft, ...warnings, ...result.warnings] };
  };
  const ahead = { plan: { repository: ctx.repository, slug } };
  const created = await changeGraph(ctx, store, actor, work, ahead);
  if (draft) await removeDraft(ctx, store, draft);
  const { loaded } = created;
  return loaded ? { ...created, warnings: [...created.warnings, ...await notRunWarnings(ctx, loaded)] } : created;
}
async function isolate(ctx, slug, { tasks, source }, said2, mayMeasure) {
  const { store, existing } = await planBefore(ctx, slug);
  const plan = { slug, existing, tasks, said: said2, isFromFile: source.kind === "file" };
  return { ...await isolatePlan(ctx, store, plan, mayMeasure), existing };
}
async function planBefore(ctx, slug) {
  const store = await ctx.graph();
  if (!store) return {};
  try {
    return { store, existing: await readGraph(ctx, store, (view) => view.findPlan(slug)) };
  } catch (error) {
    if (error instanceof StoreUnusable && error.problem === "moved") return {};
    throw error;
  }
}
function updateStored(plan, source, title, said2) {
  const { stored } = plan;
  const policy = { ...stored.policy, ...said2 };
  const differs = (a, b) => JSON.stringify(a) !== JSON.stringify(b);
  const fromFile = source.source.kind === "file";
  const update = {
    ...title !== void 0 && title !== stored.title && { title },
    ...fromFile && differs(source.source, stored.source) && { source: source.source },
    ...differs(policy, stored.policy) && storedPolicy(policy),
    ...fromFile && differs(source.document, stored.document) && { document: source.document }
  };
  if (Object.keys(update).length > 0) plan.append({ type: "plan.updated", ...update });
  if (stored.status === "stopped")
    plan.append({ type: "plan.status", status: "open", cause: "executed again" });
}
function roleWarnings(ctx, tasks) {
  return unknownRoles(ctx.roles, tasks).map(
    (role) => `No agent has the role ${role}; general-purpose stands in.`
  );
}

// import:node:path in run/edits.mjs
import { basename, dirname, extname, join, posix, resolve } from "node:path";

// import:report.mjs in run/edits.mjs
import { aggregate, renderLedger, renderTasks } from "../report.mjs";

// import:run/checkout-watch.mjs in run/edits.mjs
import { adoptFiles } from "./checkout-watch.mjs";

// import:run/reporting.mjs in run/edits.mjs
import { readReport, withIgnoredFiles } from "./reporting.mjs";

// mcp-server/src/run/edits/export-plan.ts
async function exportPlan(ctx, actor, slug) {
  const store = await existingGraph(ctx, slug);
  const { root } = ctx.checkout;
  const { table } = await ctx.prices.refresh();
  return changePlan(ctx, store, actor, slug, async (plan, tx) => {
    const own = await ownBreakdown(root, plan);
    const outlines = tasksToWrite(plan.graph.tasks, own?.tasks ?? []);
    const tasks = await withDescriptions(plan, outlines);
    const breakdown = own && await exportBreakdown(root, plan, own, tasks);
    plan.append(...breakdown?.changes ?? []);
    const { document } = plan.stored;
    const events = await plan.reader.events(plan.id);
    const report = await withIgnoredFiles(ctx, aggregate(stateOf(plan), events, ctx.now(), table));
    const added = [...plan.graph.tasks.values()].flatMap(
      ({ id, origin }) => origin === "server" ? [id] : []
    );
    const folder = own ? posix.dirname(own.path) : `specs/${slug}`;
    const files = [
      ...breakdown ? [breakdown.file] : [],
      await writeRendered(
        root,
        posix.join(folder, "03-tasks.md"),
        renderTasks({ report, document, tasks, added, caseInsensitive: ctx.caseInsensitive })
      ),
      await writeRendered(root, posix.join(folder, "04-implementation.md"), renderLedger(report))
    ];
    await adoptFiles(tx, files.flatMap(writtenPaths));
    return files;
  });
}
function writtenPaths(exported) {
  if (exported.how !== "written") return [];
  return "keptAside" in exported ? [exported.file, exported.keptAside] : [exported.file];
}
async function ownBreakdown(root, { stored }) {
  const { source, slug } = stored;
  const path = source.kind === "file" ? source.path : `specs/${slug}/03-tasks.json`;
  if (!path.endsWith(".json")) return void 0;
  const text = await textOf(await pathInside(root, path));
  if (text === void 0) {
    const isBreakdown = source.kind === "call" || posix.basename(path) === "03-tasks.json";
    return isBreakdown ? { path, text, tasks: [] } : void 0;
  }
  try {
    if (!isOwnFormat(text, path)) return void 0;
    return { path, text, tasks: readBreakdown(text, path).tasks.map((task) => task.id) };
  } catch (error) {
    if (!(error instanceof BreakdownError)) throw error;
    return { path, text, tasks: [], mistake: error.message };
  }
}
function tasksToWrite(tasks, inFile) {
  const written = /* @__PURE__ */ new Map();
  const open = [...inFile, ...tasks.keys()].reverse();
  for (let id = open.pop(); id !== void 0; id = open.pop()) {
    const task = tasks.get(id);
    if (!task || written.has(id) || task.origin === "server") continue;
    const parts = partsOf(task);
    if (parts) open.push(...parts.reverse());
    else if (task.status !== "cancelled" || task.origin === "file" && task.cause?.kind !== "removed")
      written.set(id, withoutSplit(outlineOf(task), tasks));
  }
  return [...written.values()];
}
async function withDescriptions(plan, outlines) {
  const descriptions = await plan.descriptions();
  return outlines.map((outline) => ({ ...outline, description: descriptions.get(outline.id) ?? "" }));
}
function withoutSplit(task, tasks) {
  const taskOf2 = (id) => tasks.get(id);
  const { dependencies } = dependOnParts({ ...task, needs: "all" }, taskOf2);
  const works = new Set(dependencies.map((id) => workBehind(id, taskOf2)));
  return { ...task, dependencies: [...works].filter((id) => taskOf2(id)?.origin !== "server") };
}
async function exportBreakdown(root, loaded, { path, text, mistake }, tasks) {
  const { source, slug, title, document } = loaded.stored;
  const leave = (why) => ({ file: { file: path, how: "left alone", why }, changes: [] });
  if (mistake !== void 0) return leave(`it cannot be read: ${mistake}`);
  if (tasks.length === 0) return leave("the plan has no tasks left");
  const top = Object.keys(document).length > 0 ? document : { slug, title };
  const next = text === void 0 ? writeBreakdown(top, tasks) : updateBreakdown(text, path, tasks);
  const edited = text !== void 0 && (source.kind !== "file" || sha256(text) !== source.sha256);
  if (edited && next !== text) {
    return leave(
      `it is not what was imported. Import it (plan_create {plan: "${slug}", from: "${path}"}), then export again`
    );
  }
  try {
    const changes = adoption(loaded, { kind: "file", path, sha256: sha256(next) }, next);
    if (next === text) return { file: { file: path, how: "unchanged" }, changes };
    await writeAtomically(await pathInside(root, path), next);
    return { file: { file: path, how: "written" }, changes };
  } catch (error) {
    if (error instanceof BreakdownError) return leave(`it could not be read again: ${error.message}`);
    throw error;
  }
}
function adoption({ stored, graph }, source, text) {
  const { document, tasks } = readBreakdown(text, source.kind === "file" ? source.path : "tasks");
  const differs = (a, b) => JSON.stringify(a) !== JSON.stringify(b);
  const update = {
    ...differs(source, stored.source) && { source },
    ...differs(document, stored.document) && { document }
  };
  return [
    ...Object.keys(update).length > 0 ? [{ type: "plan.updated", ...update }] : [],
    ...tasks.flatMap(({ id }) => {
      const task = graph.tasks.get(id);
      if (!task || task.origin === "file" || task.status === "completed") return [];
      return [{ type: "task.defined", task: id, definition: { ...outlineOf(task), origin: "file" } }];
    })
  ];
}

// import:run/review.mjs in run/edits.mjs
import { afterDecision } from "./review.mjs";

// mcp-server/src/run/edits/judge-work.ts
async function judgeWork(ctx, actor, name, verdict, text) {
  const { plan: slug, id } = splitTaskName(name);
  return changePlan(ctx, await existingGraph(ctx, slug), actor, slug, async (plan, tx) => {
    await expireClaims(tx);
    const review = taskOf(plan, id);
    const changes = await afterDecision(plan, review, verdict, text, await readFilesOfTasks(plan));
    if (!changes) {
      throw new CallerError(
        "wrong_state",
        `${taskName(plan.stored.slug, id)} is no review that was rejected for the last time.`,
        "Look at the plan again: it may have been decided already.",
        "task"
      );
    }
    for (const change of changes) plan.append(change);
    return plan;
  });
}

// import:text.mjs in run/edits.mjs
import { foreignLine } from "../text.mjs";

// import:run/claims.mjs in run/edits.mjs
import { choose, waitingTasks } from "./claims.mjs";

// mcp-server/src/run/edits/list-tasks.ts
var MAX_SAID = 200;
async function listTasks(ctx, input) {
  const store = input.plan === void 0 ? await ctx.graph() : await existingGraph(ctx, input.plan);
  if (!store) return { plans: [], tasks: [] };
  return readGraph(ctx, store, async (view) => {
    const loaded = input.plan === void 0 ? await view.plans() : [await view.plan(input.plan)];
    const found = loaded.flatMap(
      (plan) => [...plan.graph.tasks.values()].filter(
        (task) => (input.status === void 0 || task.status === input.status) && (input.ready === void 0 || plan.graph.isReady(task.id) === input.ready) && (input.agent === void 0 || ctx.roles.resolve(task.agent).role === ctx.roles.resolve(input.agent).role)
      ).map((task) => ({ plan, task, name: taskName(plan.stored.slug, task.id) }))
    );
    const from = input.cursor === void 0 ? 0 : found.findIndex(({ name }) => name === input.cursor) + 1;
    if (from === 0 && input.cursor !== void 0) {
      throw new CallerError(
        "bad_input",
        `cursor: no such row ${JSON.stringify(input.cursor.slice(0, 80))}.`,
        "Use the cursor of the page before, with the same filters, or leave it out to start again.",
        "cursor"
      );
    }
    const dead = await deadClaims(view.reader, ctx.now());
    const page = found.slice(from, from + input.limit);
    const signs = await livenessOf(view.reader, ctx.now());
    const waits = input.plan === void 0 ? [] : await waitsOf(loaded[0], ctx.now(), input.limit);
    const last = page.at(-1);
    const warnings = loaded.flatMap((plan) => newerParts(stateOf(plan)));
    return {
      plans: loaded.map((plan) => {
        const held = whyPlanIsHeld(plan);
        const interrupted = interruptedTasks(plan, dead);
        return {
          plan: plan.stored.slug,
          status: plan.stored.status,
          counts: shortCounts(countsNow(plan, dead)),
          ...interrupted.length > 0 && { interrupted },
          done: isDone(plan),
          ...held !== void 0 && { held }
        };
      }),
      tasks: page.map(({ plan, task }) => rowOf(plan, task, signs, waits)),
      ...last && from + input.limit < found.length && { cursor: last.name },
      ...warnings.length > 0 && { warnings }
    };
  });
}
async function waitsOf(plan, nowMs, most) {
  return plan && plan.graph.readyCount > 0 ? waitingTasks(plan, await choose(plan, nowMs), nowMs, most) : [];
}
function rowOf({ stored, graph }, task, signs, waits) {
  const wait = waits.find((one) => one.task === task.id);
  const claims = graph.claimsOf(task.id);
  const cause = causeOf(task, claims);
  const running = claims.find((claim) => claim.state === "running");
  return {
    task: taskName(stored.slug, task.id),
    subject: task.subject,
    status: task.status,
    ready: graph.isReady(task.id),
    blockedBy: task.dependencies.filter((id) => graph.tasks.get(id)?.status !== "completed"),
    ...task.agent !== void 0 && { agent: task.agent },
    ...wait && { waits: { for: wait.for, until: wait.until } },
    ...cause !== void 0 && { cause },
    ...running && signs.get(running.id),
    ...claims.some((claim) => claim.state === "delivering") && { delivering: true }
  };
}
function causeOf({ status, cause: why }, claims) {
  const cause = why && causeText(why);
  if (cause === void 0 || status !== "pending" && status !== "failed") return cause;
  const last = claims.findLast((claim) => claim.state === "ended");
  if (last === void 0 || last.outcome === "completed") return cause;
  const said2 = foreignLine(last.report?.summary ?? last.lastMessage ?? "", MAX_SAID);
  return said2 === "" ? cause : `${cause}. Its agent said: ${said2}`;
}

// import:node:fs/promises in run/edits.mjs
import { access, readFile } from "node:fs/promises";

// import:run/delivery.mjs in run/edits.mjs
import { deliverWaiting } from "./delivery.mjs";

// mcp-server/src/run/edits/update-plan.ts
var COMMANDS = ["verify", "setup", "gate", "notify"];
async function updatePlan(ctx, actor, slug, policy, action) {
  const store = await existingGraph(ctx, slug);
  const isolated = policy?.isolation === void 0 ? void 0 : await isolate2(ctx, store, slug, policy);
  const said2 = isolated?.said ?? policy;
  const updated = await changePlan(ctx, store, actor, slug, async (plan) => {
    const stated = { ...plan.stored.policy, ...said2 };
    const tasks = [...plan.graph.tasks.values()];
    const wanted = effectivePolicy(ctx.settings, readPolicy(stated).stated);
    const warnings = isolated ? [...isolated.warnings] : [];
    if (isolated) refuseOtherIsolation(plan, isolated.said);
    else if (policy?.unscoped !== void 0)
      warnings.push(...await checkWorktrees(ctx, plan.stored.slug, tasks, wanted));
    if (said2) plan.append({ type: "plan.updated", ...storedPolicy(stated) });
    if (isolated?.choice) plan.append({ type: "isolation.decided", ...isolated.choice });
    const status = { pause: "paused", stop: "stopped", resume: "open", reopen: "open" };
    if (action && status[action] !== plan.stored.status) {
      plan.append({ type: "plan.status", status: status[action], cause: `${action} was called` });
      if (action === "stop") releaseClaims(plan, "the plan was stopped");
    }
    return {
      loaded: plan,
      warnings: [
        ...isolated?.choice ? [`isolation is ${isolationLine(isolated.choice)}`] : [],
        ...policyWarnings(ctx.settings, policy ?? {}),
        ...warnings,
        ...newerParts(stateOf(plan))
      ]
    };
  });
  void deliverWaiting(ctx, store, slug);
  const notRun = policy === void 0 || COMMANDS.every((setting) => policy[setting] === void 0) ? [] : await notRunWarnings(ctx, updated.loaded);
  return { ...updated, warnings: [...updated.warnings, ...notRun] };
}
async function isolate2(ctx, store, slug, said2) {
  const existing = await readPlan(ctx, store, slug);
  const tasks = [...existing.graph.tasks.values()].map(outlineOf);
  const isFromFile = existing.stored.source.kind === "file";
  const plan = { slug: existing.stored.slug, existing, tasks, said: said2, isFromFile };
  return isolatePlan(ctx, store, plan, true);
}

// mcp-server/src/run/edits/open-plan.ts
async function openPlan(ctx, actor, named, policy) {
  const { plan, path } = placeNamed(named);
  const from = path ?? await specificationOf(ctx, plan);
  if (from !== void 0) {
    const isNew = policy !== void 0 && !await isPlan(ctx, plan);
    await createPlan(ctx, actor, { plan, from, ...isNew && { policy } });
  }
  const store = await existingGraph(ctx, plan);
  const { stored } = await readPlan(ctx, store, plan);
  if (stored.status !== "open") {
    await updatePlan(ctx, actor, plan, void 0, stored.status === "paused" ? "resume" : "reopen");
  }
  return { slug: stored.slug };
}
function placeNamed(named) {
  const name = named.trim().replace(/[\\/]+$/, "");
  if (!/[\\/.]/.test(name)) return { plan: name, path: void 0 };
  return { plan: basename(extname(name) === "" ? name : dirname(resolve(name))), path: name };
}
async function isPlan(ctx, plan) {
  const store = await ctx.graph();
  if (!store) return false;
  return await readGraph(ctx, store, (view) => view.findPlan(planSlug(plan))) !== void 0;
}
async function specificationOf(ctx, name) {
  const path = join("specs", name, "03-tasks.json");
  const exists = await access(join(ctx.checkout.root, path)).then(
    () => true,
    () => false
  );
  return exists ? path : void 0;
}
function resumeCommand({ slug, source }) {
  return source.kind === "file" ? `/spec:execute ${slug}` : `/parallel:run ${slug}`;
}

// import:node:crypto in run/edits.mjs
import { createHash } from "node:crypto";

// mcp-server/src/run/edits/update-task.ts
async function updateTask(ctx, actor, agentId, input) {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const work = async (tx) => {
    if (input.token !== void 0) await noteSignOfLife(tx, input.token, agentId);
    await expireClaims(tx);
    const loaded = await tx.plan(plan);
    const task = taskOf(loaded, id);
    if (input.token !== void 0) await continueByToken(tx, loaded, task, input.token, agentId);
    if (!isNoteAlone(input)) await refuseForeignClaim(loaded, task, agentId);
    if (agentId !== void 0 || input.token !== void 0) refuseBlockingOthers(input.addBlocks);
    define(loaded, task, input);
    if (input.note !== void 0 || input.metadata || input.owner !== void 0) {
      loaded.append({
        type: "task.annotated",
        task: id,
        ...input.note !== void 0 && { note: input.note },
        ...input.metadata && { metadata: input.metadata },
        ...input.owner !== void 0 && { owner: input.owner }
      });
    }
    if (input.status !== void 0) setStatus(loaded, task, input.status);
    return { loaded, task: taskOf(loaded, id) };
  };
  return changeGraph(ctx, store, actor, work, { plan: { repository: ctx.repository, slug: plan } });
}
function isNoteAlone({ task: _task, token: _token, note: _note, ...changes }) {
  return Object.values(changes).every((value) => value === void 0);
}
function define(plan, task, input) {
  const known = (names) => (names ?? []).map((name) => taskOf(plan, splitTaskName(name, plan.stored.slug).id).id);
  const removed = new Set(known(input.removeBlockedBy));
  const { tasks } = plan.graph;
  const added = dependOnWork({ ...outlineOf(task), dependencies: known(input.addBlockedBy) }, tasks);
  const dependencies = [
    .../* @__PURE__ */ new Set([...task.dependencies.filter((id) => !removed.has(id)), ...added.dependencies])
  ];
  const definitions = /* @__PURE__ */ new Map();
  const own = {
    ...outlineOf(task),
    dependencies,
    ...input.subject !== void 0 && { subject: input.subject },
    ...input.description !== void 0 && { description: input.description },
    ...input.addWrites && { writes: [.../* @__PURE__ */ new Set([...task.writes ?? [], ...globs(input.addWrites)])] }
  };
  if (JSON.stringify(own) !== JSON.stringify(outlineOf(task))) definitions.set(task.id, own);
  for (const id of known(input.addBlocks)) {
    const other = definitions.get(id) ?? outlineOf(taskOf(plan, id));
    const waits = dependOnWork({ ...other, dependencies: [task.id] }, tasks);
    definitions.set(id, {
      ...other,
      dependencies: [.../* @__PURE__ */ new Set([...other.dependencies, ...waits.dependencies])]
    });
  }
  for (const [id, definition] of definitions) {
    definitions.set(
      id,
      dependOnParts(definition, (other) => plan.graph.tasks.get(other))
    );
  }
  const edges = new Map(
    [...plan.graph.tasks.values()].map((other) => [other.id, other.dependencies])
  );
  for (const [id, definition] of definitions) edges.set(id, definition.dependencies);
  const cycle = findCycle(edges);
  if (cycle) {
    throw new CallerError(
      "bad_input",
      `The dependencies would form a cycle: ${cycle.join(" → ")}. Nothing was changed.`,
      "Remove one of these dependencies with removeBlockedBy.",
      "addBlockedBy"
    );
  }
  for (const [id, definition] of definitions) {
    if (plan.graph.tasks.get(id)?.status === "completed") {
      throw new CallerError(
        "wrong_state",
        `${taskName(plan.stored.slug, id)} is completed; it is not changed any more.`,
        "Create a new task instead (task_create).",
        "task"
      );
    }
    plan.append({ type: "task.defined", task: id, definition });
  }
}
function globs(paths) {
  try {
    return paths.map(normaliseGlob);
  } catch (error) {
    if (!(error instanceof InvalidGlob)) throw error;
    throw new CallerError(
      "bad_input",
      `addWrites: ${error.message}`,
      "Correct it and call again.",
      "addWrites"
    );
  }
}
function setStatus(plan, task, status) {
  if (task.status === "completed") {
    throw new CallerError(
      "wrong_state",
      `${taskName(plan.stored.slug, task.id)} is completed, and completed is final.`,
      "Create a new task for further work (task_create).",
      "status"
    );
  }
  const parts = partsOf(task);
  if (parts) {
    throw new CallerError(
      "wrong_state",
      `${taskName(plan.stored.slug, task.id)} was ${task.cause && causeText(task.cause)}: its work is done there.`,
      "Change its parts instead.",
      "status"
    );
  }
  if (task.status === status) return;
  const cause = status === "cancelled" ? "cancelled by a call" : "sent back by a call";
  for (const { claim } of plan.holding) {
    if (claim.task !== task.id) continue;
    if (claim.state === "offered") {
      plan.append({ type: "claim.returned", task: task.id, attempt: claim.id, cause });
    } else if (claim.state === "running") {
      endAttempt(plan, claim, { outcome: "cancelled", cause, draining: true });
    } else if (claim.state === "delivering") {
      endAttempt(plan, claim, { outcome: "cancelled", cause });
    }
  }
  plan.append({ type: "task.status", task: task.id, status, cause: said(cause) });
}

// mcp-server/src/run/edits/questions.ts
var LEFT_TO_AGENT = "Nobody answered, so decide by yourself";
var MAX_QUESTION = 800;
async function questionOfAgent(ctx, report) {
  const { plan, id } = splitTaskName(report.task);
  const store = await existingGraph(ctx, plan);
  return readGraph(ctx, store, async (view) => {
    const found = await claimOfToken(view, report.token);
    if (isRefusal(found) || found.held.plan !== plan || found.task.id !== id) return void 0;
    const { task, loaded, held } = found;
    const question = report.question.trim();
    return {
      ...questionOf(loaded, id, held.claim.id, question),
      policy: loaded.policy.questions,
      isLeft: task.notes.includes(leftNote(question))
    };
  });
}
async function openQuestions(ctx, slug) {
  const store = await existingGraph(ctx, slug);
  return readGraph(ctx, store, async (view) => {
    const plan = await view.plan(slug);
    if (plan.stored.status === "stopped" || plan.policy.questions === "later") return [];
    return [...plan.graph.tasks.values()].flatMap((task) => {
      if (task.status !== "failed") return [];
      const last = plan.graph.claimsOf(task.id).at(-1);
      const need = last?.state === "ended" ? last.report?.blockedOn : void 0;
      return last && need && "question" in need ? [questionOf(plan, task.id, last.id, need.question)] : [];
    });
  });
}
function questionOf(plan, id, attempt, text) {
  const task = taskName(plan.stored.slug, id);
  const hash = createHash("sha256").update(`${task}
${attempt}
${text}`).digest("hex");
  return { task, subject: plan.graph.tasks.get(id)?.subject ?? "", text, key: `question-${hash}` };
}
async function answerAgent(ctx, agentId, { task, text }, token, answer) {
  await updateTask(ctx, "person", agentId, { task, token, note: answerNote(text, answer) });
}
async function answerTask(ctx, { task, text }, answer) {
  await updateTask(ctx, "person", void 0, { task, status: "pending", note: answerNote(text, answer) });
}
async function leaveToAgent(ctx, agentId, { task, text }, token) {
  await updateTask(ctx, "server", agentId, { task, token, note: leftNote(text) });
}
function answerNote(question, answer) {
  return `The user was asked: ${question.slice(0, MAX_QUESTION)}
The user's answer: ${answer}`;
}
function leftNote(question) {
  return `${LEFT_TO_AGENT}: ${question.slice(0, MAX_QUESTION)}`;
}

// mcp-server/src/run/edits/read-parts.ts
var INHERITED = [
  "priority",
  "phase",
  "phaseName",
  "agent",
  "isolation",
  "retries",
  "timeoutMs",
  "review"
];
var PART_ID = /^[^\s,]+$/;
function readParts(before, task, given, warnings) {
  if (given.length < 2) {
    throw new CallerError(
      "bad_input",
      "split needs at least two parts.",
      "Give at least two parts, or change the task itself (subject, description, addWrites).",
      "split"
    );
  }
  const named = withIds(task.id, given, before);
  const bad = named.find((part) => !PART_ID.test(String(part.id)));
  if (bad) {
    throw new CallerError(
      "bad_input",
      `split: the id ${JSON.stringify(bad.id)} has spaces or commas in it.`,
      "Leave id out, or choose another.",
      "split.id"
    );
  }
  const others = /* @__PURE__ */ new Map();
  for (const other of before.graph.tasks.values()) {
    const waits = other.dependencies.includes(task.id);
    const ids = waits ? named.map((part) => String(part.id)) : [];
    others.set(other.id, [...other.dependencies.filter((id) => id !== task.id), ...ids]);
  }
  others.set(task.id, []);
  const withDependencies = named.map(
    (part) => ["dependencies", "dependsOn", "blockedBy"].some((key) => Object.hasOwn(part, key)) ? part : { ...task.needs !== "all" && { needs: task.needs }, ...part, dependencies: task.dependencies }
  );
  const parts = readAdded(withDependencies, others, warnings);
  const waiting = parts.find((part) => part.dependencies.includes(task.id));
  if (waiting) {
    throw new CallerError(
      "bad_input",
      `split: ${waiting.id} depends on ${task.id}, which it replaces.`,
      "Let it depend on other parts, or leave dependencies out: then it waits for what the task waited for.",
      "split.dependencies"
    );
  }
  return parts.map((part, i) => inherit(part, named[i] ?? {}, task, before));
}
function inherit(part, said2, task, before) {
  const missing = INHERITED.filter(
    (key) => task[key] !== void 0 && !Object.hasOwn(said2, WRITTEN[key] ?? key)
  );
  const scope = part.writes !== void 0 ? {} : scopeFrom(part, task);
  return dependOnWork(
    {
      ...part,
      ...Object.fromEntries(missing.map((key) => [key, task[key]])),
      ...scope,
      ...!Object.hasOwn(said2, "reads") && { reads: task.reads },
      ...!Object.hasOwn(said2, "resources") && { resources: task.resources }
    },
    before.graph.tasks
  );
}
function scopeFrom(part, task) {
  if (task.writes !== void 0) return { writes: task.writes, inferredWrites: [] };
  return part.inferredWrites.length > 0 ? {} : { inferredWrites: task.inferredWrites };
}
var WRITTEN = { timeoutMs: "timeoutMinutes" };
function withIds(id, parts, before) {
  const taken = new Set(before.graph.tasks.keys());
  return parts.map((part, at) => {
    if (part.id !== void 0) return part;
    let own = `${id}.${letters(at)}`;
    while (taken.has(own)) own += "x";
    return { ...part, id: own };
  });
}
function letters(at) {
  const rest = Math.floor(at / 26);
  return (rest > 0 ? letters(rest - 1) : "") + String.fromCharCode(97 + at % 26);
}

// mcp-server/src/run/edits/split-task.ts
async function splitTask(ctx, actor, agentId, input) {
  const { plan, id } = splitTaskName(input.task);
  const store = await existingGraph(ctx, plan);
  const work = async (tx) => {
    if (input.token !== void 0) await noteSignOfLife(tx, input.token, agentId);
    await expireClaims(tx);
    const loaded = await tx.plan(plan);
    const task = taskOf(loaded, id);
    refuseEnded(loaded, task);
    refuseReviewStep(loaded, task);
    const claim = await claimToEnd(tx, loaded, task, input.token, agentId);
    await refuseForeignClaim(loaded, task, agentId);
    const warnings = [];
    const parts = readParts(loaded, task, input.parts, warnings);
    if (agentId !== void 0) await refuseTooManyTasks(loaded, parts.length);
    const ids = parts.map((part) => part.id);
    const cause = { kind: "split", parts: ids };
    const dependents = rewired(loaded, task, parts, cause);
    const first = nextPosition(loaded);
    loaded.append(
      ...parts.map((definition, i) => ({
        type: "task.created",
        task: definition.id,
        definition,
        position: first + i
      })),
      ...ids.flatMap(
        (part) => [originNote(loaded, task), ...task.notes].map((note) => ({
          type: "task.annotated",
          task: part,
          note
        }))
      ),
      ...dependents.map((definition) => ({ type: "task.defined", task: definition.id, definition })),
      // First of all that ends: an attempt that is cancelled would otherwise send its task back to pending.
      { type: "task.status", task: id, status: "cancelled", cause }
    );
    if (claim?.state === "offered") {
      loaded.append({ type: "claim.returned", task: id, attempt: claim.id, cause: causeText(cause) });
    } else if (claim?.state === "running") {
      endAttempt(loaded, claim, { outcome: "cancelled", cause: causeText(cause) });
    }
    return { loaded, task: taskOf(loaded, id), parts: ids, warnings };
  };
  return changeGraph(ctx, store, actor, work, { plan: { repository: ctx.repository, slug: plan } });
}
function refuseEnded(before, task) {
  if (task.status !== "completed" && task.status !== "cancelled") return;
  throw new CallerError(
    "wrong_state",
    `${taskName(before.stored.slug, task.id)} is ${task.status}${task.cause === void 0 ? "" : ` (${causeText(task.cause)})`}; only what is still to be done can be split.`,
    "Add further work with task_create.",
    "split"
  );
}
function refuseReviewStep(before, task) {
  if (!isReviewStep(task)) return;
  throw new CallerError(
    "wrong_state",
    `${taskName(before.stored.slug, task.id)} belongs to a review, which ends with one verdict; it cannot be split.`,
    "Do it as a whole, or report failed and say what stands in the way.",
    "split"
  );
}
async function claimToEnd(tx, plan, task, token, agentId) {
  if (token !== void 0) {
    await continueByToken(tx, plan, task, token, agentId);
  }
  const claim = plan.graph.claimsOf(task.id).find(isLive);
  if (token === void 0 && claim && claim.state !== "offered") {
    throw new CallerError(
      "wrong_state",
      claim.state === "delivering" ? `${taskName(plan.stored.slug, task.id)} was reported and is on its way onto a branch.` : `${taskName(plan.stored.slug, task.id)} is running; only its own agent, with its token, can split it.`,
      claim.state === "delivering" ? "Create a new task for further work (task_create)." : "Send it back first (status: pending) and stop its agent, or let the agent split it.",
      "split"
    );
  }
  return claim;
}
function rewired(before, task, parts, cause) {
  const after = new Map([
    [task.id, { dependencies: task.dependencies, status: "cancelled", cause }],
    ...parts.map((part) => [part.id, { dependencies: part.dependencies, status: "pending" }])
  ]);
  const taskAfter = (id) => after.get(id) ?? before.graph.tasks.get(id);
  return [...before.graph.tasks.values()].filter((other) => other.dependencies.includes(task.id)).filter((other) => other.status !== "completed").map((other) => dependOnParts(outlineOf(other), taskAfter));
}
function originNote(before, task) {
  const name = taskName(before.stored.slug, task.id);
  const worked = before.graph.claimsOf(task.id).some(isAttempt);
  return `This is a part of ${name} (${task.subject}), which was split; task_get tells its text.${worked ? " Somebody has worked on it already: look for what is there." : ""}`;
}

// mcp-server/src/run/edits/write-suggested-scopes.ts
async function writeSuggestedScopes(ctx, slug) {
  const store = await existingGraph(ctx, slug);
  const { stored } = await readPlan(ctx, store, slug);
  const { source } = stored;
  if (source.kind !== "file" || !source.path.endsWith(".json")) {
    throw new CallerError(
      "wrong_state",
      `The plan "${slug}" did not come from a 03-tasks.json.`,
      `Export it first: parallel export ${slug}.`,
      "plan"
    );
  }
  const { suggestedScopes } = await readReport(ctx, slug);
  if (suggestedScopes.length === 0) return "Every task wrote what it had declared; nothing to change.";
  const path = await pathInside(ctx.checkout.root, source.path);
  const text = await readFile(path, "utf8");
  await writeAtomically(path, writeScopes(text, source.path, suggestedScopes));
  const tasks = suggestedScopes.map(({ task }) => task).join(", ");
  return `Wrote the scopes of ${tasks} into ${source.path}. Look at them, then import: plan_create {plan: "${slug}", from: "${source.path}"}.`;
}
export {
  answerAgent,
  answerTask,
  commandsOfPlan,
  compare,
  createPlan,
  exportPlan,
  isPlan,
  judgeWork,
  leaveToAgent,
  listTasks,
  notRunWarnings,
  openPlan,
  openQuestions,
  placeNamed,
  purposeOfCommand,
  questionOfAgent,
  readParts,
  readSource,
  resumeCommand,
  specificationOf,
  splitTask,
  uncommittedWarnings,
  updatePlan,
  updateTask,
  writeSuggestedScopes
};
