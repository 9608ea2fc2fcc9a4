import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApprovedCommands } from "../../mcp-server/src/run/approval/approved-commands.ts";
import { eventsOf, readGraph } from "./graph-state.ts";
import { textOf, turnsTaken } from "./harness/conversation.ts";
import type { Orchestrator } from "./harness/orchestrator.ts";
import { runScenario } from "./harness/run-scenario.ts";
import type { SpecTask } from "./harness/scenario.ts";
import { calls, says } from "./harness/turn.ts";
import {
  type Assignment,
  fails,
  reports,
  runs,
  type Step,
  stopsSilently,
  type Work,
  writes,
} from "./harness/worker.ts";
import {
  BY_WORKFLOW,
  expectCleanEnd,
  headlessRun,
  mainRequestsOf,
  runNumber,
  shownToUser,
  storyOf,
} from "./small-plan.ts";

const BRANCH = "parallel/demo";
const LEVELS: Readonly<Record<string, readonly string[]>> = {
  ...{ a1: [], a2: [], a3: [] },
  ...{ b1: ["a1"], b2: ["a2"], b3: ["a3"] },
  ...{ c1: ["b1"], c2: ["b2", "b3"], c3: ["b3"] },
  ...{ d1: ["c1", "c2", "c3"], d2: ["c1"], d3: ["c3"] },
};
/** Both of a pair change the same line, neither knowing of the other. */
const PAIRS: Readonly<Record<string, { file: string; with: string }>> = {
  b1: { file: "shared.txt", with: "b2" },
  b2: { file: "shared.txt", with: "b1" },
  c1: { file: "config.txt", with: "c3" },
  c3: { file: "config.txt", with: "c1" },
};

function gitIn(project: string, ...parameters: string[]): string {
  return execFileSync("git", parameters, { cwd: project, encoding: "utf8" });
}

function idOf({ task }: Pick<Assignment, "task">): string {
  return task.slice(task.indexOf("/") + 1);
}

/** Keeps the lines of both sides. */
function solved(directory: string, file: string): string {
  return readFileSync(join(directory, file), "utf8").replace(/^(<{7}|={7}|>{7}|\|{7}).*\n/gm, "");
}

describe("agents in worktrees", () => {
  it("agents in worktrees build on each other's merged work; two conflicts become tasks, and nothing is lost", async () => {
    const written = new Set<string>();
    const missing: string[] = [];
    const does: Step = (assignment) => {
      const { directory } = assignment;
      const id = idOf(assignment);
      if (id.includes("-merge")) {
        const file = PAIRS[id.slice(0, 2)]?.file ?? "";
        return writes({ [file]: solved(directory, file) })(assignment);
      }
      for (const earlier of LEVELS[id] ?? []) {
        if (!existsSync(join(directory, "work", `${earlier}.txt`))) missing.push(`${id} lacks ${earlier}`);
      }
      written.add(id);
      const pair = PAIRS[id];
      return writes({
        [`work/${id}.txt`]: `${id}\n`,
        ...(pair && { [pair.file]: `one by ${id}\ntwo\n` }),
      })(assignment);
    };
    /** Reports when the other one of its pair has begun, so that neither is cut from the other's work. */
    const handsIn: Step = (assignment) => {
      const other = PAIRS[idOf(assignment)]?.with;
      const turn = reports({
        evidence: [{ criterion: "1", inspected: "the files" }],
        filesChanged: [`work/${idOf(assignment)}.txt`],
      })(assignment);
      return { ...turn, when: () => other === undefined || written.has(other) };
    };
    // The worktree is what it should be from the first tool call on, not before: no model looks at it without one.
    const work: Work = [runs("ls"), does, handsIn];
    const tasks: SpecTask[] = Object.entries(LEVELS).map(([id, dependencies]) => ({
      id,
      description: "Do your part",
      dependencies: [...dependencies],
    }));
    const story = storyOf("works in worktrees", tasks, {
      work,
      runs: [headlessRun()],
      environment: { PARALLEL_UNSCOPED: "worktree" },
    });
    story.files = { ...story.files, "shared.txt": "one\ntwo\n", "config.txt": "one\ntwo\n" };
    await runScenario(story, (outcome) => {
      const { project, database } = outcome;
      const graph = readGraph(database);
      expect(missing).toEqual([]);
      expect(new Set(Object.values(graph.tasks))).toEqual(new Set(["completed"]));
      expect(Object.keys(graph.tasks)).toHaveLength(14);
      expectCleanEnd(outcome);
      for (const id of Object.keys(LEVELS)) {
        expect(gitIn(project, "show", `${BRANCH}:work/${id}.txt`)).toBe(`${id}\n`);
      }
      for (const [file, sides] of [
        ["shared.txt", ["b1", "b2"]],
        ["config.txt", ["c1", "c3"]],
      ] as const) {
        const lines = gitIn(project, "show", `${BRANCH}:${file}`).split("\n");
        expect(lines.sort()).toEqual(["", ...sides.map((side) => `one by ${side}`), "two"]);
      }
      const cuts = eventsOf(graph, "worktree.cut");
      // The host makes a worktree for an agent that the main conversation launches, the server for any other one.
      const place = BY_WORKFLOW ? "/.claude/worktrees/" : "/.claude/worktrees/agent-";
      expect(cuts.every(({ data }) => String(data.path).includes(place))).toBe(true);
      expect(gitIn(project, "log", "--oneline", "main").trim().split("\n")).toHaveLength(1);
      // The run's own files are its breakdown and ledger; worktrees do not show, and none is left.
      expect(outcome.gitStatus.filter((line) => !line.includes("specs/"))).toEqual([]);
      expect(gitIn(project, "worktree", "list").trim().split("\n")).toHaveLength(1);
      // Two worktrees that the host makes at once may meet in git: the launch fails and is made again, and its branch stays.
      const unmade = mainRequestsOf(outcome, 1).flatMap(({ conversation }) =>
        [
          ...JSON.stringify(conversation.blocks).matchAll(
            /Failed to create worktree: .*?new branch '([\w-]+)'/g,
          ),
        ].map(([, branch = ""]) => branch),
      );
      const branches = gitIn(project, "branch", "--format=%(refname:short)").trim().split("\n");
      expect(branches.filter((branch) => !unmade.includes(branch))).toEqual(["main", BRANCH]);
      // It fails when anything is missing or damaged.
      gitIn(project, "fsck", "--full", "--strict", "--no-dangling");
      const { wallMs } = runNumber(outcome, 1);
      expect(shownToUser(outcome, 1)).toContain("take it over with: `git merge parallel/demo`");
      const conflicts = eventsOf(graph, "work.conflicted").length;
      console.log(`${cuts.length} worktrees, ${conflicts} conflicts, ${wallMs} ms`);
    });
  });

  it("agents in worktrees make their first request when their worktree is set up, and are told its port", async () => {
    // Longer than any other hook is waited for.
    const setup = "sleep 5; mkdir -p made && date +%s%3N > made/when && echo $PARALLEL_PORT > made/port";
    const command = "test -f made/when && test -f node_modules/dependency.js && test -f .env";
    const tasks = ["1", "2"].map((id) => ({
      id,
      description: "Do it",
      writes: [`${id}.txt`],
      isolation: "worktree" as const,
      acceptance: [{ criterion: "It runs", command }],
      retries: 0,
    }));
    const reported: Step = (assignment) =>
      reports({
        filesChanged: [`${idOf(assignment)}.txt`],
        evidence: [{ criterion: "1", command, exitCode: 0, result: "fine" }],
      })(assignment);
    const made = new Map<string, { when: number; port: string }>();
    const works: Step = (assignment) => {
      const read = (name: string) => readFileSync(join(assignment.directory, "made", name), "utf8").trim();
      made.set(assignment.task, { when: Number(read("when")), port: read("port") });
      return writes({ [`${idOf(assignment)}.txt`]: "1\n" })(assignment);
    };
    const story = storyOf("sets worktrees up", tasks, {
      work: [works, runs(command), reported],
      environment: { PARALLEL_SETUP: setup, PARALLEL_VERIFY: "seen" },
      settings: {
        worktree: { symlinkDirectories: ["node_modules"] },
        permissions: { allow: ["Write", "Bash(test:*)"] },
      },
      runs: [
        headlessRun({
          meanwhile: async (_pid, _recording, { home, project }) => {
            const root = realpathSync(project);
            const place = { hostFolder: join(home, ".claude"), root, gitCommonDir: join(root, ".git") };
            new ApprovedCommands(place).add(setup);
            mkdirSync(join(project, "node_modules"));
            writeFileSync(join(project, "node_modules/dependency.js"), "1\n");
            writeFileSync(join(project, ".env"), "KEY=1\n");
          },
        }),
      ],
    });
    story.files = {
      ...story.files,
      ".gitignore": "node_modules/\nmade/\n.env\n",
      ".worktreeinclude": ".env\n",
    };
    await runScenario(story, (outcome) => {
      const graph = readGraph(outcome.database);
      expect(graph.tasks).toEqual({ "1": "completed", "2": "completed" });
      expectCleanEnd(outcome);
      for (const id of ["1", "2"]) {
        expect(gitIn(outcome.project, "show", `${BRANCH}:${id}.txt`)).toBe("1\n");
        const { when = Number.NaN, port = "" } = made.get(`demo/${id}`) ?? {};
        const first = outcome.recording.requests.find(({ task }) => task === `demo/${id}`);
        expect(first?.startMs).toBeGreaterThan(when);
        expect(textOf(first?.conversation.blocks ?? [])).toContain(`PARALLEL_PORT=${port}`);
        const cut = eventsOf(graph, "worktree.cut").find(({ task }) => task === id);
        expect(cut?.data).toMatchObject({ port: Number(port) });
      }
      expect(eventsOf(graph, "attempt.ended")).toHaveLength(2);
    });
  });

  it("agents in worktrees that fail or fall silent leave their work where it can be found", async () => {
    const isolated = (id: string) => ({
      id,
      description: "Do it",
      writes: [`${id}.txt`],
      isolation: "worktree" as const,
    });
    const own: Orchestrator = (conversation) =>
      turnsTaken(conversation) === 0
        ? calls("Agent", {
            description: "Something else",
            subagent_type: "general-purpose",
            prompt: "Task: own/1\nToken: none",
            isolation: "worktree",
          })
        : says("Done.");
    const story = storyOf(
      "leaves work behind",
      [isolated("fails"), isolated("silent"), isolated("good")] as SpecTask[],
      {
        workers: {
          fails: [writes({ "fails.txt": "half a failure\n" }), fails("It does not work.")],
          silent: [writes({ "silent.txt": "half in silence\n" }), stopsSilently(), stopsSilently()],
          good: [writes({ "good.txt": "good\n" }), reports({ filesChanged: ["good.txt"] })],
          "own/1": [writes({ "own.txt": "own\n" }), stopsSilently("Done.")],
        },
        environment: { PARALLEL_RETRIES: "0" },
        settings: { permissions: { allow: ["Write"] } },
        runs: [headlessRun(), { prompt: "Do something else", orchestrator: own }],
      },
    );
    await runScenario(story, (outcome) => {
      const { project, database } = outcome;
      const cuts = eventsOf(readGraph(database), "worktree.cut");
      const placeOf = (task: string) => String(cuts.find((cut) => cut.task === task)?.data.path);
      expect(gitIn(project, "show", `${BRANCH}:good.txt`)).toBe("good\n");
      expect(readFileSync(join(placeOf("fails"), "fails.txt"), "utf8")).toBe("half a failure\n");
      expect(readFileSync(join(placeOf("silent"), "silent.txt"), "utf8")).toBe("half in silence\n");
      expect(existsSync(placeOf("good"))).toBe(false);
      expect(shownToUser(outcome, 1)).toContain("left work that is not merged in the worktree");
      const worktrees = gitIn(project, "worktree", "list").trim().split("\n");
      expect(worktrees).toHaveLength(4);
      const agent = outcome.recording.requests.find(({ task }) => task === "own/1")?.conversation.agentId;
      const [mine = ""] = worktrees.filter((line) => line.includes(`agent-${agent}`));
      expect(mine).toContain(`[worktree-agent-${agent}]`);
      expect(mine).toContain(gitIn(project, "rev-parse", "--short", "main").trim());
      expect(gitIn(project, "status", "--porcelain", "--", "*.txt")).toBe("");
    });
  });
});
