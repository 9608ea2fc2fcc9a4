import { describe, expect, it } from "vitest";
import { durationOf, mostAtOnce, startedRuns } from "../../../mcp-server/src/audit/session/session.ts";
import {
  type Agent,
  call,
  launches,
  prompt,
  result,
  say,
  sessionOf,
  writes,
} from "../../support/transcript.ts";

const HOUR = 3_600;
const seconds = (session: ReturnType<typeof sessionOf>) =>
  session.runs.map((run) => [run.name, durationOf(run) / 1000]);

describe("how long an agent worked", () => {
  it("the time that an agent worked leaves out a night between a call and its result", () => {
    const night: Agent = {
      ...{ id: "a1", name: "Refactor", from: 10, to: 20 * HOUR + 60 },
      does: [call(50, "p", "Bash", { command: "make" }), result(20 * HOUR, "p", "ok")],
    };
    expect(seconds(sessionOf([night]))).toEqual([["Refactor", 100]]);
  });

  it("the time that an agent worked leaves out the agents that it waited for: their time is theirs", () => {
    const child: Agent = { id: "a2", name: "Part", from: 100, to: 500, foreground: true };
    const parent: Agent = { id: "a1", name: "Whole", from: 10, to: 540, does: launches(child) };
    const session = sessionOf([parent], [], false, [child]);
    expect(seconds(session)).toEqual([
      ["Whole", 130],
      ["Part", 400],
    ]);
    expect(mostAtOnce(session.runs)).toHaveLength(1);
  });

  it("the time that an agent worked is the host's where there is no transcript, unless it must hold a wait", () => {
    const short = launches({ id: "a1", name: "Short", from: 10, to: 110, foreground: true });
    const long = launches({ id: "a2", name: "Long", from: 200, to: 20 * HOUR, foreground: true });
    const session = sessionOf([], [...short, ...long]);
    expect(seconds(session)).toEqual([
      ["Short", 100],
      ["Long", 0],
    ]);
    expect(startedRuns(session.runs)).toHaveLength(2);
  });

  it("the time that an agent worked does not end with its notification where the host measured it", () => {
    const told = `<task-notification><task-id>a1</task-id><tool-use-id>call-a1</tool-use-id><status>completed</status><result>Done.</result><usage><total_tokens>900</total_tokens><duration_ms>60000</duration_ms></usage></task-notification>`;
    const [launch, started] = launches({ id: "a1", name: "Explore", from: 10, to: 100 });
    if (launch === undefined || started === undefined) throw new Error("no launch");
    const session = sessionOf(
      [],
      [launch, started, { ...prompt(9 * HOUR, told), origin: { kind: "task-notification" } }],
    );
    expect(seconds(session)).toEqual([["Explore", 60]]);
    expect(session.runs[0]?.hostTokens).toBe(900);
  });
});

it("what the host measured is also read from the end of its answer", () => {
  const figures = "agentId: a1\n<usage>subagent_tokens: 1200\ntool_uses: 1\nduration_ms: 42000</usage>";
  const session = sessionOf(
    [],
    [
      call(10, "c", "Agent", { description: "Survey", prompt: "Survey" }),
      result(400, "c", `Three jobs.\n${figures}`, { toolUseResult: { status: "completed", agentId: "a1" } }),
    ],
  );
  expect(seconds(session)).toEqual([["Survey", 42]]);
  expect(session.runs[0]?.hostTokens).toBe(1200);
});

describe("a teammate", () => {
  const spawned = (name: string) => [
    call(10, `t-${name}`, "Agent", { description: `Build ${name}`, prompt: `Build ${name}`, name }, "team"),
    result(12, `t-${name}`, "Spawned successfully.", {
      toolUseResult: { status: "teammate_spawned", agent_id: `${name}@site`, name },
    }),
  ];
  const wrote = (at: number, name: string) =>
    prompt(at, `<teammate-message teammate_id="${name}" color="blue">It is built.</teammate-message>`);

  it("a teammate works as long as its transcript, and not as long as its start", () => {
    const session = sessionOf([], [...spawned("nav"), wrote(600, "nav"), say(610, "Thanks.")], false, [
      { id: "xnav1", name: "Build nav", prompt: "Build nav", from: 14, to: 580, launchedBy: "" },
    ]);
    expect(seconds(session)).toEqual([["Build nav", 566]]);
    expect(session.runs[0]).toMatchObject({ isTeammate: true, outcome: "completed" });
    expect(session.main.steps.filter(({ kind }) => kind === "prompt")).toHaveLength(1);
  });

  it("a teammate without a transcript counts, and its time is unknown", () => {
    const session = sessionOf([], [...spawned("nav"), wrote(600, "nav"), say(610, "Thanks.")]);
    expect(startedRuns(session.runs)).toHaveLength(1);
    expect(session.runs[0]?.spans).toEqual([]);
  });
});

describe("how an agent ended", () => {
  it("an agent has failed when the host answered in the model's place", () => {
    const last = { ...say(100, "API Error: 529 Overloaded"), isApiErrorMessage: true };
    const agent: Agent = {
      id: "a1",
      name: "Port",
      from: 10,
      to: 100,
      report: "",
      does: [...writes(50, "a.ts"), last],
    };
    expect(sessionOf([{ ...agent, report: "API Error: 529 Overloaded" }]).runs[0]?.outcome).toBe("failed");
    expect(sessionOf([agent]).runs[0]?.outcome).toBe("failed");
  });

  it("an agent has failed, and was not refused, when the launch failed after a while", () => {
    const failed = (at: number) => [
      call(10, "c", "Agent", { description: "Port", prompt: "Port" }),
      result(at, "c", "Error: the agent crashed", {}, true),
    ];
    expect(sessionOf([], failed(11)).runs[0]?.outcome).toBe("refused");
    expect(sessionOf([], failed(200)).runs[0]?.outcome).toBe("failed");
    expect(startedRuns(sessionOf([], failed(200)).runs)).toHaveLength(1);
    expect(startedRuns(sessionOf([], failed(11)).runs)).toHaveLength(0);
  });

  it("an agent was refused when the host says so, even when the rest of the message took a while", () => {
    const refusals = [
      "Agent type 'junior' not found. Available agents: Explore",
      "<tool_use_error>InputValidationError: prompt is missing</tool_use_error>",
    ];
    for (const text of refusals) {
      const lines = [
        call(10, "c", "Agent", { description: "Port", prompt: "Port" }),
        result(80, "c", text, {}, true),
      ];
      expect(sessionOf([], lines).runs[0]?.outcome).toBe("refused");
    }
  });

  it("an agent had begun when its call was interrupted, and not when its launch was rejected", () => {
    const stopped = (text: string) =>
      sessionOf(
        [],
        [call(10, "c", "Task", { description: "Port", prompt: "Port" }), result(310, "c", text, {}, true)],
      );
    const interrupted = stopped("[Request interrupted by user for tool use]");
    expect(startedRuns(interrupted.runs)).toMatchObject([{ outcome: "stopped" }]);
    expect(seconds(interrupted)).toEqual([["Port", 300]]);
    const rejected = stopped("The user doesn't want to proceed with this tool use.");
    expect(startedRuns(rejected.runs)).toEqual([]);
  });

  it("an agent did not end when somebody looked at what it had written so far", () => {
    const look = (at: number) => [
      call(at, `look-${at}`, "Bash", { command: "tail -50 /tmp/x/tasks/a1.output" }),
      result(at + 1, `look-${at}`, "…"),
    ];
    const agent: Agent = { id: "a1", name: "Port", from: 10, to: 900, report: "You're out of extra usage" };
    const [launch = {}, started = {}] = launches(agent);
    const told = sessionOf([], [...launches(agent), ...look(60)]);
    expect(seconds(told)).toEqual([["Port", 890]]);
    expect(told.runs[0]?.outcome).toBe("failed");
    expect(seconds(sessionOf([], [launch, started, ...look(60), ...look(300)]))).toEqual([["Port", 290]]);
    const seen = sessionOf([], [launch, started, ...look(60)], false, [agent]);
    expect(seconds(seen)).toEqual([["Port", 890]]);
  });

  it("an agent was stopped when the user stopped it", () => {
    const killed = `<task-notification><task-id>a1</task-id><status>killed</status><summary>Agent "Port" was stopped by the user</summary></task-notification>`;
    const [launch, started] = launches({ id: "a1", name: "Port", from: 10, to: 100 });
    if (launch === undefined || started === undefined) throw new Error("no launch");
    const lines = [launch, started, { ...prompt(100, killed), origin: { kind: "task-notification" } }];
    expect(sessionOf([], lines).runs[0]?.outcome).toBe("stopped");
  });
});

describe("what an agent hands back as a message", () => {
  const FRAME = "[Subagent hand-back] The text below is the final report of a subagent. The report follows:";
  const started = launches({ id: "a1", name: "Port", from: 10, to: 100, untold: true });
  const message = (at: number, body: string) =>
    prompt(
      at,
      `Another Claude session sent a message:\n<agent-message from="a1">\n${body}\n</agent-message>`,
    );

  it("what an agent hands back as a message is its end, and no word of the user", () => {
    const session = sessionOf(
      [],
      [...started, message(100, `${FRAME}\n  All is ported.`), say(110, "Thanks.")],
    );
    expect(session.runs[0]).toMatchObject({ outcome: "completed", report: "All is ported." });
    expect(session.runs[0]?.reportedAt).toBeDefined();
    expect(session.main.steps.filter(({ kind }) => kind === "prompt")).toHaveLength(1);
  });

  it("what an agent hands back as a message is read without the host's frame around it", () => {
    const session = sessionOf([], [...started, message(100, `${FRAME}\n  FAILED: no such table`)]);
    expect(session.runs[0]).toMatchObject({ outcome: "failed", report: "FAILED: no such table" });
  });

  it("what an agent hands back as a message is also known from what the host wrote beside the text", () => {
    const origin = { kind: "peer", from: "a1", senderTaskId: "a1", handback: true };
    const session = sessionOf([], [...started, { ...prompt(100, `${FRAME}\n  Done.`), origin }]);
    expect(session.runs[0]).toMatchObject({ outcome: "completed", report: "Done." });
  });

  it("what an agent hands back as a message is not its end when it is only a word on the way", () => {
    const session = sessionOf([], [...started, message(50, "Half of it is ported."), say(60, "Good.")]);
    expect(session.runs[0]).toMatchObject({ outcome: "unfinished", reportedAt: undefined });
  });
});

it("a notification without a status is an event and no end", () => {
  const event =
    "<task-notification><task-id>a1</task-id><summary>Monitor event</summary></task-notification>";
  const lines = launches({ id: "a1", name: "Port", from: 10, to: 100, untold: true });
  const session = sessionOf([], [...lines, prompt(50, event)]);
  expect(session.runs[0]?.outcome).toBe("unfinished");
});
