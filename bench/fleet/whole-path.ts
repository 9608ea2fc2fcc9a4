import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import type { GraphEvent } from "../../mcp-server/src/graph/event.ts";
import { median } from "../store/figures.ts";
import { timed } from "../store/timed.ts";
import { RawTask } from "../worktrees/raw-task.ts";
import { makeRepository, write } from "../worktrees/repository.ts";
import { type FleetOptions, type FleetRun, runFleet } from "./fleet.ts";

const [CLONES, SLOTS] = [2, 2];

/** The way of a task whose agent takes no time, by its parts: medians in milliseconds, in the order in which they come. */
export interface WholePath {
  readonly tasks: number;
  /** From the first offer to the last end. */
  readonly perSecond: number;
  readonly parts: readonly (readonly [name: string, ms: number])[];
}

/** Tasks without work by two workers in two clones, which share the plan through a remote repository. */
export async function measureWholePath(
  count: number,
  place: Pick<FleetOptions, "root" | "folder" | "database">,
): Promise<WholePath> {
  const tasks = Array.from({ length: count }, (_, n) => ({
    ...{ id: `t${n}`, takesMs: 0, writes: [`src/m0/made-${n}.ts`] },
  }));
  const run = await runFleet(tasks, { ...place, clones: CLONES, workers: 1, slots: SLOTS });
  const marks = tasks.map(({ id }) => marksOf(run, id));
  const part = (from: keyof Marks, to: keyof Marks) => median(marks.map((mark) => mark[to] - mark[from]));
  const firstMs = Math.min(...marks.map(({ offered }) => offered));
  return {
    tasks: count,
    perSecond: (1_000 * count) / (Math.max(...marks.map(({ ended }) => ended)) - firstMs),
    parts: [
      ["claim", part("offered", "started")],
      ["worktree", part("started", "cut")],
      ["client starts", part("cut", "began")],
      ["agent", part("began", "done")],
      ["report, commit", part("done", "accepted")],
      ["merge, push", part("accepted", "ended")],
      ["all", part("offered", "ended")],
    ],
  };
}

interface Marks {
  readonly offered: number;
  readonly started: number;
  readonly cut: number;
  readonly began: number;
  readonly done: number;
  readonly accepted: number;
  readonly ended: number;
}

function marksOf({ events, agents }: FleetRun, id: string): Marks {
  const at = (type: GraphEvent["change"]["type"]) =>
    events.findLast(({ change }) => change.type === type && "task" in change && change.task === id)?.atMs ??
    Number.NaN;
  const { beganMs: began = Number.NaN, endedMs: done = Number.NaN } = agents.get(id) ?? {};
  return {
    ...{ offered: at("claim.offered"), started: at("attempt.started"), cut: at("worktree.cut") },
    ...{ began, done, accepted: at("delivery.accepted"), ended: at("attempt.ended") },
  };
}

/** The same by git commands alone, one task after the other. */
export async function measureByGit(count: number, folder: string): Promise<WholePath> {
  const [start, remote, own] = ["start", "remote.git", "own"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(start);
  await makeRepository(start, 500);
  await git(folder, ["clone", "--quiet", "--bare", start, remote]);
  await git(folder, ["clone", "--quiet", remote, own]);
  await git(own, ["config", "user.name", "B"]);
  await git(own, ["config", "user.email", "b@example.org"]);
  const steps: { worktree: number; commit: number; delivery: number }[] = [];
  const fromMs = performance.now();
  for (let n = 0; n < count; n++) {
    const task = new RawTask(own, `raw-${n}`);
    const { ms: worktree } = await timed(() => task.begin());
    write(task.folder, `src/m0/made-${n}.ts`, "1\n");
    const { ms: commit } = await timed(() => task.commit());
    const { ms: delivery } = await timed(() => task.deliver());
    steps.push({ worktree, commit, delivery });
  }
  const tookMs = performance.now() - fromMs;
  const part = (name: "worktree" | "commit" | "delivery") => median(steps.map((step) => step[name]));
  return {
    tasks: count,
    perSecond: (1_000 * count) / tookMs,
    parts: [
      ["worktree", part("worktree")],
      ["report, commit", part("commit")],
      ["merge, push", part("delivery")],
      ["all", tookMs / count],
    ],
  };
}
