import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import type { PlanSlug } from "../../mcp-server/src/graph/task.ts";
import { ownerOf } from "../../mcp-server/src/run/project/owner.ts";
import { makeOwnWorktree } from "../../mcp-server/src/run/worktrees/own-worktree.ts";
import { freeWorktree } from "../../mcp-server/src/run/worktrees/pool/free-worktree.ts";
import { knownServers } from "../../mcp-server/src/run/worktrees/pool/left-processes.ts";
import { inState, pooledWorktrees } from "../../mcp-server/src/run/worktrees/pool/pooled-worktrees.ts";
import { measured, row, timed } from "./measured.ts";
import { CHANGED, write } from "./repository.ts";

const PLAN = "p" as PlanSlug;

/** A worktree made, freed, and used again by a task that builds on another commit, each beside git's own commands. */
export async function measurePool(
  root: string,
  bases: readonly [string, string],
  rounds: number,
): Promise<string[]> {
  const ctx = {
    checkout: { root, gitCommonDir: join(root, ".git"), directory: root },
    owner: await ownerOf(process.ppid, undefined),
  };
  const [raw, rawRemoved, made, freed, again] = [
    measured(),
    measured(),
    measured(),
    measured(),
    measured(),
  ] as const;
  let id = 0;
  const make = (base: string) => {
    id++;
    const holder = { plan: PLAN, key: `hash-${id}`, name: `t${id}`, label: `p/t${id}` };
    return makeOwnWorktree(ctx, holder, base, { claims: [], setup: "" });
  };
  const free = async () => {
    const [held] = inState(await pooledWorktrees(ctx), "held");
    if (!held) throw new Error("nothing is held");
    const outcome = await freeWorktree(ctx, held, bases[1], knownServers(ctx, []), async () => undefined);
    if (outcome !== "freed") throw new Error(`it is ${outcome}`);
  };
  for (let round = 0; round < rounds; round++) {
    const [from = "", to = ""] = round % 2 === 0 ? bases : [...bases].reverse();
    const plain = join(root, `.claude/worktrees/raw-${round}`);
    const add = ["worktree", "add", "--quiet", "--no-track", "-B", `raw-${round}`];
    await timed(raw, () => git(root, [...add, plain, to]));
    await timed(rawRemoved, () => git(root, ["worktree", "remove", "--force", plain]));
    const { path } = await timed(made, () => make(from));
    for (let n = 0; n < CHANGED; n++) write(path, `build/out-${n}.js`, "1");
    await timed(freed, free);
    const used = await timed(again, () => make(to));
    if (used.path !== path) throw new Error("another one was made");
    await git(root, ["worktree", "remove", "--force", "--force", path]);
  }
  return [
    row("made (beside git worktree add)", made, raw),
    row(`used again, cleaned, ${CHANGED} files other than before (beside git worktree add)`, again, raw),
    row("freed (beside git worktree remove)", freed, rawRemoved),
  ];
}
