import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isLong } from "../support/long-tests.ts";
import { Replay, readLog } from "./graph-log.ts";
import { eventsOf, readGraph } from "./graph-state.ts";
import { executesThePlan } from "./harness/orchestrator.ts";
import { type Outcome, runScenario } from "./harness/run-scenario.ts";
import type { PrintRun } from "./harness/scenario.ts";
import { type Assignment, reports, runs, type Step, type Work, writes } from "./harness/worker.ts";
import { writesItsScope } from "./scope-worker.ts";
import {
  expectCleanEnd,
  expectEachDoneOnce,
  headlessRun,
  runNumber,
  shownToUser,
  storyOf,
} from "./small-plan.ts";
import {
  changedFiles,
  filesOfSpecification,
  renderedFiles,
  SPECIFICATIONS,
  tasksInFile,
  writes as writesIn,
} from "./specifications.ts";

const ENVIRONMENT = { PARALLEL_ISOLATION: "worktree", PARALLEL_DELIVER: "checkout" };
/** What the user does in his checkout while the plan runs. */
const USERS = { "users-notes.md": "changed by the user\n", "users-new.txt": "made by the user\n" };

const userWorks: NonNullable<PrintRun["meanwhile"]> = async (_pid, _recording, { project }) => {
  for (const [path, text] of Object.entries(USERS)) writeFileSync(join(project, path), text);
};

function expectUsersFiles(project: string): void {
  for (const [path, text] of Object.entries(USERS))
    expect(readFileSync(join(project, path), "utf8")).toBe(text);
}

function gitIn(project: string, ...parameters: string[]): string {
  return execFileSync("git", parameters, { cwd: project, encoding: "utf8" });
}

/** The same work by an agent that looks around first, and goes on when its worktree is ready, as a slow model does. */
function inWorktree(work: Work): Work {
  return [
    runs("ls"),
    ...work.map(
      (step): Step =>
        (assignment) => {
          const turn = step(assignment);
          return { ...turn, when: () => isSetUp(assignment.directory) };
        },
    ),
  ];
}

/** Whether the server has set the worktree up: it says so in git's folder of it. */
function isSetUp(directory: string): boolean {
  const [, folder = ""] = /^gitdir: (.*)/.exec(readFileSync(join(directory, ".git"), "utf8")) ?? [];
  return existsSync(join(folder, "parallel-setup.json"));
}

describe("a plan in worktrees that is delivered to the checkout", () => {
  it("a plan in worktrees that is delivered to the checkout leaves every change there, and the user's files as they were", async () => {
    const idOf = ({ task }: Pick<Assignment, "task">) => task.slice(task.indexOf("/") + 1);
    const tasks = ["a", "b", "c", "d"].map((id) => ({
      id,
      description: "Do your part",
      writes: [`work/${id}.txt`, ...(id === "d" ? ["work/a.txt"] : [])],
      dependencies: id === "d" ? ["a", "b"] : [],
    }));
    const story = storyOf("is delivered", tasks, {
      work: inWorktree([
        (assignment) =>
          idOf(assignment) === "d"
            ? writes({ "work/d.txt": "d\n", "work/a.txt": "a, then d\n" })(assignment)
            : writes({ [`work/${idOf(assignment)}.txt`]: `${idOf(assignment)}\n` })(assignment),
        (assignment) =>
          reports({
            evidence: [{ criterion: "1", inspected: "the files" }],
            filesChanged: [`work/${idOf(assignment)}.txt`],
          })(assignment),
      ]),
      environment: ENVIRONMENT,
      runs: [headlessRun({ meanwhile: userWorks })],
    });
    story.files = { ...story.files, "users-notes.md": "committed\n" };
    await runScenario(story, (outcome) => {
      const { project } = outcome;
      const graph = expectEachDoneOnce(outcome);
      expect(eventsOf(graph, "worktree.cut")).toHaveLength(4);
      for (const [id, text] of Object.entries({ a: "a, then d", b: "b", c: "c", d: "d" }))
        expect(readFileSync(join(project, "work", `${id}.txt`), "utf8")).toBe(`${text}\n`);
      expectUsersFiles(project);
      expect(gitIn(project, "log", "--oneline", "main").trim().split("\n")).toHaveLength(1);
      expect(gitIn(project, "diff", "--cached", "--name-only")).toBe("");
      const said = shownToUser(outcome, 1);
      expect(said).toContain("and in your checkout, as uncommitted changes of 4 files.");
    });
  });
});

/** Ten of them, in order of their size. */
const TEN = [
  "billing-account-ladder",
  "channel-sender-identity",
  "newsletter",
  "agents-as-operators",
  "persist-per-session-settings",
  "agent-runtime-review-remediation",
  "mcp-server",
  "relay-panel-redesign",
  "shapes",
  "channels-and-agent-adapters",
];

const ARE_WANTED = isLong && existsSync(SPECIFICATIONS);

describe.skipIf(!ARE_WANTED)("real specifications in worktrees", () => {
  const rows: Record<string, string | number>[] = [];
  afterAll(() => console.table(rows));

  it.each(TEN)(
    "%s completes in worktrees, and the checkout holds every change and the user's own",
    async (slug) => {
      await runScenario(
        {
          name: slug,
          files: { ...filesOfSpecification(slug), "users-notes.md": "committed\n" },
          environment: { PARALLEL_APPROVE: "scope", ...ENVIRONMENT },
          latencyMs: { main: 10, agent: 150 },
          work: inWorktree(writesItsScope),
          runs: [{ prompt: `/spec:execute ${slug}`, orchestrator: executesThePlan, meanwhile: userWorks }],
        },
        (outcome) => {
          const { wallMs } = runNumber(outcome, 1);
          rows.push({ slug, ...check(slug, outcome), "wall s": (wallMs / 1000).toFixed(1) });
        },
      );
    },
  );
});

function check(slug: string, outcome: Outcome) {
  const { recording, project, database } = outcome;
  expectCleanEnd(outcome);
  const replay = new Replay(readLog(database), 5);
  expect([...replay.tasks.keys()].sort()).toEqual(tasksInFile(slug));
  for (const { name, status } of replay.tasks.values())
    expect({ name, status }).toEqual({ name, status: "completed" });
  const cuts = eventsOf(readGraph(database, slug), "worktree.cut");
  const places = cuts.map(({ data }) => String(data.path));
  const written = writesIn(recording).map(({ path }) => {
    const place = places.find((one) => path.startsWith(`${one}/`));
    return relative(place ?? project, path);
  });
  expectUsersFiles(project);
  const own = [
    ...written,
    ...renderedFiles(slug, replay.tasks.size, project, written),
    ...Object.keys(USERS),
  ];
  expect(changedFiles(project)).toEqual([...new Set(own)].sort());
  for (const path of new Set(written)) {
    const delivered = readFileSync(join(project, path), "utf8");
    expect({ path, delivered }).toEqual({
      path,
      delivered: gitIn(project, "show", `parallel/${slug}:${path}`),
    });
  }
  expect(gitIn(project, "log", "--oneline", "main").trim().split("\n")).toHaveLength(1);
  return { tasks: replay.tasks.size, worktrees: cuts.length, files: new Set(written).size };
}
