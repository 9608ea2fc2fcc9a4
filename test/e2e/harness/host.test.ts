import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Conversation, turnsTaken } from "./conversation.ts";
import { hasTmux } from "./interactive.ts";
import { isAlive } from "./processes.ts";
import type { Recording } from "./recording.ts";
import { runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { callsTogether, says, type Turn } from "./turn.ts";
import { hangs, runs, stopsSilently, writes } from "./worker.ts";

/** A main conversation that takes these turns in order. */
function takes(...turns: Turn[]): (conversation: Conversation) => Turn {
  return (conversation) => turns[turnsTaken(conversation)] ?? says("Nothing more to do.");
}

function launches(...ids: string[]): Turn {
  return callsTogether(
    ids.map((id) => ({
      tool: "Agent",
      input: {
        description: `${id} Do it`,
        subagent_type: "general-purpose",
        prompt: `Task: demo/${id}\nToken: 1-aaaaaaaaaaaaaaaaaaaaaaaaaa`,
      },
    })),
  );
}

function scenario(parts: Partial<Scenario> & Pick<Scenario, "runs">): Scenario {
  return { name: "host", files: { "README.md": "# Demo\n" }, plugins: [], ...parts };
}

const allowsWrites = { permissions: { allow: ["Write"] } };

describe("the harness on the real Claude Code", () => {
  it("the harness on the real Claude Code sees three agents of one message at work at once, each with its task", async () => {
    const run = {
      prompt: "Start three agents.",
      orchestrator: takes(launches("1", "2", "3"), says("Launched.")),
    };
    const work = [writes({ "made.txt": "made\n" }), stopsSilently()];
    await runScenario(
      scenario({
        runs: [run],
        settings: allowsWrites,
        beginTogether: 3,
        latencyMs: { main: 20, agent: 400 },
        workers: { "1": [writes({ "one.txt": "1\n" }), stopsSilently("One is done.")] },
        work,
      }),
      ({ recording, runs, gitStatus, project }) => {
        expect(runs[0]?.exit).toEqual({ code: 0, signal: null, timedOut: false });
        expect(recording.launchMessages()).toEqual([["1 Do it", "2 Do it", "3 Do it"]]);
        expect(recording.mostAgentRequestsAtOnce()).toBe(3);
        expect(
          recording
            .agents()
            .map((agent) => agent.task)
            .sort(),
        ).toEqual(["demo/1", "demo/2", "demo/3"]);
        expect(recording.agents().every((agent) => agent.requests === 2)).toBe(true);
        expect(recording.refusals()).toEqual([]);
        expect(runs[0]?.permissionDenials).toEqual([]);
        expect(gitStatus.sort()).toEqual(["?? made.txt", "?? one.txt"]);
        expect(existsSync(join(project, "one.txt"))).toBe(true);
        const characters = recording.mainCharacters();
        expect(characters["host: launch text"]).toBeGreaterThan(3 * 500);
        expect(characters["last message of an agent"]).toBe("One is done.".length + 2 * "I am done.".length);
        expect(characters["hook of this plugin"]).toBe(0);
      },
    );
  });

  it("the harness on the real Claude Code reports a write that nobody allowed as a refusal", async () => {
    const run = { prompt: "Start an agent.", orchestrator: takes(launches("1"), says("Launched.")) };
    const work = [writes({ "made.txt": "made\n" }), stopsSilently()];
    await runScenario(scenario({ runs: [run], work }), ({ recording, runs, gitStatus }) => {
      expect(recording.refusals().map(({ tool }) => tool)).toEqual(["Write"]);
      expect(runs[0]?.permissionDenials.map(({ tool }) => tool)).toEqual(["Write"]);
      expect(gitStatus).toEqual([]);
    });
  });

  it("the harness on the real Claude Code kills a run with a hanging agent and finds no process left of it", async () => {
    const run = {
      prompt: "Start an agent that hangs.",
      orchestrator: takes(launches("1"), says("Launched.")),
      killWhen: ({ requests }: Recording) =>
        requests.some((request) => request.task === "demo/1" && request.endMs === undefined) &&
        requests.length === 3,
    };
    await runScenario(scenario({ runs: [run], workers: { "1": [hangs()] } }), ({ runs }) => {
      expect(runs[0]?.exit).toEqual({ code: null, signal: "SIGKILL", timedOut: false });
      expect(runs[0]?.survivors).toEqual([]);
      expect(runs[0]?.events.some((event) => event.subtype === "task_started")).toBe(true);
    });
  });

  it("the harness on the real Claude Code names the process that outlives a killed run, and ends it", async () => {
    const run = {
      prompt: "Start an agent that runs something long.",
      orchestrator: takes(launches("1"), says("Launched.")),
      killWhen: (_: Recording, database: string) => existsSync(join(dirname(database), "../../begun.txt")),
      leavingMs: 10_000,
    };
    let survivors: number[] = [];
    await runScenario(
      scenario({
        runs: [run],
        settings: { permissions: { allow: ["Bash(touch:*)", "Bash(tail:*)"] } },
        workers: { "1": [runs("touch begun.txt && tail -f README.md"), stopsSilently()] },
      }),
      (outcome) => {
        survivors = outcome.runs[0]?.survivors ?? [];
        expect(survivors.length).toBeGreaterThan(0);
      },
    );
    expect(survivors.filter(isAlive)).toEqual([]);
  });

  it("the harness on the real Claude Code drives an interactive session with prompt, answer, interruption and end", async ({
    skip,
  }) => {
    if (!(await hasTmux())) skip("tmux is not installed");
    let pid = 0;
    const run = {
      orchestrator: takes(says("Good morning."), {
        outputs: [{ text: "Too late." }],
        latencyMs: Number.POSITIVE_INFINITY,
      }),
      user: async (session: Parameters<Extract<Scenario["runs"][number], { user: unknown }>["user"]>[0]) => {
        pid = session.pid;
        await session.type("Say good morning.");
        await session.waitFor(/Good morning\./);
        await session.type("Take your time.");
        await session.waitFor(/esc to interrupt/);
        await session.press("Escape");
        await session.waitUntilGone(/esc to interrupt/);
      },
    };
    await runScenario(scenario({ runs: [run] }), ({ recording }) => {
      expect(recording.requests.filter((request) => request.isMain)).toHaveLength(2);
      expect(isAlive(pid)).toBe(false);
    });
  });
});
