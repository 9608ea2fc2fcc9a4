import { describe, expect, it } from "vitest";
import { breakdown, repository, type TaskInput, task } from "../support/checkout.ts";
import { graphOf, query } from "../support/graph-file.ts";
import { ParallelServer, type StartOptions } from "../support/parallel-server.ts";

interface Step {
  readonly plan: string;
  readonly start: readonly { readonly task: string; readonly agent: string; readonly attempt: number }[];
  readonly report?: string;
}

const SPEC = "specs/auth/03-tasks.json";
const TOOLS = "mcp__plugin_parallel_tasks__";

/** A session in which the host's script engine runs plans, seen from its hooks and its agents' calls. */
class Session {
  #uses = 0;
  readonly #tokens = new Map<string, string>();

  private constructor(
    readonly server: ParallelServer,
    readonly folder: string,
  ) {}

  static async with(tasks: readonly TaskInput[], options: StartOptions = {}): Promise<Session> {
    const folder = await repository({ [SPEC]: breakdown(tasks) });
    return new Session(await ParallelServer.start(folder, options), folder);
  }

  types(prompt: string) {
    return this.server.hook({ event: "UserPromptSubmit", prompt, promptId: `p${this.#uses++}` });
  }

  /** What the hook says before the model's call of the script. */
  async before(input: unknown, use = "w") {
    const answer = await this.server.hook({
      event: "PreToolUse",
      tool: "Workflow",
      use,
      input: JSON.stringify(input),
    });
    return answer.hookSpecificOutput as
      | {
          permissionDecision: string;
          permissionDecisionReason: string;
          updatedInput?: { name: string; args: Step };
        }
      | undefined;
  }

  /** Calls the script, and lets the host launch it. */
  async runs(args: string, id = "wf1"): Promise<Step> {
    await this.types(`/parallel:execute ${args}`);
    const said = await this.before({ name: "parallel:execute", args }, id);
    if (said?.updatedInput === undefined) throw new Error(JSON.stringify(said));
    const response = JSON.stringify({ status: "async_launched", taskId: id });
    await this.server.hook({ event: "PostToolUse", tool: "Workflow", use: id, response });
    return said.updatedInput.args;
  }

  async #sees(agent: string, tool: string): Promise<string> {
    const use = `u${this.#uses++}`;
    await this.server.hook({ event: "PreToolUse", agent, use, tool: TOOLS + tool });
    return use;
  }

  async claims(agent: string, id: string) {
    const toolUseId = await this.#sees(agent, "task_claim");
    const answer = await this.server.call(
      "task_claim",
      { plan: "auth", task: id, worker: "workflow" },
      { toolUseId },
    );
    if (answer.claim) this.#tokens.set(id, answer.claim.token);
    return answer;
  }

  async reports(agent: string, id: string, fields: Readonly<Record<string, unknown>> = {}) {
    const toolUseId = await this.#sees(agent, "task_report");
    const report = { outcome: "completed", summary: "Done.", evidence: [{ inspected: "it" }], ...fields };
    return this.server.call(
      "task_report",
      { task: `auth/${id}`, token: this.#tokens.get(id), ...report },
      { toolUseId },
    );
  }

  /** What the script gets as the agent's result; a denial's reason where the agent may not end yet. */
  async ends(agent: string, plan = "auth"): Promise<Step | string | undefined> {
    const answer = await this.server.hook({
      event: "PreToolUse",
      tool: "StructuredOutput",
      agent,
      use: `u${this.#uses++}`,
      input: JSON.stringify({ plan }),
    });
    const said = answer.hookSpecificOutput as
      | { permissionDecisionReason?: string; updatedInput?: Step }
      | undefined;
    return said?.updatedInput ?? said?.permissionDecisionReason;
  }

  async does(agent: string, id: string, fields: Readonly<Record<string, unknown>> = {}) {
    await this.claims(agent, id);
    await this.reports(agent, id, fields);
    return this.ends(agent);
  }

  attempts() {
    return query(graphOf(this.folder), "select task_id, outcome, cause from claims order by id");
  }
}

const started = (step: Step | string | undefined) =>
  typeof step === "object" ? step.start.map(({ task: id }) => id) : step;

const three = [task("1"), task("2"), task("3", { dependencies: ["1", "2"] })];

const NOTIFICATION =
  "<task-notification>\n<task-id>wf1</task-id>\n<status>killed</status>\n<summary>x</summary>\n</task-notification>";
const TASK_STOP = {
  event: "PostToolUse",
  tool: "TaskStop",
  use: "s",
  input: JSON.stringify({ task_id: "wf1" }),
};
const STOP_WITHOUT_SCRIPT = { event: "Stop", background: "[]" };
describe("the call of the script", () => {
  it("the call of the script imports the plan that the user typed, and hands over what to start instead of the name", async () => {
    const session = await Session.with(three);
    await session.types("/parallel:execute auth");
    expect(await session.before({ name: "parallel:execute", args: "auth" })).toMatchObject({
      permissionDecision: "allow",
      updatedInput: {
        name: "parallel:execute",
        args: {
          plan: "auth",
          start: [
            { task: "1", agent: "parallel:feature-implementer", attempt: 1 },
            { task: "2", agent: "parallel:feature-implementer", attempt: 1 },
          ],
        },
      },
    });
  });

  it.each([["auth"], ["specs/auth"], ["specs/auth/"], [SPEC], [{ plan: "auth" }]])(
    "the call of the script finds the plan that %j names",
    async (args) => {
      const session = await Session.with(three);
      await session.types("/parallel:execute auth");
      const said = await session.before({ name: "parallel:execute", args });
      expect(said?.updatedInput?.args.plan).toBe("auth");
    },
  );

  it("the call of the script is left to the host, and changes nothing, when nobody asked for a run in this session", async () => {
    const session = await Session.with(three);
    expect(await session.before({ name: "parallel:execute", args: "auth" })).toBeUndefined();
    expect((await session.server.call("task_list", {})).plans).toEqual([]);
  });

  it("the call of the script needs no further consent where the session works on a plan", async () => {
    const session = await Session.with(three);
    await session.server.call("plan_create", { plan: "auth", from: SPEC });
    expect(await session.before({ name: "parallel:execute", args: "auth" })).toMatchObject({
      permissionDecision: "allow",
    });
  });

  it("the call of the script is refused with the remedy for a plan that there is not, or that has a mistake", async () => {
    const session = await Session.with([task("1", { dependencies: ["9"] })]);
    await session.types("/parallel:execute auth");
    for (const [args, why] of [
      ["nothing", /no plan "nothing"/],
      ["../elsewhere", /plan|checkout/],
      ["auth", /9/],
      [7, /name/],
    ] as const) {
      const said = await session.before({ name: "parallel:execute", args });
      expect(said, String(args)).toMatchObject({ permissionDecision: "deny" });
      expect(said?.permissionDecisionReason).toMatch(why);
    }
  });

  it("the call of the script is refused with a script of the model's own, or an old run of the host's memory", async () => {
    const session = await Session.with(three);
    await session.types("/parallel:execute auth");
    for (const more of [{ script: "return 1" }, { scriptPath: "/x.js" }, { resumeFromRunId: "wf_1" }]) {
      expect(await session.before({ name: "parallel:execute", args: "auth", ...more })).toMatchObject({
        permissionDecision: "deny",
      });
    }
  });

  it("the call of any other script is none of ours", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    expect(await session.before({ name: "deep-research", args: "auth" }, "other")).toBeUndefined();
    expect(await session.ends("a9", "something else")).toBeUndefined();
  });

  it("the call of the script opens a paused or stopped plan again", async () => {
    for (const action of ["pause", "stop"]) {
      const session = await Session.with(three);
      await session.server.call("plan_create", { plan: "auth", from: SPEC });
      await session.server.call("plan_update", { plan: "auth", action });
      expect(started(await session.runs("auth"))).toEqual(["1", "2"]);
    }
  });

  it("the call of the script hands over no more than the script engine runs at once", async () => {
    const tasks = Array.from({ length: 9 }, (_, i) => task(String(i)));
    const env = { CLAUDE_CODE_WORKFLOW_MAX_CONCURRENT_AGENTS: "3" };
    const session = await Session.with(tasks, { env });
    const first = await session.runs("auth");
    expect(first.start).toHaveLength(3);
    const [one, two, other] = started(first) ?? [];
    await session.claims("a1", String(one));
    await session.claims("a2", String(two));
    await session.reports("a1", String(one));
    // The third was told and has not begun: with the second one at work, one place is left.
    const next = started(await session.ends("a1"));
    expect(next).toHaveLength(2);
    expect(next).toContain(other);
  });
});

describe("an agent of the script", () => {
  it("an agent of the script claims by name what was offered, and the next ones follow from its end, the review of the whole last", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    expect((await session.claims("a1", "1")).claim?.brief).toContain("Task: auth/1");
    expect((await session.reports("a1", "1")).next).toBe("Call StructuredOutput now.");
    expect(started(await session.ends("a1"))).toEqual(["2"]);
    expect(started(await session.does("a2", "2"))).toEqual(["3"]);
    expect(started(await session.does("a3", "3"))).toEqual(["plan-review"]);
    const last = await session.does("a4", "plan-review", { verdict: "accepted" });
    expect(last).toMatchObject({ plan: "auth", start: [] });
    const said = typeof last === "object" ? last.report : "";
    expect(said).toContain("4 of 4 tasks completed");
    expect(said).toMatch(
      /\nStill to do: run the project's build and all tests, .*plan_report \{plan: "auth"\}\.$/,
    );
    expect(session.attempts()).toEqual(
      ["1", "2", "3", "plan-review"].map((id) => ({ task_id: id, outcome: "completed", cause: null })),
    );
  });

  it("an agent of the script that was refused because another one has the task ends, and nothing failed", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    await session.claims("a1", "1");
    const refused = await session.claims("a2", "1");
    expect(refused).toMatchObject({ claim: null, next: expect.stringContaining("StructuredOutput") });
    expect(started(await session.ends("a2"))).toEqual(["2"]);
    await session.reports("a1", "1");
    expect(session.attempts()[0]).toMatchObject({ outcome: "completed" });
  });

  it("an agent of the script that ends without a report is reminded once, then failed, and another is named", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    await session.claims("a1", "1");
    expect(await session.ends("a1")).toContain("You have not reported auth/1");
    await session.ends("a1");
    expect(await session.does("a2", "2")).toMatchObject({
      start: [expect.objectContaining({ task: "1", attempt: 2 })],
    });
    expect(session.attempts()[0]).toMatchObject({ task_id: "1", outcome: "unreported" });
  });

  it("an agent of the script says nothing that the script believes: what it claims to be next is replaced", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    const answer = await session.server.hook({
      event: "PreToolUse",
      tool: "StructuredOutput",
      agent: "a9",
      use: "forged",
      input: JSON.stringify({ plan: "auth", start: [{ task: "3" }], report: "All done." }),
    });
    expect(answer.hookSpecificOutput).toMatchObject({
      updatedInput: { start: [{ task: "1" }, { task: "2" }] },
    });
    expect(answer.hookSpecificOutput).not.toHaveProperty("updatedInput.report");
  });

  it("an agent of the script may wait for others, and launch or plan nothing", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    const decisionOn = async (tool: string) =>
      (await session.server.hook({ event: "PreToolUse", agent: "a1", use: tool, tool: TOOLS + tool }))
        .hookSpecificOutput;
    expect(await decisionOn("batch_collect")).toMatchObject({ permissionDecision: "allow" });
    expect(await decisionOn("batch_next")).toMatchObject({ permissionDecision: "deny" });
    expect(await decisionOn("plan_update")).toMatchObject({ permissionDecision: "deny" });
  });

  it("an agent of the script names what became impossible, with its cause, in the report", async () => {
    const session = await Session.with([task("1", { retries: 0 }), task("2", { dependencies: ["1"] })]);
    await session.runs("auth");
    await session.claims("a1", "1");
    await session.reports("a1", "1", { outcome: "failed", summary: "The schema is wrong." });
    const last = await session.ends("a1");
    expect(typeof last === "object" && last.report?.split("\n")).toEqual(
      expect.arrayContaining(["- 1: The schema is wrong.", "- 2: needs 1, which failed"]),
    );
  });
});

describe("the main conversation", () => {
  it("the main conversation may end its turn while the script runs, and is told nothing about launching", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    const running = JSON.stringify([{ id: "wf1", type: "workflow" }]);
    expect(await session.server.hook({ event: "Stop", background: running })).toEqual({});
    await session.claims("a1", "1");
    const told = JSON.stringify(await session.types("How is it going?"));
    expect(told).toContain("its workflow goes on by itself");
    expect(told).not.toContain("batch_next");
  });

  it.each([
    ["is announced", (session: Session) => session.types(NOTIFICATION)],
    ["was asked for", (session: Session) => session.server.hook(TASK_STOP)],
    ["shows at the end of its turn", (session: Session) => session.server.hook(STOP_WITHOUT_SCRIPT)],
  ])(
    "the main conversation takes over when the end of the script %s: its agents' tasks are free at once",
    async (_, ended) => {
      const session = await Session.with(three);
      await session.runs("auth");
      await session.claims("a1", "1");
      await ended(session);
      expect(session.attempts()[0]).toMatchObject({ outcome: "lost", cause: "its workflow ended" });
      const { launch } = await session.server.call("batch_next", { plan: "auth" });
      expect(launch.map(({ task: id }) => id).sort()).toEqual(["1", "2"]);
    },
  );

  it("the main conversation is given the script to stop when the plan is stopped, and no single agent of it", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    await session.claims("a1", "1");
    await session.claims("a2", "2");
    await session.server.call("plan_update", { plan: "auth", action: "stop" });
    const { stop } = await session.server.call("batch_next", { plan: "auth" });
    expect(stop?.map(({ agentId }) => agentId)).toEqual(["wf1"]);
  });

  it("the main conversation waits in one call until the script has what it returns", async () => {
    const session = await Session.with(three);
    await session.runs("auth");
    let overMs = 0;
    const collected = session.server.call("batch_collect", { plan: "auth", until: "all" }).finally(() => {
      overMs = performance.now();
    });
    await session.does("a1", "1");
    await session.does("a2", "2");
    await session.claims("a3", "3");
    await session.reports("a3", "3");
    const endsMs = performance.now();
    await session.ends("a3");
    const answer = await collected;
    // The host announces the script's result a little later; the last report alone ends no wait.
    expect(overMs - endsMs).toBeGreaterThan(500);
    expect(answer).toMatchObject({
      satisfied: true,
      done: true,
      next: "The workflow's result comes by itself.",
    });
    expect(answer).not.toHaveProperty("ended");
  });
});
