import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { type AtWork, CloneAtWork } from "./clone-at-work.ts";
import { type Measured, measured, ratio, row, timed, together } from "./measured.ts";
import { RawTask } from "./raw-task.ts";
import { write } from "./repository.ts";

const PLAN = "travels";
/** Files that a task writes. */
const WRITTEN = 3;
/** The first tasks make worktrees and a branch, where later ones find them; what they take does not count. */
const WARM_UP = 3;
/** More tasks than are done, or no worktree would be kept for one. */
const NOT_DONE = 6;

interface Steps {
  readonly worktree: Measured;
  readonly commit: Measured;
  readonly delivery: Measured;
  readonly givenBack: Measured;
}

/** A task at work, here and by raw git. */
interface Begun {
  readonly rawTask: RawTask;
  readonly atWork: AtWork;
  readonly files: readonly string[];
}

const steps = (): Steps => ({
  worktree: measured(),
  commit: measured(),
  delivery: measured(),
  givenBack: measured(),
});

/**
 * What a task's work costs until it is on the remote, in a plan that two clones share: claimed with a worktree from the
 * pool, reported with its commit, delivered with a push to a bare repository; beside the git commands that do the same.
 * @param folder where clones and a database may be made.
 * @returns lines of a table, and the ratio of all steps together.
 */
export async function measureTasks(
  remote: string,
  folder: string,
  rounds: number,
): Promise<{ readonly lines: readonly string[]; readonly ratio: number }> {
  const [own, other, plain] = await Promise.all(
    ["own", "other", "plain"].map((name) => cloneOf(remote, join(folder, name))),
  );
  if (own === undefined || other === undefined || plain === undefined) throw new Error("no clones");
  const database = `sqlite:${join(folder, "graph.sqlite")}`;
  const open = (root: string) => CloneAtWork.open(root, database, join(folder, "home"), PLAN);
  const [clone, second] = [await open(own), await open(other)];
  const tasks = Array.from({ length: rounds + WARM_UP + NOT_DONE }, (_, n) => ({
    id: `t${n}`,
    subject: `Task ${n}`,
    writes: [`src/*/made-${n}.ts`],
  }));
  await createPlan(clone.context, "bench", {
    plan: PLAN,
    tasks,
    policy: { isolation: "worktree", unscoped: "worktree" },
  });
  // From the second one's claim on both clones take part, and all work goes through the remote.
  for (const one of [clone, second]) {
    const atWork = await one.claim();
    const file = `src/m0/first-${atWork.token}.ts`;
    write(atWork.folder, file, "1\n");
    await one.report(atWork, [file]);
    await one.deliver();
  }

  const [here, raw] = [steps(), steps()];
  const begin = async (round: number, to: Steps, rawTo: Steps): Promise<Begun> => {
    const rawTask = new RawTask(plain, `raw-${round}`);
    await timed(rawTo.worktree, () => rawTask.begin());
    const atWork = await timed(to.worktree, () => clone.claim());
    const files = Array.from({ length: WRITTEN }, (_, n) => `src/m${n}/made-${round}.ts`);
    for (const at of [rawTask.folder, atWork.folder]) for (const file of files) write(at, file, `${round}\n`);
    return { rawTask, atWork, files };
  };
  // The next task begins before the one before it is delivered, so that each is merged with another one's work.
  let next = await begin(0, steps(), steps());
  for (let round = 1; round < rounds + WARM_UP; round++) {
    const [to, rawTo] = round < WARM_UP ? [steps(), steps()] : [here, raw];
    const { rawTask, atWork, files } = next;
    next = await begin(round, to, rawTo);
    await timed(rawTo.commit, () => rawTask.commit());
    await timed(to.commit, () => clone.report(atWork, files));
    await timed(to.delivery, () => clone.deliver());
    await timed(rawTo.delivery, () => rawTask.deliver());
    await clone.checkPushed();
    clone.passGrace();
    await timed(rawTo.givenBack, () => rawTask.remove());
    await timed(to.givenBack, () => clone.giveBack());
  }
  const all = ({ worktree, commit, delivery }: Steps) => together(worktree, commit, delivery);
  const [allHere, allRaw] = [all(here), all(raw)];
  return {
    lines: [
      row("claimed, worktree ready (beside fetch, worktree add)", here.worktree, raw.worktree),
      row("reported with its commit (beside add, commit)", here.commit, raw.commit),
      row("delivered (beside merge-tree, commit-tree, push, update-ref)", here.delivery, raw.delivery),
      row("all three", allHere, allRaw),
      row("given back (beside worktree remove, branch -D)", here.givenBack, raw.givenBack),
      row("all four", together(allHere, here.givenBack), together(allRaw, raw.givenBack)),
    ],
    ratio: ratio(allHere, allRaw),
  };
}

async function cloneOf(remote: string, to: string): Promise<string> {
  await git(remote, ["clone", "--quiet", remote, to]);
  await git(to, ["config", "user.name", "B"]);
  await git(to, ["config", "user.email", "b@example.org"]);
  return to;
}
