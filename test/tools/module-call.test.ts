import { describe, expect, it } from "vitest";
import { breakdown, repository, type TaskInput, task } from "../support/checkout.ts";
import { graphOf, query } from "../support/graph-file.ts";
import { ParallelServer, type StartOptions } from "../support/parallel-server.ts";

interface Launch {
  readonly task: string;
  readonly prompt: string;
  readonly subagent_type: string;
}
interface Answer {
  readonly again?: true;
  readonly key: string;
  readonly plans: readonly { readonly plan: string; readonly run: number }[];
  readonly plan: string;
  readonly run: number;
  readonly says: string;
  readonly launch: readonly Launch[];
  readonly stop: readonly string[];
  readonly over?: {
    readonly text: string;
    readonly wake?: string;
    readonly exitCode: number;
    readonly keepsReports: boolean;
  };
}

/** An interactive session whose module in the host speaks with the server, and the host that launches agents for it. */
class Session {
  #uses = 0;
  key = "";

  private constructor(
    readonly server: ParallelServer,
    readonly folder: string,
  ) {}

  static async with(tasks: readonly TaskInput[], options: StartOptions = {}): Promise<Session> {
    const folder = await repository({ "specs/auth/03-tasks.json": breakdown(tasks) });
    return Session.at(folder, options);
  }

  static async at(folder: string, options: StartOptions = {}): Promise<Session> {
    const env = { CLAUDE_CODE_ENTRYPOINT: "cli", PARALLEL_REVIEW: "off", ...options.env };
    return new Session(await ParallelServer.start(folder, { ...options, env }), folder);
  }

  async asks(request: Readonly<Record<string, unknown>>): Promise<Answer> {
    const toolUseId = `toolu_plugin_${this.#uses++}`;
    const given = { key: this.key, ...request };
    await this.server.hook({
      event: "PreToolUse",
      tool: "mcp__plugin_parallel_tasks__batch_collect",
      use: toolUseId,
      input: JSON.stringify(given),
    });
    const { content, isError } = await this.server.raw("batch_collect", given, { toolUseId });
    const [block] = content;
    if (isError || block?.type !== "text") throw new Error(JSON.stringify(content));
    return JSON.parse(block.text) as Answer;
  }

  async hello(): Promise<Answer> {
    const answer = await this.asks({ engine: "hello" });
    this.key = answer.key;
    return answer;
  }

  /** The user's command. */
  async begins(plan = "auth"): Promise<Answer> {
    await this.hello();
    return this.asks({ engine: "run", plan, wakes: true });
  }

  step({ plan = "auth", run }: Pick<Answer, "run"> & { plan?: string }, refused: readonly string[] = []) {
    return this.asks({ engine: "step", plan, run, waitSeconds: 0, refused });
  }

  /** The host launches an agent for the module, unless our hook refuses it. */
  async launches({ prompt, subagent_type }: Launch, agentId: string): Promise<string> {
    const call = { tool: "Agent", use: `toolu_plugin_${this.#uses++}` };
    const input = JSON.stringify({ prompt, subagent_type, description: "x" });
    const said = await this.server.hook({ event: "PreToolUse", ...call, input });
    const { permissionDecision, permissionDecisionReason, updatedInput } = said.hookSpecificOutput as {
      permissionDecision?: string;
      permissionDecisionReason?: string;
      updatedInput?: { prompt: string };
    };
    if (permissionDecision === "deny") return permissionDecisionReason ?? "";
    const response = JSON.stringify({ status: "async_launched", agentId });
    await this.server.hook({ event: "PostToolUse", ...call, response });
    return updatedInput?.prompt ?? "";
  }

  /** @param agentId as hooks tell who reports; else nobody knows. @returns what it is given to do next. */
  async reports({ task: id, prompt }: Omit<Launch, "subagent_type">, agentId?: string) {
    const token = /token (\S+)\./.exec(prompt)?.[1];
    const toolUseId = `report-${this.#uses++}`;
    const call = { tool: "mcp__plugin_parallel_tasks__task_report", use: toolUseId, input: "{}" };
    if (agentId !== undefined) await this.server.hook({ event: "PreToolUse", agent: agentId, ...call });
    const given = { task: `auth/${id}`, token, outcome: "completed", summary: "Done." };
    const { claim } = await this.server.call(
      "task_report",
      { ...given, evidence: [{ inspected: "it" }] },
      agentId === undefined ? {} : { toolUseId },
    );
    return claim;
  }

  async does(launch: Launch, agentId: string) {
    await this.launches(launch, agentId);
    await this.reports(launch);
  }

  engineEvents() {
    const rows = query(graphOf(this.folder), "select type, data from events order by seq");
    return rows
      .filter(({ type }) => String(type).startsWith("engine."))
      .map(({ type, data }) => ({
        type,
        ...(JSON.parse(String(data)) as { how?: string }),
      }));
  }
}

const three = [task("1"), task("2"), task("3", { dependencies: ["1", "2"] })];
const tasksOf = ({ launch }: Pick<Answer, "launch">) => launch.map(({ task: id }) => id);

describe("the module in the host", () => {
  it("the module imports the plan that the user named, and is told what to launch as it becomes ready", async () => {
    const session = await Session.with(three);
    const begun = await session.begins("specs/auth");
    expect(begun).toMatchObject({
      plan: "auth",
      run: 1,
      says: expect.stringContaining("0 of 3 tasks completed"),
    });
    const first = await session.step(begun);
    expect(tasksOf(first)).toEqual(["1", "2"]);
    expect(await session.launches(first.launch[0] as Launch, "a1")).toContain("You execute one task");
    expect(tasksOf(await session.step(begun))).toEqual([]);
    await session.reports(first.launch[0] as Launch);
    await session.does(first.launch[1] as Launch, "a2");
    expect(tasksOf(await session.step(begun))).toEqual(["3"]);
  });

  it("the module is given the text that wakes the conversation once, however often it asks", async () => {
    const session = await Session.with([task("1")]);
    const begun = await session.begins();
    await session.does((await session.step(begun)).launch[0] as Launch, "a1");
    const ends = await Promise.all([session.step(begun), session.step(begun), session.step(begun)]);
    const wakes = ends.flatMap(({ over }) => over?.wake ?? []);
    expect(wakes).toEqual([expect.stringContaining("1 of 1 task completed")]);
    expect(wakes.join("").length).toBeLessThan(2_500);
    expect(session.engineEvents().map(({ type, how }) => how ?? type)).toEqual(["engine.started", "done"]);
  });

  it("the module that lost its memory is told what it runs, and nothing that was launched is launched again", async () => {
    const session = await Session.with(three);
    const begun = await session.begins();
    const first = await session.step(begun);
    await session.launches(first.launch[0] as Launch, "a1");
    session.key = "";
    expect((await session.hello()).plans).toEqual([{ plan: "auth", run: 1 }]);
    const again = await session.step(begun);
    expect(again.launch).toEqual([first.launch[1]]);
    expect(await session.launches(first.launch[0] as Launch, "a9")).toContain("was launched already");
  });

  it("the module that lost its memory is told what was told to nobody: whom to stop, what to launch, and the end", async () => {
    const session = await Session.with([task("1"), task("2", { dependencies: ["1"] })]);
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    // The host asks this for a worker that is gone.
    const unheard = session.asks({ engine: "step", plan: "auth", run: 1, waitSeconds: 20, refused: [] });
    session.key = "";
    await session.hello();
    expect(await unheard).toMatchObject({ launch: [], stop: [] });
    await session.reports(launch[0] as Launch);
    const next = await session.step(begun);
    expect(tasksOf(next)).toEqual(["2"]);
    await session.does(next.launch[0] as Launch, "a2");
    const { over } = await session.step(begun);
    expect(over?.wake).toContain("2 of 2 tasks completed");
    session.key = "";
    expect((await session.hello()).plans).toEqual([{ plan: "auth", run: 1 }]);
    expect((await session.step(begun)).over).toEqual(over);
    await session.asks({ engine: "heard", plan: "auth", run: 1 });
    expect((await session.step(begun)).over).not.toHaveProperty("wake");
    session.key = "";
    expect((await session.hello()).plans).toEqual([]);
    expect(session.engineEvents().map(({ type, how }) => how ?? type)).toEqual(["engine.started", "done"]);
  });

  it("the module that lost its memory is told once more whom to stop", async () => {
    const session = await Session.with([task("1")]);
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    await session.asks({ engine: "stop", plan: "auth" });
    expect((await session.step(begun)).stop).toEqual(["a1"]);
    session.key = "";
    await session.hello();
    expect(await session.step(begun)).toMatchObject({ stop: ["a1"], over: { keepsReports: true } });
  });

  it("the module is told to say hello to a server that was started since, and goes on with its plan", async () => {
    const session = await Session.with(three);
    const begun = await session.begins();
    await session.step(begun);
    await session.server.close();
    const next = await Session.at(session.folder);
    next.key = session.key;
    expect(await next.step(begun)).toEqual({ again: true });
    expect((await next.hello()).plans).toEqual([{ plan: "auth", run: 1 }]);
    expect((await next.step(begun)).over).toBeUndefined();
  });

  it("the module is given a launch that the host refused again, later", async () => {
    let nowMs = Date.now();
    const session = await Session.with([task("1")], { now: () => nowMs });
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    const { prompt } = launch[0] as Launch;
    expect(tasksOf(await session.step(begun, [prompt]))).toEqual([]);
    nowMs += 2_000;
    expect(await session.step(begun)).toMatchObject({ launch });
  });

  it("the module ends with the user's stop: it is told whom to stop, and wakes nobody", async () => {
    const session = await Session.with([task("1"), task("2")]);
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    expect((await session.asks({ engine: "stop", plan: "auth" })).says).toContain("auth is stopped");
    const last = await session.step(begun);
    expect(last.stop).toEqual(["a1"]);
    expect(last.over).toMatchObject({ keepsReports: true });
    expect(last.over?.wake).toBeUndefined();
    expect(session.engineEvents().at(-1)?.how).toBe("stopped");
  });

  it("the module tells of an agent that was stopped, which no hook does, and its task starts again", async () => {
    const session = await Session.with([task("1")]);
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    await session.asks({ engine: "ended", agentId: "a1", text: "" });
    expect(tasksOf(await session.step(begun))).toEqual(["1"]);
  });

  it("the module leaves the plan to the conversation that launches for it itself", async () => {
    const session = await Session.with([task("1"), task("2")]);
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    const batch = await session.server.call("batch_next", { plan: "auth" });
    expect(batch.launch.map(({ task: id }) => id)).toEqual(["2"]);
    expect((await session.step(begun)).over).toMatchObject({ keepsReports: false });
    expect(session.engineEvents().at(-1)?.how).toBe("stopped");
  });

  it("the conversation hands a plan over to the module, ends its turn, and is not sent back to work", async () => {
    const session = await Session.with(three);
    await session.server.call("plan_create", { plan: "auth", from: "specs/auth/03-tasks.json" });
    await session.hello();
    const { next } = await session.server.call("plan_update", { plan: "auth", action: "run" });
    expect(next).toContain("end your turn");
    expect(await session.hello()).toMatchObject({ plans: [{ plan: "auth", run: 1 }] });
    await session.step({ run: 1 });
    expect(await session.server.hook({ event: "Stop", background: "[]" })).toEqual({});
  });

  it("the user's yes begins the plan without another request of the conversation, if it is in the words that were given", async () => {
    const session = await Session.with(three, { env: { PARALLEL_APPROVE: "scope" } });
    await session.server.call("plan_create", { plan: "auth", from: "specs/auth/03-tasks.json" });
    await session.hello();
    const { next } = await session.server.call("plan_analyze", { plan: "auth" });
    expect(next).toContain('Word the choice to run it "Run auth"');
    const answered = (answer: string) =>
      session.server.hook({
        event: "PostToolUse",
        tool: "AskUserQuestion",
        use: "q",
        response: JSON.stringify({ answers: { "Shall it run?": answer } }),
      });
    expect(await answered("Not now")).toEqual({});
    expect(await answered("Run auth")).toMatchObject({ continue: false });
    expect(await session.hello()).toMatchObject({ plans: [{ plan: "auth", run: 1 }] });
  });

  it("the user's yes tells the conversation to begin the plan where the module has not been heard of for a while", async () => {
    let nowMs = Date.now();
    const session = await Session.with(three, { env: { PARALLEL_APPROVE: "scope" }, now: () => nowMs });
    await session.server.call("plan_create", { plan: "auth", from: "specs/auth/03-tasks.json" });
    await session.hello();
    await session.server.call("plan_analyze", { plan: "auth" });
    nowMs += 60_000;
    const response = JSON.stringify({ answers: { "Shall it run?": "Run auth" } });
    const said = await session.server.hook({
      event: "PostToolUse",
      tool: "AskUserQuestion",
      use: "q",
      response,
    });
    expect(JSON.stringify(said)).toContain("it has not begun; call plan_update");
  });

  it("the user's yes brings the first launches where the conversation launches, and they are not offered to it again", async () => {
    const session = await Session.with(three);
    await session.server.call("plan_create", { plan: "auth", from: "specs/auth/03-tasks.json" });
    const { next, engine } = await session.server.call("plan_analyze", { plan: "auth" });
    expect(engine.use).toBe("burst");
    expect(next).toContain('Word the choice to run it "Run auth": chosen, its first launches come with');
    const response = JSON.stringify({ answers: { "Shall it run?": "Run auth" } });
    const answered = { event: "PostToolUse", tool: "AskUserQuestion", use: "q", response };
    const said = JSON.stringify(await session.server.hook(answered));
    expect(said).toMatch(/plan auth: launch with Agent, as given, all in one message: .*auth\/1.*auth\/2/);
    expect(await session.server.hook(answered)).toEqual({});
    const woken = await session.server.hook({ event: "UserPromptSubmit", prompt: "And?", promptId: "p1" });
    expect(JSON.stringify(woken)).not.toContain("launch with Agent");
  });

  it("a module that is not heard of any more loses its plans, and has them back when it is there again", async () => {
    let nowMs = Date.now();
    const session = await Session.with(three, { now: () => nowMs });
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    nowMs += 60_000;
    const said = await session.server.hook({ event: "UserPromptSubmit", prompt: "And?", promptId: "p1" });
    expect(JSON.stringify(said)).toContain("to go on call batch_next");
    expect(session.engineEvents().at(-1)?.how).toBe("lost");
    session.key = "";
    expect((await session.hello()).plans).toEqual([{ plan: "auth", run: 2 }]);
  });

  describe("that is gone before it has told the end", () => {
    async function goneAtTheEnd() {
      let nowMs = Date.now();
      const session = await Session.with([task("1")], { now: () => nowMs });
      const begun = await session.begins();
      await session.does((await session.step(begun)).launch[0] as Launch, "a1");
      expect((await session.step(begun)).over?.wake).toBeDefined();
      nowMs += 60_000;
      session.key = "";
      return session;
    }

    it("a module that is gone before it has told the end tells it when it is back", async () => {
      const session = await goneAtTheEnd();
      await session.server.tick();
      const [back] = (await session.hello()).plans;
      expect((await session.step(back as { run: number })).over?.wake).toBeDefined();
    });

    it("a module that is gone before it has told the end leaves that to the next prompt, once", async () => {
      const session = await goneAtTheEnd();
      const asks = (promptId: string) =>
        session.server.hook({ event: "UserPromptSubmit", prompt: "And?", promptId });
      expect(JSON.stringify(await asks("p1"))).toContain("1/1 done, 0 running; call plan_report");
      expect(await asks("p2")).toEqual({});
      expect((await session.hello()).plans).toEqual([]);
    });
  });

  describe("that has heard the end, and wakes the conversation with it", () => {
    /** @param meanwhile what the user types before the end. */
    async function heardTheEnd(meanwhile?: string) {
      let nowMs = Date.now();
      const session = await Session.with([task("1")], { now: () => nowMs });
      const prompts = (prompt: string, promptId: string) =>
        session.server.hook({ event: "UserPromptSubmit", prompt, promptId });
      const begun = await session.begins();
      await session.does((await session.step(begun)).launch[0] as Launch, "a1");
      if (meanwhile !== undefined) await prompts(meanwhile, "p0");
      const { over } = await session.step(begun);
      await session.asks({ engine: "heard", plan: "auth", run: 1 });
      const ends = () => session.server.hook({ event: "Stop", background: "[]" });
      const passes = (ms: number) => {
        nowMs += ms;
      };
      return { wake: over?.wake ?? "", prompts, ends, passes };
    }

    it("an end that woke nobody is told with the next prompt, once", async () => {
      const { wake, prompts, ends, passes } = await heardTheEnd();
      passes(10_000);
      const said = JSON.stringify(await prompts("And?", "p1"));
      expect(said).toContain(JSON.stringify(wake).slice(1, -1));
      expect(wake).toContain("1 of 1 task completed");
      await ends();
      passes(10_000);
      expect(await prompts("And?", "p2")).toEqual({});
    });

    it("an end that woke nobody is told as well to whoever asks at short intervals", async () => {
      const { wake, prompts, ends, passes } = await heardTheEnd();
      const said: string[] = [];
      for (const promptId of ["p1", "p2", "p3", "p4"]) {
        passes(3_000);
        said.push(JSON.stringify(await prompts("And?", promptId)));
        await ends();
      }
      expect(said.filter((one) => one !== "{}")).toEqual([said[1]]);
      expect(said[1]).toContain(JSON.stringify(wake).slice(1, -1));
    });

    it("an end that woke the conversation is not told again", async () => {
      const { wake, prompts, ends, passes } = await heardTheEnd();
      expect(await prompts(wake, "p1")).toEqual({});
      await ends();
      passes(10_000);
      expect(await prompts("And?", "p2")).toEqual({});
    });

    it("an end that waits for the turn before it is left to its wake-up", async () => {
      const { wake, prompts, ends, passes } = await heardTheEnd("Something else");
      passes(60_000);
      await ends();
      expect(await prompts("What was typed meanwhile", "p1")).toEqual({});
      passes(60_000);
      await ends();
      expect(await prompts(wake, "p2")).toEqual({});
    });
  });

  it("a module that is there again after a long silence goes on with its next step, under a new number", async () => {
    let nowMs = Date.now();
    const session = await Session.with(three, { now: () => nowMs });
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    await session.launches(launch[0] as Launch, "a1");
    nowMs += 60_000;
    await session.server.hook({ event: "UserPromptSubmit", prompt: "And?", promptId: "p1" });
    const back = await session.step(begun);
    expect(back).toMatchObject({ run: 2, launch: [{ task: "2" }] });
    expect(back.over).toBeUndefined();
    await session.server.call("batch_next", { plan: "auth" });
    expect((await session.step(back)).over).toMatchObject({ keepsReports: false });
  });

  it("a module is not taken for silent by a server that stood still itself", async () => {
    let nowMs = Date.now();
    const session = await Session.with(three, { now: () => nowMs });
    await session.server.tick();
    const begun = await session.begins();
    await session.step(begun);
    nowMs += 60_000;
    await session.server.tick();
    expect(session.engineEvents().map(({ type }) => type)).toEqual(["engine.started"]);
    // From now on it could be heard.
    for (let s = 0; s < 25; s += 1) {
      nowMs += 1_000;
      await session.server.tick();
    }
    expect(session.engineEvents().map(({ how }) => how)).toEqual([undefined, "lost"]);
  });

  it("a module whose agent's end reaches the conversation is gone, and the conversation launches what comes next", async () => {
    const session = await Session.with([task("1"), task("2", { dependencies: ["1"] })]);
    const begun = await session.begins();
    await session.does((await session.step(begun)).launch[0] as Launch, "a1");
    const prompt =
      "<task-notification>\n<task-id>a1</task-id>\n<status>completed</status>\n<summary>x</summary>\n</task-notification>";
    const said = await session.server.hook({ event: "UserPromptSubmit", prompt, promptId: "p1" });
    expect(JSON.stringify(said)).toContain("launch with Agent, as given");
    expect(session.engineEvents().at(-1)?.how).toBe("lost");
  });

  it("a module that is back with an empty memory keeps its plan when the conversation hears of an end from before", async () => {
    const session = await Session.with(three);
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    for (const [at, one] of launch.entries()) await session.launches(one, `a${at}`);
    await session.reports(launch[0] as Launch);
    session.key = "";
    expect((await session.hello()).plans).toEqual([{ plan: "auth", run: 1 }]);
    const prompt =
      "<task-notification>\n<task-id>a0</task-id>\n<status>completed</status>\n<summary>x</summary>\n</task-notification>";
    await session.server.hook({ event: "UserPromptSubmit", prompt, promptId: "p1" });
    expect(session.engineEvents().map(({ how }) => how)).toEqual([undefined]);
    expect((await session.step(begun)).over).toBeUndefined();
  });

  it("the module launches one agent for small tasks of one shape, which does them one after another, also when the module is gone", async () => {
    const small = ["1", "2", "3"].map((id) => task(id, { estimateMinutes: 0.5 }));
    const session = await Session.with(small, { env: { CLAUDE_CODE_SESSION_ID: "s1" } });
    const begun = await session.begins();
    const { launch } = await session.step(begun);
    expect(tasksOf({ launch })).toEqual(["1"]);
    await session.launches(launch[0] as Launch, "a1");
    const brought = await session.reports(launch[0] as Launch, "a1");
    expect(brought).toMatchObject({ task: "auth/2" });
    // It is at a task that the module knows nothing of, and nothing else is to be launched.
    expect(await session.step(begun)).toMatchObject({ launch: [], stop: [] });
    expect(await session.reports({ task: "2", prompt: `token ${brought?.token}.` }, "a1")).toBeDefined();
    const prompt =
      "<task-notification>\n<task-id>a1</task-id>\n<status>failed</status>\n<summary>x</summary>\n</task-notification>";
    const said = await session.server.hook({ event: "UserPromptSubmit", prompt, promptId: "p1" });
    // The task at which it ended is launched again, by the conversation.
    expect(JSON.stringify(said)).toMatch(/launch with Agent, as given.*auth\/3/);
    expect(session.engineEvents().at(-1)?.how).toBe("lost");
  });

  it("the conversation is told to launch itself where there is no module", async () => {
    const session = await Session.with(three);
    await session.server.call("plan_create", { plan: "auth", from: "specs/auth/03-tasks.json" });
    const error = await session.server.refused("plan_update", { plan: "auth", action: "run" });
    expect(error.remedy).toContain("batch_next");
  });

  it("a model that speaks as the module does is told that there is no such field", async () => {
    const session = await Session.with(three);
    const error = await session.server.refused("batch_collect", { engine: "hello", key: "" });
    expect(error.message).toContain("engine");
  });

  it("calls of a module, whichever plugin's, are not taken for the conversation's", async () => {
    const session = await Session.with([task("1"), task("2")]);
    await session.server.call("plan_create", { plan: "auth", from: "specs/auth/03-tasks.json" });
    const first = await session.server.call("batch_next", { plan: "auth" });
    await session.does(first.launch[0] as Launch, "a1");
    const toolUseId = "toolu_plugin_other";
    await session.server.raw("batch_collect", { plan: "auth", waitSeconds: 0 }, { toolUseId });
    // What the conversation was not told, it is told with its next prompt.
    const said = await session.server.hook({ event: "UserPromptSubmit", prompt: "And?", promptId: "p1" });
    expect(JSON.stringify(said)).toContain("1/2 done");
  });
});
