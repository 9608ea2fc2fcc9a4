import fc from "fast-check";
import {
  GLOBS_OUT,
  hostileText,
  hugeText,
  nested,
  PATHS_OUT,
  PROTOTYPE_NAMES,
  withKey,
} from "./hostile-values.ts";
import { type InputSchema, type Place, placesOf, replaceAt, typesOf } from "./input-schema.ts";

/** What the calls are aimed at: a plan under way, whose names and tokens a wrong call could hit. */
export interface Target {
  readonly plan: string;
  /** Its breakdown file. */
  readonly file: string;
  /** A running task, its token, and the agent that the host has bound to it. */
  readonly running: { readonly task: string; readonly token: string; readonly agent: string };
  /** Another running task, which calls may hit that turn out to be valid. */
  readonly spare: { readonly task: string; readonly token: string };
  /** A running task of another plan. */
  readonly foreign: { readonly task: string; readonly token: string };
  /** A token whose attempt was reported. */
  readonly stale: { readonly task: string; readonly token: string };
  /** Another plan, for tasks of which no other call may find the names. */
  readonly other: string;
  /** A task that nobody has claimed. */
  readonly free: string;
}

/** One call. What is refused by its form alone must be refused whatever the graph holds. */
export interface MalformedCall {
  readonly kind: string;
  readonly mustFail: boolean;
  readonly tool: string;
  readonly input: unknown;
  readonly meta?: Readonly<Record<string, unknown>>;
}

export type Schemas = ReadonlyMap<string, InputSchema>;
type Input = Readonly<Record<string, unknown>>;

/** A valid call of every tool, which is then spoilt in one place. */
export function validCalls(target: Target): readonly (readonly [tool: string, input: Input])[] {
  const { plan, spare, free } = target;
  const id = free.slice(plan.length + 1);
  const policy = {
    maxParallel: 2,
    capacity: { "code-reviewer": 1 },
    leaseMinutes: 5,
    maxLeaseHours: 1,
    failure: "best-effort",
    retries: 1,
    unscoped: "exclusive",
    barrier: "none",
    guard: "enforce",
    approve: "tools",
    review: "end",
    commit: "none",
  };
  return [
    ["batch_collect", { plan, until: { atLeast: 1 }, tasks: [id], waitSeconds: 0 }],
    ["batch_collect", { plan, until: "all", waitSeconds: 0 }],
    ["batch_next", { plan, max: 1 }],
    ["plan_analyze", { plan, maxParallel: 2 }],
    ["plan_create", { plan, title: "T", tasks: [{ id: "1", subject: "S" }], policy, dryRun: true }],
    ["plan_create", { plan, from: target.file, dryRun: true }],
    ["plan_report", { plan, format: "json" }],
    ["plan_update", { plan, policy: { retries: 1 }, action: "resume" }],
    ["task_claim", { plan, task: id, agent: "debugger", worker: "w" }],
    ["task_create", { plan, tasks: [{ subject: "S", writes: [] }] }],
    ["task_get", { task: spare.task, token: spare.token }],
    ["task_list", { plan, status: "pending", ready: true, agent: "debugger", limit: 5 }],
    ["task_list", { plan, cursor: free }],
    ["task_update", { task: spare.task, token: spare.token, note: "n" }],
    [
      "task_update",
      {
        task: free,
        addBlockedBy: [],
        removeBlockedBy: [],
        addBlocks: [],
        owner: "o",
        subject: "S",
        description: "D",
        addWrites: ["src/b.ts"],
        note: "n",
        metadata: { a: 1 },
      },
    ],
    // Last, because it ends the attempt.
    [
      "task_report",
      {
        task: spare.task,
        token: spare.token,
        outcome: "blocked",
        summary: "S",
        evidence: [{ criterion: "1", command: "c", exitCode: 0, result: "r" }, { inspected: "i" }],
        filesChanged: ["src/a.ts"],
        findings: [{ severity: "low", text: "t", file: "src/a.ts:1" }],
        notes: ["n"],
        blockedOn: { question: "q" },
      },
    ],
  ];
}

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  string: ["text", ""],
  number: [0, -1, 1.5],
  boolean: [true, false],
  null: [null],
  array: [[], [null], [[]], ["x", 1]],
  object: [{}, { a: 1 }, { length: 1 }],
};

/** The longest text that any field takes. */
const MAX_DESCRIPTION = 200_000;
/** Names of what must exist, and words of which only a few are known. */
const NAMES =
  /^(plan|task|token|status|action|format|outcome|failure|unscoped|barrier|guard|approve|review|commit|severity)$/;

/** All kinds of malformed calls, in the proportions in which they are sent. */
export function malformedCalls(target: Target, schemas: Schemas): fc.Arbitrary<MalformedCall> {
  const calls = validCalls(target);
  const schemaOf = (tool: string) => {
    const schema = schemas.get(tool);
    if (!schema) throw new Error(`the server does not list ${tool}`);
    return schema;
  };
  const places: readonly SpoiltPlace[] = calls.flatMap(([tool, input]) =>
    placesOf(schemaOf(tool), input).map((place) => ({ ...place, tool, input })),
  );
  return fc.oneof(
    { weight: 15, arbitrary: wrongType(places) },
    { weight: 8, arbitrary: missingField(places) },
    { weight: 9, arbitrary: unknownField(places) },
    { weight: 6, arbitrary: wrongNumber(places) },
    { weight: 17, arbitrary: hostileTexts(places) },
    { weight: 2, arbitrary: hugeTexts(places) },
    { weight: 7, arbitrary: hostilePaths(target) },
    { weight: 11, arbitrary: deadTokens(target) },
    { weight: 5, arbitrary: contradictions(target) },
    { weight: 4, arbitrary: hostileTasks(target) },
    { weight: 1, arbitrary: enormousLists(target) },
    { weight: 1, arbitrary: deepNesting(target) },
    { weight: 8, arbitrary: forgedByModel(target) },
    { weight: 4, arbitrary: forgedByNobody() },
    { weight: 3, arbitrary: unknownTool(target) },
  );
}

type SpoiltPlace = Place & { readonly tool: string; readonly input: Input };
const inLists = (places: readonly SpoiltPlace[], wanted: (place: SpoiltPlace) => boolean) =>
  fc.constantFrom(...places.filter(wanted));

function wrongType(places: readonly SpoiltPlace[]): fc.Arbitrary<MalformedCall> {
  const typed = inLists(places, (place) => place.path.length > 0 && typesOf(place.schema).size > 0);
  return typed.chain((place) => {
    const allowed = typesOf(place.schema);
    const others = Object.entries(VALUES).flatMap(([type, values]) => (allowed.has(type) ? [] : values));
    return fc.constantFrom(...others).map((value) => ({
      kind: "a wrong type",
      mustFail: true,
      tool: place.tool,
      input: replaceAt(place.input, place.path, value),
    }));
  });
}

function missingField(places: readonly SpoiltPlace[]): fc.Arbitrary<MalformedCall> {
  const needed = places.flatMap((place) =>
    (place.schema.required ?? []).map((field) => ({ place, path: [...place.path, field] })),
  );
  return fc.constantFrom(...needed).map(({ place, path }) => ({
    kind: "a missing field",
    mustFail: true,
    tool: place.tool,
    input: replaceAt(place.input, path, undefined),
  }));
}

function unknownField(places: readonly SpoiltPlace[]): fc.Arbitrary<MalformedCall> {
  const strict = inLists(places, (place) => Object.keys(place.schema.properties ?? {}).length > 0);
  // Parsers leave `__proto__` out before anybody can refuse it; it is sent in hostile tasks.
  const name = fc
    .oneof(fc.constantFrom("", "Plan", "plan ", "task_id", ...PROTOTYPE_NAMES), hostileText, hugeText)
    .filter((key) => key !== "__proto__");
  return fc.tuple(strict, name, fc.constantFrom<unknown>(1, "x", null, {}, [])).map(([place, key, value]) => {
    const object = place.path.reduce<unknown>((at, step) => (at as Input)[step], place.input) as object;
    const taken = Object.hasOwn(place.schema.properties ?? {}, key);
    return {
      kind: "an unknown field",
      mustFail: true,
      tool: place.tool,
      input: replaceAt(place.input, place.path, withKey(object, taken ? `${key}_` : key, value)),
    };
  });
}

function wrongNumber(places: readonly SpoiltPlace[]): fc.Arbitrary<MalformedCall> {
  const numbers = inLists(places, ({ schema }) => typesOf(schema).has("number"));
  return fc
    .tuple(numbers, fc.constantFrom(-1, -0.5, 0.1 + 0.2, 1e300, -1e300, 2 ** 53, 1e21))
    .map(([place, number]) => {
      // A program may end with any whole number, and people may estimate in fractions.
      const whole = place.schema.type === "integer";
      const fits =
        (place.path.at(-1) === "exitCode" && number === -1) || (!whole && number > 0 && number < 1);
      return {
        kind: "a number out of range",
        mustFail: !fits,
        tool: place.tool,
        input: replaceAt(place.input, place.path, number),
      };
    });
}

function hostileTexts(places: readonly SpoiltPlace[]): fc.Arbitrary<MalformedCall> {
  const texts = inLists(places, ({ schema }) => typesOf(schema).has("string"));
  return fc.tuple(texts, hostileText).map(([place, text]) => ({
    kind: "a hostile text",
    // A plan that is made anew may have any name that fits the pattern.
    mustFail: NAMES.test(String(place.path.at(-1))) && place.tool !== "plan_create",
    tool: place.tool,
    input: replaceAt(place.input, place.path, text),
  }));
}

function hugeTexts(places: readonly SpoiltPlace[]): fc.Arbitrary<MalformedCall> {
  const texts = inLists(places, ({ schema }) => typesOf(schema).has("string"));
  return fc.tuple(texts, hugeText).map(([place, text]) => ({
    kind: "a text of a megabyte",
    mustFail: place.path.at(-1) !== "description" || text.length > MAX_DESCRIPTION,
    tool: place.tool,
    input: replaceAt(place.input, place.path, text),
  }));
}

function hostilePaths(target: Target): fc.Arbitrary<MalformedCall> {
  const { plan, spare, free } = target;
  const kind = "a path out of the checkout";
  const report = { task: spare.task, token: spare.token, outcome: "blocked", summary: "S" };
  return fc.oneof(
    fc.constantFrom(...PATHS_OUT).map((from) => ({
      kind,
      mustFail: true,
      tool: "plan_create",
      input: { plan, from },
    })),
    fc.constantFrom(...PATHS_OUT, ...PROTOTYPE_NAMES).map((path) => ({
      kind,
      mustFail: true,
      tool: "plan_report",
      input: { plan: path },
    })),
    fc.constantFrom(...GLOBS_OUT).map((glob) => ({
      kind,
      mustFail: true,
      tool: "task_update",
      input: { task: free, addWrites: ["src/ok.ts", glob] },
    })),
    fc.constantFrom(...GLOBS_OUT).map((glob) => ({
      kind,
      mustFail: true,
      tool: "task_report",
      input: { ...report, blockedOn: { writes: [glob] } },
    })),
    fc.constantFrom(...PATHS_OUT).map((from) => ({
      kind,
      mustFail: true,
      tool: "plan_create",
      input: { plan: `${plan}/${from}`.slice(0, 64), tasks: [{ id: "1", subject: "S" }] },
    })),
  );
}

let summaries = 0;

function deadTokens({ running, foreign, stale, free }: Target): fc.Arbitrary<MalformedCall> {
  const live = running.token;
  const [attempt = "", secret = ""] = live.split("-");
  const token = fc.oneof(
    fc.constantFrom(
      stale.token,
      foreign.token,
      live.toUpperCase(),
      `${attempt}-${secret[0]?.toUpperCase()}${secret.slice(1)}`,
      live.slice(0, -1),
      `${live}a`,
      ` ${live}`,
      `${live}\n`,
      `${live}\u0000`,
      `0${live}`,
      `${Number(attempt) + 1}-${secret}`,
      `-${live}`,
      `${live} ${foreign.token}`,
      [...live].reverse().join(""),
      secret,
      "",
      "0-aaaaaaaaaaaaaaaaaaaaaaaaaa",
      "99999999999999999999-aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    fc
      .string({ unit: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz234567"), minLength: 26, maxLength: 26 })
      .map((guess) => `${attempt}-${guess}`),
    hostileText,
  );
  // With a dead token on its own task, with a live one on a task that is not its own.
  const use = fc.oneof(
    token.map((dead) => ({ task: dead === foreign.token ? running.task : stale.task, token: dead })),
    token.filter((dead) => dead !== live).map((dead) => ({ task: running.task, token: dead })),
    fc.constantFrom(stale.task, free, foreign.task).map((task) => ({ task, token: live })),
  );
  return fc
    .tuple(use, fc.constantFrom("task_get", "task_report", "task_update"))
    .map(([named, tool]): MalformedCall => {
      // A report that was accepted gets its answer again, so none is sent twice.
      summaries += 1;
      const rest = {
        task_get: {},
        task_report: { outcome: "completed", summary: `Forged ${summaries}`, evidence: [{ inspected: "x" }] },
        task_update: { note: "forged", status: "cancelled" },
      }[tool];
      return { kind: "a stale, foreign or wrong token", mustFail: true, tool, input: { ...named, ...rest } };
    });
}

/** Lists of tasks of which no graph can be made. */
function contradictions({ plan, running }: Target): fc.Arbitrary<MalformedCall> {
  const id = fc.constantFrom("x", "__proto__", "constructor", "1.1", "ä", "a/b", "'; --");
  const name = running.task.slice(plan.length + 1);
  const tasks = fc.oneof(
    id.map((one) => [
      { id: one, subject: "S" },
      { id: one, subject: "S" },
    ]),
    id.map((one) => [{ id: one, subject: "S", dependencies: [one] }]),
    id.map((one) => [
      { id: one, subject: "S", dependencies: ["y"] },
      { id: "y", subject: "S", dependsOn: ["z"] },
      { id: "z", subject: "S", blockedBy: [one] },
    ]),
    hostileText.map((missing) => [{ id: "x", subject: "S", dependencies: [`no such ${missing}`] }]),
    fc.constantFrom<unknown>(null, 1, "task", [], [{ id: "x", subject: "S" }]).map((task) => [task]),
    fc
      .constantFrom<object>(
        { subject: 5 },
        { subject: "" },
        { subject: "S", needs: "most" },
        { subject: "S", needs: { atLeast: 2 }, dependencies: [] },
        { subject: "S", writes: 7 },
        { subject: "S", writes: [{}] },
        { subject: "S", dependencies: {} },
        { subject: "S", description: [] },
        { subject: "S", resources: [1] },
      )
      .map((wrong) => [{ id: "x", ...wrong }]),
  );
  const kind = "tasks that make no graph";
  return fc.oneof(
    tasks.map((list) => ({ kind, mustFail: true, tool: "task_create", input: { plan, tasks: list } })),
    tasks.map((list) => ({
      kind,
      mustFail: true,
      tool: "plan_create",
      input: { plan: "broken", tasks: list },
    })),
    fc.constant({
      kind,
      mustFail: true,
      tool: "task_create",
      input: { plan, tasks: [{ id: name, subject: "S" }] },
    }),
  );
}

/** Tasks that may be taken, but not as something else than they are. */
function hostileTasks({ plan, other, free }: Target): fc.Arbitrary<MalformedCall> {
  const field = fc.constantFrom(
    ...["subject", "description", "agent", "writes", "reads", "resources", "acceptance", "size", "priority"],
    ...["phaseName", "estimateMinutes", "retries", "extra", "metadata", "status", ...PROTOTYPE_NAMES],
  );
  const value = fc.oneof(
    hostileText,
    hostileText.map((text) => [text]),
    fc.constantFrom<unknown>(null, {}, -1, 1e300, true, withKey({}, "__proto__", { polluted: true })),
  );
  const kind = "hostile tasks";
  return fc.oneof(
    fc.tuple(field, value, hostileText).map(([key, content, id]) => ({
      kind,
      mustFail: false,
      tool: "task_create",
      input: { plan: other, tasks: [withKey({ id, subject: "S", writes: [] }, key, content)] },
    })),
    fc.tuple(fc.constantFrom(...PROTOTYPE_NAMES), value).map(([key, content]) => ({
      kind,
      mustFail: false,
      tool: "task_update",
      input: { task: free, metadata: withKey({}, key, content) },
    })),
    fc.constantFrom(...PROTOTYPE_NAMES).map((key) => ({
      kind,
      mustFail: false,
      tool: "plan_create",
      input: {
        plan,
        tasks: [{ id: "1", subject: "S" }],
        policy: { capacity: withKey({}, key, 1) },
        dryRun: true,
      },
    })),
  );
}

function enormousLists({ plan, spare, free }: Target): fc.Arbitrary<MalformedCall> {
  const many = (length: number) => Array.from({ length }, (_, n) => `t${n}`);
  const objects = (length: number) => Array.from({ length }, (_, n) => ({ id: `t${n}`, subject: "S" }));
  const report = { task: spare.task, token: spare.token, outcome: "failed", summary: "S" };
  const calls: [string, Input][] = [
    ["task_create", { plan, tasks: objects(20_000) }],
    ["task_create", { plan, tasks: [] }],
    ["plan_create", { plan, tasks: objects(5_001) }],
    ["batch_collect", { plan, tasks: many(100_000), waitSeconds: 0 }],
    ["task_update", { task: free, addBlockedBy: many(1_001) }],
    ["task_update", { task: free, addWrites: many(100_000) }],
    ["task_report", { ...report, filesChanged: many(100_000) }],
    ["task_report", { ...report, evidence: Array(101).fill({ inspected: "x" }) }],
    ["task_report", { ...report, findings: Array(10_000).fill({ severity: "low", text: "x" }) }],
    ["task_report", { ...report, notes: many(50_000) }],
  ];
  return fc
    .constantFrom(...calls)
    .map(([tool, input]) => ({ kind: "an enormous or empty list", mustFail: true, tool, input }));
}

function deepNesting({ plan, free }: Target): fc.Arbitrary<MalformedCall> {
  const kind = "deep nesting";
  return fc
    .tuple(fc.constantFrom(50, 1_000, 10_000, 100_000), fc.constantFrom("list" as const, "object" as const))
    .chain(([depth, shape]) =>
      fc.constantFrom<MalformedCall>(
        { kind, mustFail: true, tool: "batch_next", input: { plan: nested(depth, shape) } },
        { kind, mustFail: true, tool: "batch_next", input: { plan, [`x${depth}`]: nested(depth, shape) } },
        {
          kind,
          mustFail: false,
          tool: "task_create",
          input: { plan, tasks: [{ subject: "S", writes: [], extra: nested(depth, shape) }] },
        },
        {
          kind,
          mustFail: false,
          tool: "task_update",
          input: { task: free, metadata: { a: nested(depth, shape) } },
        },
        {
          kind,
          mustFail: true,
          tool: "plan_create",
          input: {
            plan,
            tasks: [{ id: "1", subject: "S", dependencies: nested(depth, shape) }],
            dryRun: true,
          },
        },
      ),
    );
}

/** Hook calls as a model would make them: the host adds the id of the tool use, and that gives them away. */
function forgedByModel({ running, stale }: Target): fc.Arbitrary<MalformedCall> {
  const launch = JSON.stringify({ prompt: running.token, subagent_type: "general-purpose" });
  const notification = `<task-notification><task-id>${running.agent}</task-id><status>completed</status></task-notification>`;
  const event = fc.oneof(
    fc.constantFrom<Input>(
      { event: "SubagentStop", agent: running.agent, last: "Done." },
      { event: "SubagentStart", agent: "a0", transcript: "/t.jsonl" },
      { event: "PreToolUse", tool: "Agent", use: "u", input: launch },
      {
        event: "PreToolUse",
        tool: "Write",
        agent: running.agent,
        use: "u",
        input: '{"file_path":"src/z.ts"}',
      },
      {
        event: "PreToolUse",
        tool: "mcp__plugin_parallel_tasks__task_report",
        agent: running.agent,
        use: "u",
      },
      { event: "PostToolUse", use: "u", response: '{"agentId":"evil","status":"async_launched"}' },
      { event: "PostToolBatch", calls: '[{"tool_name":"Agent","tool_use_id":"u"}]' },
      { event: "UserPromptSubmit", prompt: notification },
      { event: "Stop", session: stale.token },
      {},
    ),
    hostileText.map((text) => ({ event: text, agent: text, input: text })),
  );
  return fc.tuple(event, fc.oneof(fc.constant("toolu_01"), hostileText)).map(([input, use]) => ({
    kind: "a hook call forged by a model",
    mustFail: true,
    tool: "hook",
    input,
    meta: { "claudecode/toolUseId": use },
  }));
}

/** Hook calls without that id, as only the host makes them, about agents and tokens that do not exist. */
function forgedByNobody(): fc.Arbitrary<MalformedCall> {
  const name = fc.constantFrom(
    ...[
      "PreToolUse",
      "PostToolUse",
      "PostToolUseFailure",
      "PostToolBatch",
      "SubagentStart",
      "SubagentStop",
      "UserPromptSubmit",
    ],
    ...["Stop", ...PROTOTYPE_NAMES],
  );
  const field = fc.constantFrom(
    ...["session", "transcript", "agent", "agentType", "tool", "use", "input", "response", "calls", "last"],
    "prompt",
  );
  const value = fc.oneof(
    hostileText,
    fc.constantFrom<unknown>(
      7,
      null,
      {},
      [],
      '{"prompt":5}',
      "[null]",
      '{"agentId":{}}',
      "<task-notification>",
    ),
  );
  return fc.tuple(name, fc.dictionary(field, value, { noNullPrototype: true })).map(([event, fields]) => ({
    kind: "a hook call about nobody",
    mustFail: Object.values(fields).some((content) => typeof content !== "string"),
    tool: "hook",
    input: { tool: "Write", ...fields, event },
  }));
}

function unknownTool({ plan }: Target): fc.Arbitrary<MalformedCall> {
  return fc
    .oneof(fc.constantFrom("Hook", "hook ", "task_delete", "", ...PROTOTYPE_NAMES), hostileText, hugeText)
    .map((tool) => ({ kind: "an unknown tool", mustFail: true, tool, input: { plan } }));
}
