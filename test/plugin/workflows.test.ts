import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Start {
  task: string;
  agent: string;
  attempt: number;
}
type Answer = { plan: string; start: Start[]; report?: string } | undefined;
type Agent = (prompt: string, options: { label: string; agentType?: string }) => Promise<unknown>;

const SCRIPT = readFileSync(new URL("../../workflows/execute.js", import.meta.url), "utf8");
const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (agent: Agent, args: unknown, log: (text: string) => void) => Promise<Record<string, unknown>>;

/** Runs the script as the host does: its body is a function whose only ways out are these. */
function run(args: unknown, agent: Agent): Promise<Record<string, unknown>> {
  return new AsyncFunction("agent", "args", "log", SCRIPT.replace("export const meta", "const meta"))(
    agent,
    args,
    () => undefined,
  );
}

const start = (task: string, attempt = 1): Start => ({
  task,
  agent: "parallel:feature-implementer",
  attempt,
});
const step = (starts: Start[], report?: string): Answer => ({
  plan: "demo",
  start: starts,
  ...(report !== undefined && { report }),
});

/** A host whose agents answer what the graph would; it notes which were started, and how many ran at once. */
class Host {
  readonly started: string[] = [];
  readonly types = new Map<string, string | undefined>();
  most = 0;
  #running = 0;

  constructor(private readonly answers: Record<string, (Answer | Error | null)[]>) {}

  readonly agent: Agent = async (_, { label, agentType }) => {
    this.started.push(label);
    this.types.set(label, agentType);
    this.#running += 1;
    this.most = Math.max(this.most, this.#running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    this.#running -= 1;
    const answer = this.answers[label]?.shift() ?? null;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

describe("the script that runs a plan", () => {
  it("the script that runs a plan starts what the graph names, each with its agent type, and goes on from each end", async () => {
    const host = new Host({
      "1": [step([start("2")])],
      "2": [step([start("3"), start("4")])],
      "3": [step([])],
      "4": [step([], "All is done.")],
    });
    expect(await run(step([start("1")]), host.agent)).toEqual({ finished: true, report: "All is done." });
    expect(host.started).toEqual(["1", "2", "3", "4"]);
    expect(host.types.get("4")).toBe("parallel:feature-implementer");
    expect(host.most).toBe(2);
  });

  it("the script that runs a plan starts a task that several agents name only once", async () => {
    const host = new Host({
      "1": [step([start("3")])],
      "2": [step([start("3")])],
      "3": [step([], "Done.")],
    });
    await run(step([start("1"), start("2")]), host.agent);
    expect(host.started).toEqual(["1", "2", "3"]);
  });

  it("the script that runs a plan starts the same task again for its next attempt", async () => {
    const host = new Host({ "1": [step([start("1", 2)]), step([], "Done.")] });
    expect(await run(step([start("1")]), host.agent)).toMatchObject({ finished: true });
    expect(host.started).toEqual(["1", "1"]);
  });

  it("the script that runs a plan asks the graph when an agent was lost, and follows its answer", async () => {
    for (const lost of [null, new Error("died")]) {
      const host = new Host({ "1": [lost, step([], "Done.")], "what is next": [step([start("1", 2)])] });
      expect(await run(step([start("1")]), host.agent)).toMatchObject({ finished: true });
      expect(host.started).toEqual(["1", "what is next", "1"]);
    }
  });

  it("the script that runs a plan waits for others when nothing can start and the plan is not at its end", async () => {
    const prompts: string[] = [];
    const host = new Host({
      "1": [step([])],
      "what is next": [step([]), step([start("2")])],
      "2": [step([], "Done.")],
    });
    const agent: Agent = (prompt, options) => {
      prompts.push(prompt);
      return host.agent(prompt, options);
    };
    expect(await run(step([start("1")]), agent)).toMatchObject({ finished: true });
    expect(prompts.filter((prompt) => prompt.includes("batch_collect"))).toHaveLength(2);
  });

  it("the script that runs a plan gives up a task that its agents do not claim, and names it", async () => {
    const host = new Host({ "1": [step([start("1")]), step([start("1")]), step([start("1")])] });
    const result = await run(step([start("1")]), host.agent);
    expect(result).toMatchObject({ finished: false, unclaimed: ["1"] });
    expect(result.next).toContain("batch_next");
    expect(host.started).toEqual(["1", "1"]);
  });

  it("the script that runs a plan ends when nobody answers any more", async () => {
    const host = new Host({});
    expect(await run(step([start("1"), start("2")]), host.agent)).toMatchObject({ finished: false });
    expect(host.started.length).toBeLessThanOrEqual(5);
  });

  it("the script that runs a plan begins nothing when the hooks did not say what to start", async () => {
    for (const args of ["demo", undefined, { plan: "demo" }]) {
      const host = new Host({});
      expect(await run(args, host.agent)).toMatchObject({ finished: false });
      expect(host.started).toEqual([]);
    }
  });

  it("the script that runs a plan says of a plan that is at its end how it ended, without any agent", async () => {
    const host = new Host({});
    expect(await run(step([], "All was done."), host.agent)).toEqual({
      finished: true,
      report: "All was done.",
    });
    expect(host.started).toEqual([]);
  });

  it("the script that runs a plan keeps to what the host's scripts may use", () => {
    expect(SCRIPT).toMatch(/^export const meta = \{/);
    expect(SCRIPT).not.toMatch(/Date\.now|Math\.random|new Date\(\)|\bimport\b|\brequire\b/);
  });
});
