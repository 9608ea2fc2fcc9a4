import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { eventsOf, outcomesOf, readGraph } from "./graph-state.ts";
import { type Outcome, repositoryPlugins, runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { reports, runs, type Work, writes } from "./harness/worker.ts";
import { expectLawfulLog, headlessRun, shownToUser, storyOf } from "./small-plan.ts";

/** Each agent's check is a command of its own. */
const CHECKS = {
  "1.1": "cat parts/1.1.txt",
  "1.2": "cat parts/1.2.txt",
  "1.3": "cat parts/1.3.missing",
  "1.4": "cat parts/1.4.txt",
  "1.5": "printf '1..0\\n# tests 0\\n# pass 0\\n'",
  "1.6": "cat parts/1.6.txt",
} as const;
type Id = keyof typeof CHECKS;

const tasks: SpecTask[] = Object.entries(CHECKS).map(([id, command]) => ({
  id,
  description: `Write part ${id}`,
  writes: [`parts/${id}.*`],
  acceptance: [{ criterion: "It is checked", command }],
  retries: 0,
}));

const part = (id: Id, text: string) => writes({ [`parts/${id}.txt`]: text });
const claims = (id: Id) =>
  reports({
    filesChanged: [`parts/${id}.txt`],
    evidence: [{ criterion: "1", command: CHECKS[id], exitCode: 0, result: "all is well" }],
  });

const workers: Record<Id, Work> = {
  // Does what it says.
  "1.1": [part("1.1", "1\n"), runs(CHECKS["1.1"]), claims("1.1")],
  // Never runs its check.
  "1.2": [part("1.2", "1\n"), runs("ls parts"), claims("1.2")],
  // Its check fails, and it says twice that it does not.
  "1.3": [part("1.3", "1\n"), runs(CHECKS["1.3"]), claims("1.3"), claims("1.3")],
  // Goes on writing afterwards.
  "1.4": [part("1.4", "1\n"), runs(CHECKS["1.4"]), part("1.4", "2\n"), claims("1.4")],
  // Tests nothing.
  "1.5": [part("1.5", "1\n"), runs(CHECKS["1.5"]), claims("1.5")],
  // Its check fails at first, which it learns from its report that comes back.
  "1.6": [runs(CHECKS["1.6"]), claims("1.6"), part("1.6", "1\n"), runs(CHECKS["1.6"]), claims("1.6")],
};

/** The plugins of this repository, of which the first has no hook that tells of a command. */
function pluginsWithoutCommandHooks(): string[] {
  const [root = "", ...plugins] = repositoryPlugins();
  const folder = temporaryFolder();
  for (const name of [".claude-plugin", "agents", "bin", "commands", "mcp-server", "skills", "workflows"]) {
    symlinkSync(join(root, name), join(folder, name));
  }
  const told = JSON.parse(readFileSync(join(root, "hooks", "hooks.json"), "utf8")) as {
    hooks: Record<string, object[]>;
  };
  const { PostToolUse: ended = [], PostToolUseFailure: _failed, ...others } = told.hooks;
  const ofLaunches = ended.map((entry) => ({ ...entry, matcher: "^(?:Agent|Task)$" }));
  const hooks = { ...others, PostToolUse: ofLaunches };
  mkdirSync(join(folder, "hooks"));
  writeFileSync(join(folder, "hooks", "hooks.json"), JSON.stringify({ hooks }));
  return [folder, ...plugins];
}

/** Of each task, what the last report's evidence is worth. */
function standingsOf(outcome: Outcome): Record<string, string> {
  const ended = eventsOf(readGraph(outcome.database), "attempt.ended");
  return Object.fromEntries(
    ended.map(({ task, data }) => {
      const { evidence } = data.report as { evidence: { standing?: string; seen?: string }[] };
      const [{ standing = "", seen } = {}] = evidence;
      return [task, seen === undefined ? standing : `${standing}: ${seen}`];
    }),
  );
}

it.each([
  ["hooks", undefined],
  ["transcripts alone", pluginsWithoutCommandHooks],
] as const)("what agents report of their checks is named rightly, as %s tell it", async (name, plugins) => {
  const story = storyOf(`evidence by ${name}`, tasks, {
    workers,
    settings: { permissions: { allow: ["Bash", "Write"] } },
    ...(plugins && { plugins: plugins() }),
    runs: [headlessRun()],
  });
  await runScenario(story, (outcome) => {
    expectLawfulLog(outcome);
    const graph = readGraph(outcome.database);
    expect(standingsOf(outcome)).toEqual({
      "1.1": "seen",
      "1.2": "claimed: it was not seen to run",
      "1.3": "contradicted: it ended with exit code 1",
      "1.4": "stale: parts/1.4.txt changed after it ran",
      "1.5": "seen: its output says that no test ran",
      "1.6": "seen",
    });
    for (const id of Object.keys(CHECKS)) {
      expect({ id, outcomes: outcomesOf(graph, id) }).toEqual({
        id,
        outcomes: [id === "1.3" ? "failed" : "completed"],
      });
    }
    expect(
      eventsOf(graph, "report.returned")
        .map(({ task }) => task)
        .sort(),
    ).toEqual(["1.3", "1.6"]);
    const report = shownToUser(outcome, 1);
    expect(report).toContain("contradicted: it ended with exit code 1");
    expect(report).toContain("is stale: parts/1.4.txt changed after it ran");
  });
});
