import fc from "fast-check";
import { expect } from "vitest";
import { BreakdownError } from "../../mcp-server/src/breakdown/errors.ts";
import { CallerError } from "../../mcp-server/src/errors/caller-error.ts";
import type { AttemptId, BlockedOn, Report } from "../../mcp-server/src/graph/attempt.ts";
import type { TaskId } from "../../mcp-server/src/graph/task.ts";
import { agentEnded } from "../../mcp-server/src/run/attempts/agent-ended.ts";
import { expireClaims } from "../../mcp-server/src/run/attempts/expire-claims.ts";
import { getTask } from "../../mcp-server/src/run/briefs/get-task.ts";
import { claimTask } from "../../mcp-server/src/run/claims/claim-task.ts";
import { nextBatch } from "../../mcp-server/src/run/claims/next-batch.ts";
import { completeLanding } from "../../mcp-server/src/run/delivery/complete-landing.ts";
import type { Delivery, MergedDelivery } from "../../mcp-server/src/run/delivery/delivery.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { splitTask } from "../../mcp-server/src/run/edits/split-task.ts";
import { updatePlan } from "../../mcp-server/src/run/edits/update-plan.ts";
import { updateTask } from "../../mcp-server/src/run/edits/update-task.ts";
import { createTasks } from "../../mcp-server/src/run/plan/new-task.ts";
import { changeGraph } from "../../mcp-server/src/run/plan/plan-transaction.ts";
import { readGraph } from "../../mcp-server/src/run/plan/plan-view.ts";
import { reportTask } from "../../mcp-server/src/run/reporting/report-task.ts";
import {
  DEFAULT_ROLE,
  EVERYTHING,
  LEASE_MINUTES,
  type Model,
  type ModelClaim,
  type Need,
  type PolicySpec,
  Refused,
  type TaskSpec,
} from "./model.ts";
import { CHECKOUTS, type World } from "./world.ts";

export const PLANS = ["p", "q"] as const;
const ACTOR = "test";

export type AnyOperation = fc.AsyncCommand<Model, World>;

/** One operation on the graph, done to the model and to the product; both must agree whether it is refused. */
abstract class Operation implements AnyOperation {
  #told = "";

  check(_model: Readonly<Model>): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    world.nowMs = model.nowMs;
    model.settle();
    let refused: string | undefined;
    try {
      refused = await this.perform(model, world);
    } finally {
      this.#told = this.tell(model) + (refused === undefined ? "" : ` (refused: ${refused})`);
    }
    await world.sweep();
    model.settle();
    await expectAgreement(model, world);
  }

  toString(): string {
    return this.#told;
  }

  /** @returns why both refused it, if they did. */
  protected abstract perform(model: Model, world: World): Promise<string | undefined>;
  /** The operation in words, after it was done. */
  protected abstract tell(model: Model): string;
}

async function expectAgreement(model: Model, world: World): Promise<void> {
  for (const slug of model.plans.keys()) {
    const expected = model.picture(slug);
    for (const seen of await world.pictures(slug)) expect(seen, `plan ${slug}`).toEqual(expected);
  }
}

/** Does it to the product and then to the model; why both refused, or an error if only one did. */
async function both<Result>(
  product: () => Promise<Result>,
  model: (result: Result) => void,
): Promise<string | undefined> {
  let result: Result;
  try {
    result = await product();
  } catch (error) {
    if (!(error instanceof CallerError) && !(error instanceof BreakdownError)) throw error;
    try {
      // A call that is refused has no result, and the model must refuse before it needs one.
      model(undefined as Result);
    } catch (refusal) {
      if (refusal instanceof Refused) return refusal.message;
      throw new Error(`only the product refused: ${error.message}`);
    }
    throw new Error(`only the product refused: ${error.message}`);
  }
  try {
    model(result);
  } catch (refusal) {
    if (refusal instanceof Refused) throw new Error(`only the model refused: ${refusal.message}`);
    throw refusal;
  }
  return undefined;
}

/** A plan from a file, or from a call. The same again changes nothing; another text is a re-import. */
export class Import extends Operation {
  constructor(
    readonly plan: string,
    readonly specs: readonly TaskSpec[],
    readonly policy: PolicySpec,
    readonly fromFile: boolean,
  ) {
    super();
  }

  protected perform(model: Model, world: World) {
    const tasks = this.specs.map(written);
    const text = JSON.stringify({ slug: this.plan, tasks }, null, 1);
    const isNew = !model.plans.has(this.plan);
    return both(
      () =>
        createPlan(world.session(0), ACTOR, {
          plan: this.plan,
          ...(this.fromFile ? { from: world.write(`${this.plan}.json`, text) } : { tasks }),
          ...(isNew && { policy: { ...policyOf(this.policy), leaseMinutes: LEASE_MINUTES } }),
        }),
      () => model.import(this.plan, this.specs, this.fromFile ? text : undefined, this.policy),
    );
  }

  protected tell(): string {
    const tasks = this.specs.map((spec) => JSON.stringify(written(spec))).join(" ");
    return `import ${this.plan} ${this.fromFile ? "from its file" : "by a call"} (${JSON.stringify(this.policy)}): ${tasks}`;
  }
}

class AddTask extends Operation {
  constructor(
    readonly plan: string,
    readonly spec: TaskSpec,
    readonly waitsFor: readonly number[],
  ) {
    super();
  }

  protected perform(model: Model, world: World) {
    const dependencies = this.waitsFor.flatMap((at) => idAt(model, this.plan, at));
    const needs = typeof this.spec.needs === "object" ? "any" : this.spec.needs;
    const spec = { ...this.spec, dependencies: [...new Set(dependencies)], needs };
    const { id: _, ...fields } = written(spec);
    return both(
      () => createTasks(world.session(0), ACTOR, this.plan, [fields]),
      (result) => model.addTask(this.plan, { ...spec, id: result?.ids[0] ?? "new" }),
    );
  }

  protected tell(model: Model): string {
    return `add to ${this.plan}: ${JSON.stringify(written([...model.plan(this.plan).tasks.values()].at(-1) ?? this.spec))}`;
  }
}

export class Next extends Operation {
  #launched = "";

  constructor(
    readonly plan: string,
    readonly session: number,
    readonly max: number | undefined,
  ) {
    super();
  }

  protected async perform(model: Model, world: World) {
    const owner = world.ownerName(this.session);
    const { launch } = await nextBatch(world.session(this.session), ACTOR, this.plan, this.max);
    this.#launched = launch.map(({ task }) => task).join(" ");
    const tokens = launch.map(({ prompt }) => tokenIn(prompt));
    const isOpen = model.plan(this.plan).status === "open";
    const again = isOpen ? model.openOffers(this.plan, owner).map(({ token }) => token) : [];
    expect(tokens.slice(0, again.length), "offers that nobody took up come again").toEqual(
      again.slice(0, this.max),
    );
    for (const [i, { task }] of launch.entries()) {
      if (i >= again.length) model.offer(this.plan, task, tokens[i] ?? "", owner, checkoutOf(this.session));
    }
    if (launch.length !== this.max) expectNothingMoreFits(model, this.plan, this.session);
    return undefined;
  }

  protected tell(): string {
    const max = this.max === undefined ? "" : `, at most ${this.max}`;
    return `batch_next ${this.plan} by session ${this.session}${max} -> ${this.#launched || "nothing"}`;
  }
}

function checkoutOf(session: number): string {
  return CHECKOUTS[session] ?? CHECKOUTS[0];
}

function expectNothingMoreFits(
  model: Model,
  plan: string,
  session: number,
  only: (id: string) => boolean = () => true,
): void {
  const checkout = checkoutOf(session);
  const left = model
    .ready(plan)
    .filter((task) => only(task.id) && model.whyNot(plan, task, checkout) === undefined);
  expect(
    left.map(({ id }) => id),
    `ready tasks of ${plan} that were not given out`,
  ).toEqual([]);
}

class Claim extends Operation {
  #claimed = "";

  constructor(
    readonly plan: string,
    readonly session: number,
    readonly wanted: number | undefined,
    readonly agent: string | undefined,
  ) {
    super();
  }

  protected async perform(model: Model, world: World) {
    const task = this.wanted === undefined ? undefined : idAt(model, this.plan, this.wanted)[0];
    const { claim } = await claimTask(world.session(this.session), ACTOR, undefined, {
      plan: this.plan,
      task,
      agent: this.agent,
      worker: "worker",
    });
    this.#claimed = `${this.agent ?? "any"} wants ${task ?? "any"} -> ${claim?.task ?? "none"}`;
    if (claim) {
      const id = claim.task.slice(this.plan.length + 1);
      model.offer(this.plan, id, claim.token, world.ownerName(this.session), checkoutOf(this.session));
      model.use(model.claims.at(-1) as ModelClaim);
      expect([task, id]).toContain(id);
      return undefined;
    }
    const fits = (id: string) => {
      const role = model.task(this.plan, id).agent ?? DEFAULT_ROLE;
      return (task === undefined || id === task) && (this.agent === undefined || role === this.agent);
    };
    expectNothingMoreFits(model, this.plan, this.session, fits);
    return undefined;
  }

  protected tell(): string {
    return `task_claim ${this.plan} by session ${this.session}: ${this.#claimed}`;
  }
}

/** An operation with one of the tokens that were ever given out, dead ones included. */
abstract class WithToken extends Operation {
  #claim: ModelClaim | undefined;

  constructor(readonly token: number) {
    super();
  }

  override check(model: Readonly<Model>): boolean {
    return model.claims.length > 0;
  }

  override perform(model: Model, world: World): Promise<string | undefined> {
    const claim = model.claims.at(-1 - (this.token % model.claims.length));
    if (!claim) throw new Error("no token was given out yet");
    this.#claim = claim;
    return this.performWith(claim, model, world);
  }

  protected abstract performWith(claim: ModelClaim, model: Model, world: World): Promise<string | undefined>;

  /** The task of the token, with the number of the claim. */
  protected named(): string {
    const claim = this.#claim;
    if (!claim) return "no token";
    return `${claim.plan}/${claim.task} with token ${claim.token.split("-")[0]}`;
  }
}

export class Use extends WithToken {
  protected performWith(claim: ModelClaim, model: Model, world: World) {
    const task = `${claim.plan}/${claim.task}`;
    return both(
      () => getTask(world.session(1), ACTOR, undefined, { task, token: claim.token }),
      () => model.use(claim),
    );
  }

  protected tell(): string {
    return `task_get ${this.named()}`;
  }
}

export class ReportTask extends WithToken {
  #need: Need | undefined;

  constructor(
    token: number,
    readonly outcome: "completed" | "failed" | "blocked",
    readonly on: { readonly writes: string } | { readonly task: number } | { readonly question: string },
    readonly wrote = false,
  ) {
    super(token);
  }

  protected performWith(claim: ModelClaim, model: Model, world: World) {
    const need = this.outcome === "blocked" ? this.#needOf(model, claim.plan) : undefined;
    this.#need = need;
    const report: Report = {
      outcome: this.outcome,
      summary: "It ended.",
      evidence: [{ inspected: "the result" }],
      filesChanged: this.wrote ? ["src/a.ts"] : [],
      findings: [],
      notes: [],
      ...(need && { blockedOn: inProduct(need) }),
    };
    const task = `${claim.plan}/${claim.task}`;
    return both(
      () => reportTask(world.session(2), ACTOR, undefined, { task, token: claim.token, report }),
      () => model.report(claim, this.outcome, need, this.wrote),
    );
  }

  #needOf(model: Model, plan: string): Need {
    if ("task" in this.on) return { tasks: idAt(model, plan, this.on.task) };
    return "writes" in this.on ? { writes: [this.on.writes] } : this.on;
  }

  protected tell(): string {
    const need = this.#need ? ` on ${JSON.stringify(this.#need)}` : "";
    return `task_report ${this.named()}: ${this.outcome}${need}${this.wrote ? ", files changed" : ""}`;
  }
}

/** The report of the attempt was accepted, and its commit is on its way in a clone that none of the sessions has. */
export class Accept extends WithToken {
  protected async performWith(claim: ModelClaim, model: Model, world: World) {
    const context = world.session(0);
    const store = await context.createGraph();
    await changeGraph(context, store, ACTOR, async (tx) => {
      await expireClaims(tx);
      const held = await tx.writer.claimById(attemptOf(claim));
      const plan = held && (await tx.planOf(held));
      if (!plan) return;
      plan.append({
        type: "delivery.accepted",
        task: held.claim.task,
        attempt: held.claim.id,
        commit: "c0ffee",
        base: "ba5e",
        targets: ["checkout"],
        clone: "another-machine:/repository",
        by: context.owner,
        report: {
          outcome: "completed",
          summary: "Accepted.",
          evidence: [],
          filesChanged: [],
          findings: [],
          notes: [],
        },
      });
    });
    model.accept(claim);
    return undefined;
  }

  protected tell(): string {
    return `the report of ${this.named()} is accepted`;
  }
}

/** What was accepted is where it belongs, or is lost. */
export class Deliver extends WithToken {
  constructor(
    token: number,
    readonly isThere: boolean,
  ) {
    super(token);
  }

  protected async performWith(claim: ModelClaim, model: Model, world: World) {
    const context = world.session(1);
    const store = await context.createGraph();
    const delivery = await readGraph(context, store, async (view): Promise<Delivery | undefined> => {
      const { graph, stored } = await view.plan(claim.plan);
      const attempt = graph.claim(attemptOf(claim));
      const task = attempt && graph.tasks.get(attempt.task);
      return attempt?.state === "delivering" && task ? { plan: stored.slug, task, attempt } : undefined;
    });
    if (delivery) {
      const where = { commit: "c0ffee", head: undefined, checkout: { commit: "c0ffee" }, found: false };
      const merged: MergedDelivery = this.isThere
        ? { delivery, kind: "merged", ...where }
        : { delivery, kind: "gone" };
      const landing = { plan: delivery.plan, root: "", merged: [merged], moves: [], remote: undefined };
      await completeLanding(context, store, landing);
    }
    model.deliver(claim, this.isThere);
    return undefined;
  }

  protected tell(): string {
    return `the commit of ${this.named()} is ${this.isThere ? "delivered" : "lost"}`;
  }
}

function attemptOf(claim: ModelClaim): AttemptId {
  return Number(claim.token.split("-")[0]) as AttemptId;
}

export class AgentGone extends WithToken {
  constructor(
    token: number,
    readonly finished: boolean,
  ) {
    super(token);
  }

  protected async performWith(claim: ModelClaim, model: Model, world: World) {
    const context = world.session(0);
    const store = await context.createGraph();
    await changeGraph(context, store, ACTOR, async (tx) => {
      await expireClaims(tx);
      const held = await tx.writer.claimById(attemptOf(claim));
      if (!held) throw new Error("the claim is not there");
      await agentEnded(tx, held, { finished: this.finished, cause: "gone", lastMessage: "" });
    });
    model.agentGone(claim, this.finished);
    return undefined;
  }

  protected tell(): string {
    return `the agent of ${this.named()} ${this.finished ? "ended" : "was stopped"}`;
  }
}

export class Split extends Operation {
  #split = "";

  constructor(
    readonly plan: string,
    readonly task: number,
    readonly withToken: boolean,
    readonly chained: boolean,
  ) {
    super();
  }

  protected perform(model: Model, world: World) {
    const [id = ""] = idAt(model, this.plan, this.task);
    const claim = this.withToken
      ? model.claims.findLast((one) => one.plan === this.plan && one.task === id)
      : undefined;
    const first = { subject: "The first part" };
    // The second names the first by the id that it gets, which is another one only if that is taken.
    const own = `${id}.first${model.plan(this.plan).tasks.size}`;
    const parts = this.chained
      ? [
          { ...first, id: own },
          { subject: "The second part", dependencies: [own] },
        ]
      : [first, { subject: "The second part" }];
    this.#split = `${this.plan}/${id}${claim ? ` with token ${claim.token.split("-")[0]}` : ""}`;
    return both(
      () =>
        splitTask(world.session(1), ACTOR, undefined, {
          task: `${this.plan}/${id}`,
          token: claim?.token,
          parts,
        }),
      (result) => model.split(this.plan, id, claim, result?.parts ?? ["one", "two"], this.chained),
    );
  }

  protected tell(): string {
    return `split ${this.#split} into two ${this.chained ? "in a row" : "beside each other"}`;
  }
}

export class ChangeTask extends Operation {
  #changed = "";

  constructor(
    readonly plan: string,
    readonly task: number,
    readonly change:
      | { readonly status: "pending" | "cancelled" }
      | { readonly addBlockedBy: number }
      | { readonly removeBlockedBy: number }
      | { readonly addBlocks: number }
      | { readonly addWrites: string },
  ) {
    super();
  }

  protected perform(model: Model, world: World) {
    const [id = ""] = idAt(model, this.plan, this.task);
    const other = (at: number) => idAt(model, this.plan, at)[0] ?? "";
    const { change, plan } = this;
    const [input, apply]: [object, () => void] =
      "status" in change
        ? [change, () => model.setStatus(plan, id, change.status)]
        : "addWrites" in change
          ? [{ addWrites: [pathOf(change.addWrites)] }, () => model.addWrites(plan, id, [change.addWrites])]
          : "addBlocks" in change
            ? [
                { addBlocks: [other(change.addBlocks)] },
                () => model.changeDependencies(plan, other(change.addBlocks), [id], []),
              ]
            : "addBlockedBy" in change
              ? [
                  { addBlockedBy: [other(change.addBlockedBy)] },
                  () => model.changeDependencies(plan, id, [other(change.addBlockedBy)], []),
                ]
              : [
                  { removeBlockedBy: [other(change.removeBlockedBy)] },
                  () => model.changeDependencies(plan, id, [], [other(change.removeBlockedBy)]),
                ];
    this.#changed = `${plan}/${id} ${JSON.stringify(input)}`;
    return both(
      () => updateTask(world.session(1), ACTOR, undefined, { task: `${plan}/${id}`, ...input }),
      apply,
    );
  }

  protected tell(): string {
    return `task_update ${this.#changed}`;
  }
}

class ChangePlan extends Operation {
  constructor(
    readonly plan: string,
    readonly change: "pause" | "resume" | "stop" | "reopen" | { readonly maxParallel: number },
  ) {
    super();
  }

  protected async perform(model: Model, world: World) {
    const { plan, change } = this;
    const action = typeof change === "string" ? change : undefined;
    const policy = typeof change === "string" ? undefined : change;
    await updatePlan(world.session(1), ACTOR, plan, policy, action);
    if (action) model.act(plan, action);
    if (policy) model.setPolicy(plan, policy);
    return undefined;
  }

  protected tell(): string {
    return `plan_update ${this.plan} ${JSON.stringify(this.change)}`;
  }
}

/** Nobody looks at the graph then: whatever comes next must notice by itself what is over. */
export class TimePasses implements AnyOperation {
  constructor(readonly seconds: number) {}

  check(): boolean {
    return true;
  }

  async run(model: Model): Promise<void> {
    model.nowMs += this.seconds * 1000;
  }

  toString(): string {
    return `${this.seconds} s pass`;
  }
}

class OwnerDies implements AnyOperation {
  constructor(readonly session: number) {}

  check(): boolean {
    return true;
  }

  async run(model: Model, world: World): Promise<void> {
    model.ownerDies(world.ownerName(this.session));
    await world.kill(this.session);
  }

  toString(): string {
    return `the owner of session ${this.session} dies`;
  }
}

class Reconnect implements AnyOperation {
  constructor(readonly session: number) {}

  check(): boolean {
    return true;
  }

  async run(_model: Model, world: World): Promise<void> {
    await world.reconnect(this.session);
  }

  toString(): string {
    return `the server of session ${this.session} is started anew`;
  }
}

function idAt(model: Model, plan: string, at: number): string[] {
  const ids = [...model.plan(plan).tasks.keys()];
  return ids.slice(at % ids.length, (at % ids.length) + 1);
}

function tokenIn(prompt: string): string {
  return /\d+-[a-z2-7]{26}/.exec(prompt)?.[0] ?? "";
}

function pathOf(file: string): string {
  return file === EVERYTHING ? "src/**" : `src/${file}.ts`;
}

function written(spec: TaskSpec) {
  return {
    id: spec.id,
    subject: `Do ${spec.id}`,
    ...(spec.mentions.length > 0 && { description: `Change ${spec.mentions.map(pathOf).join(" and ")}.` }),
    ...(spec.dependencies.length > 0 && { dependencies: spec.dependencies }),
    ...(spec.needs !== "all" && { needs: spec.needs }),
    ...(spec.writes && { writes: spec.writes.map(pathOf) }),
    ...(spec.resources.length > 0 && { resources: spec.resources }),
    ...(spec.agent !== undefined && { agent: spec.agent }),
    ...(spec.retries !== undefined && { retries: spec.retries }),
  };
}

function policyOf({ maxParallel, failure, retries, testers }: PolicySpec) {
  return { maxParallel, failure, retries, capacity: { tester: testers } };
}

function inProduct(need: Need): BlockedOn {
  if ("writes" in need) return { writes: need.writes.map(pathOf) };
  return "tasks" in need ? { tasks: need.tasks as TaskId[] } : need;
}

// What fast-check chooses from

const plan = fc.constantFrom(...PLANS);
const at = fc.nat(7);
/** Mostly one of the last tokens, which may still be alive. */
const token = fc.oneof({ weight: 4, arbitrary: fc.nat(4) }, { weight: 1, arbitrary: fc.nat(40) });
const session = fc.nat(2);
const file = fc.constantFrom("a", "b", "c", "d");

const scope = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .uniqueArray(file, { maxLength: 2 })
      .map((writes) => ({ writes: writes as string[] | undefined, mentions: [] as string[] })),
  },
  { weight: 1, arbitrary: fc.constant({ writes: [EVERYTHING], mentions: [] }) },
  { weight: 1, arbitrary: file.map((name) => ({ writes: undefined, mentions: [name] })) },
  { weight: 1, arbitrary: fc.constant({ writes: undefined, mentions: [] }) },
);

const looseTask = fc
  .record({
    scope,
    needs: fc.constantFrom("all" as const, "all" as const, "any" as const, "settled" as const, {
      atLeast: 2,
    }),
    resources: fc.constantFrom([], [], [], ["db"]),
    agent: fc.constantFrom(undefined, undefined, "tester"),
    retries: fc.constantFrom(undefined, undefined, 0, 2),
  })
  .map(({ scope, ...rest }) => ({ ...rest, ...scope }));

/** Tasks of a breakdown: each may wait for earlier ones. */
export const breakdown: fc.Arbitrary<TaskSpec[]> = fc
  .array(fc.record({ task: looseTask, waitsFor: fc.uniqueArray(fc.nat(5), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((drafts) =>
    drafts.map(({ task, waitsFor }, i) => {
      const dependencies = waitsFor
        .filter((at) => at < i)
        .sort()
        .map((at) => String(at + 1));
      const needs = typeof task.needs === "object" && dependencies.length < 2 ? "all" : task.needs;
      return { ...task, id: String(i + 1), dependencies, needs };
    }),
  );

export const policy: fc.Arbitrary<PolicySpec> = fc.record({
  maxParallel: fc.integer({ min: 1, max: 4 }),
  failure: fc.constantFrom("best-effort" as const, "retry" as const, "fail-fast" as const),
  retries: fc.nat(2),
  testers: fc.integer({ min: 1, max: 2 }),
});

const neverPolicy: PolicySpec = { maxParallel: 1, failure: "best-effort", retries: 0, testers: 1 };

const claiming: readonly fc.Arbitrary<AnyOperation>[] = [
  fc
    .tuple(plan, session, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }))
    .map((a) => new Next(...a)),
  fc
    .tuple(
      plan,
      session,
      fc.option(at, { nil: undefined }),
      fc.constantFrom(undefined, "tester", DEFAULT_ROLE),
    )
    .map((a) => new Claim(...a)),
  token.map((a) => new Use(a)),
];

const changing: readonly fc.Arbitrary<AnyOperation>[] = [
  fc
    .tuple(
      plan,
      at,
      fc.oneof(
        fc.record({ status: fc.constantFrom("pending" as const, "cancelled" as const) }),
        fc.record({ addBlockedBy: at }),
        fc.record({ removeBlockedBy: at }),
        fc.record({ addBlocks: at }),
        fc.record({ addWrites: file }),
      ),
    )
    .map((a) => new ChangeTask(...a)),
  fc.tuple(plan, at, fc.boolean(), fc.boolean()).map((a) => new Split(...a)),
  fc
    .tuple(
      plan,
      fc.oneof(
        fc.constantFrom("pause" as const, "stop" as const),
        fc.constantFrom("resume" as const, "reopen" as const),
        fc.record({ maxParallel: fc.integer({ min: 1, max: 4 }) }),
      ),
    )
    .map((a) => new ChangePlan(...a)),
  fc
    .tuple(plan, breakdown, fc.boolean())
    .map(([to, specs, file]) => new Import(to, specs, neverPolicy, file)),
  fc
    .tuple(plan, looseTask, fc.uniqueArray(at, { maxLength: 2 }))
    .map(([to, task, waitsFor]) => new AddTask(to, { ...task, id: "", dependencies: [] }, waitsFor)),
];

/** Operations on plans that exist. */
export const commands: fc.Arbitrary<AnyOperation>[] = [
  ...claiming,
  ...Array.from({ length: 2 }, () =>
    fc
      .tuple(
        token,
        fc.constantFrom("completed" as const, "completed" as const, "failed" as const, "blocked" as const),
        fc.oneof(
          fc.record({ writes: file }),
          fc.record({ task: at }),
          fc.record({ question: fc.constant("Which?") }),
        ),
        fc.boolean(),
      )
      .map((a) => new ReportTask(...a)),
  ),
  fc.tuple(token, fc.boolean()).map((a) => new AgentGone(...a)),
  ...changing,
  fc.constantFrom(30, 100, 150, 400, 650).map((seconds) => new TimePasses(seconds)),
  session.map((a) => new OwnerDies(a)),
  session.map((a) => new Reconnect(a)),
];

/**
 * The same with reports that bring commits, each on its way for a while; no task fails, no lease runs out
 * and no server is started anew.
 */
export const deliveries: fc.Arbitrary<AnyOperation>[] = [
  ...claiming,
  token.map((a) => new Accept(a)),
  fc.tuple(token, fc.boolean()).map((a) => new Deliver(...a)),
  token.map((a) => new Accept(a)),
  fc.tuple(token, fc.boolean()).map((a) => new Deliver(...a)),
  fc
    .tuple(token, fc.boolean())
    .map(([at, wrote]) => new ReportTask(at, "completed", { question: "" }, wrote)),
  ...changing,
  session.map((a) => new OwnerDies(a)),
];
