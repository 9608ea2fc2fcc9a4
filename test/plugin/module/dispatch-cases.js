// Run by `claude plugin test`, which gives the module the host's own interface; what `on` answers stands for the host.
import { expect, mock, test } from "claude-code/testing";

const LAUNCH = {
  task: "1",
  subagent_type: "parallel:feature-implementer",
  description: "1 Build",
  prompt: "Task demo/1, token 1-a.",
};
const END = { text: "1 of 1 task completed.", exitCode: 0, keepsReports: true };

/** A host with a server whose answers to steps are given, and what happened in it. */
function host(on, { steps, agents = [], evaluated, launch = () => ({ result: { agentId: "a1" } }) }) {
  const seen = { requests: [], launches: [], prompts: [] };
  const answers = {
    hello: () => ({ key: "k", plans: [] }),
    run: () => ({ plan: "demo", run: 1, says: "demo runs." }),
    step: ({ run }) => ({ run, ...(steps.shift() ?? { launch: [], stop: [] }) }),
    stop: () => ({ says: "demo is stopped." }),
    ended: () => ({}),
    heard: () => ({}),
  };
  seen.clock = mock.clock(on);
  on("session.start", (_, e) => ({ cwd: e.cwd }));
  on("command.register", () => ({ value: { command: "parallel-run" } }));
  on("mcp.call", (_, { args }) => {
    seen.requests.push(args);
    const answer = answers[args.engine](args);
    return { value: { content: [{ type: "text", text: JSON.stringify(answer) }], isError: false } };
  });
  on("agent.call", (_, e) => {
    seen.launches.push(e);
    return { value: launch(e) };
  });
  on("env.get", () => ({ value: evaluated }));
  on("agent.list", () => ({ value: agents }));
  on("agent.report", (_, e) => ({ text: e.text }));
  on("prompt.submit", (_, e) => {
    seen.prompts.push(e.text);
    return { text: e.text };
  });
  seen.answers = answers;
  return seen;
}

const start = ($, isInteractive) =>
  $.session.start({ cwd: "/", surface: isInteractive ? "terminal" : null, isInteractive });
const report = ($, agentId, status = "completed") =>
  $.agent.report({
    agentId,
    subagentType: "x",
    provider: { plugin: "parallel", tier: "user" },
    status,
    text: "Done.",
  });

test("the command of a headless run launches what the server says, and ends with its text and exit code", async ($, on) => {
  const seen = host(on, {
    steps: [
      { launch: [LAUNCH], stop: [] },
      { launch: [], stop: [], over: { ...END, exitCode: 1 } },
    ],
  });
  await start($, false);
  const answer = await $.command.run({ command: "parallel-run", args: "demo" });
  expect(answer.text).toBe(END.text);
  expect(answer.exitCode).toBe(1);
  const { task: _, ...input } = LAUNCH;
  expect(seen.launches).toEqual([{ tool: "Agent", input: { ...input, run_in_background: true } }]);
  expect(seen.prompts).toEqual([]);
});

test("the command in a terminal answers at once, and the end wakes the conversation", async ($, on) => {
  const seen = host(on, { steps: [{ launch: [], stop: [], over: { ...END, wake: "It is done." } }] });
  await start($, true);
  const answer = await $.command.run({ command: "parallel-run", args: "demo" });
  expect(answer).toEqual({ text: "demo runs.", isTextDisplayOnly: true });
  await seen.clock.advance(10);
  expect(seen.prompts).toEqual(["It is done."]);
  expect(seen.requests.at(-1)).toEqual({ engine: "heard", key: "k", plan: "demo", run: 1 });
});

test("a module that was taken for dead goes on in the run that the server has begun since", async ($, on) => {
  const seen = host(on, {
    steps: [
      { launch: [LAUNCH], stop: [], run: 2 },
      { launch: [], stop: [], over: END },
    ],
  });
  await start($, false);
  await $.command.run({ command: "parallel-run", args: "demo" });
  const steps = seen.requests.filter(({ engine }) => engine === "step");
  expect(steps.map(({ run }) => run)).toEqual([1, 2]);
  expect((await report($, "a1")).consumed).toBeDefined();
});

test("the end of an agent that was launched here is kept from the conversation, that of others is not", async ($, on) => {
  host(on, {
    steps: [
      { launch: [LAUNCH], stop: [] },
      { launch: [], stop: [], over: END },
    ],
  });
  await start($, false);
  await $.command.run({ command: "parallel-run", args: "demo" });
  expect((await report($, "a1")).consumed).toBeDefined();
  expect((await report($, "b7")).text).toBe("Done.");
});

test("the conversation hears of its agents' ends again when the plan is handed back to it", async ($, on) => {
  host(on, {
    steps: [
      { launch: [LAUNCH], stop: [] },
      { launch: [], stop: [], over: { ...END, keepsReports: false } },
    ],
  });
  await start($, false);
  await $.command.run({ command: "parallel-run", args: "demo" });
  expect((await report($, "a1")).text).toBe("Done.");
});

test("a launch that comes to nothing is told with the next step", async ($, on) => {
  const seen = host(on, {
    steps: [
      { launch: [LAUNCH], stop: [] },
      { launch: [], stop: [] },
      { launch: [], stop: [], over: END },
    ],
    launch: () => ({ deny: "no" }),
  });
  await start($, false);
  await $.command.run({ command: "parallel-run", args: "demo" });
  const refused = seen.requests.flatMap(({ refused = [] }) => refused);
  expect(refused).toEqual([LAUNCH.prompt]);
});

test("a server that was started again is told hello, and the step is made again", async ($, on) => {
  const seen = host(on, { steps: [{ again: true }, { launch: [], stop: [], over: END }] });
  await start($, false);
  const answer = await $.command.run({ command: "parallel-run", args: "demo" });
  expect(answer.exitCode).toBe(0);
  expect(seen.requests.filter(({ engine }) => engine === "hello").length).toBeGreaterThan(1);
});

test("a module with an empty memory goes on with the plans that the server names", async ($, on) => {
  const seen = host(on, {
    steps: [
      { launch: [], stop: ["a3"] },
      { launch: [], stop: [], over: { ...END, wake: "Done." } },
    ],
  });
  seen.answers.hello = () => ({ key: "k", plans: [{ plan: "demo", run: 1 }] });
  await start($, true);
  await seen.clock.advance(10);
  await seen.clock.advance(10);
  expect(seen.launches).toEqual([{ tool: "TaskStop", input: { task_id: "a3" } }]);
  expect(seen.prompts).toEqual(["Done."]);
});

test("an agent that was stopped is told to the server, which no hook does", async ($, on) => {
  const seen = host(on, { steps: [], agents: [{ id: "a5", spawnedBy: "parallel" }] });
  await start($, true);
  await report($, "a5", "stopped");
  expect(seen.requests.at(-1)).toEqual({ engine: "ended", key: "k", agentId: "a5", text: "Done." });
});

test("in an evaluation, where a model answers for the server, nothing is asked of it", async ($, on) => {
  const seen = host(on, { steps: [], evaluated: "1" });
  await start($, false);
  await seen.clock.advance(1_000);
  expect(seen.requests).toEqual([]);
});
