import { join } from "node:path";
import { git } from "../../mcp-server/src/git/git.ts";
import { createPlan } from "../../mcp-server/src/run/edits/create-plan.ts";
import { type AtWork, CloneAtWork } from "./clone-at-work.ts";
import { measured, row, timed } from "./measured.ts";
import { write } from "./repository.ts";

const PLAN = "set-up";
const COMMAND = "node set-up.mjs";

/** Makes what a package manager would, where it is not there yet. */
export const SET_UP_SCRIPT = {
  name: "set-up.mjs",
  text: `import { existsSync, mkdirSync, writeFileSync } from "node:fs";
if (!existsSync("node_modules/.stamp")) {
  for (let n = 0; n < 2000; n++) {
    const folder = \`node_modules/package-\${n % 100}\`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(\`\${folder}/file-\${n}.js\`, "export {};\\n".repeat(50));
  }
  writeFileSync("node_modules/.stamp", "");
}
`,
} as const;

/**
 * The first worktrees of a plan with a set-up command, and the same ones used again by the next tasks, each beside `git
 * worktree add` and the same command.
 * @param rounds at most as many as a plan may run at once.
 */
export async function measureSetUp(root: string, folder: string, rounds: number): Promise<string[]> {
  const clone = await CloneAtWork.open(
    root,
    `sqlite:${join(folder, "set-up.sqlite")}`,
    join(folder, "home"),
    PLAN,
  );
  clone.context.commands.approved.add(COMMAND);
  const tasks = Array.from({ length: 2 * rounds }, (_, n) => ({
    id: `t${n}`,
    subject: `Task ${n}`,
    writes: [`src/made-${n}.ts`],
  }));
  const policy = {
    isolation: "worktree",
    unscoped: "worktree",
    setup: COMMAND,
    maxParallel: rounds,
  } as const;
  await createPlan(clone.context, "bench", { plan: PLAN, tasks, policy });
  const [raw, first, again] = [measured(), measured(), measured()] as const;
  const atWork: AtWork[] = [];
  for (let round = 0; round < rounds; round++) {
    const place = join(root, `.claude/worktrees/raw-set-up-${round}`);
    await timed(raw, async () => {
      await git(root, ["worktree", "add", "--quiet", "--detach", place, "HEAD"]);
      await clone.context.commands.run([COMMAND], place);
    });
    atWork.push(await timed(first, () => clone.claim()));
    await git(root, ["worktree", "remove", "--force", place]);
  }
  for (const [at, one] of atWork.entries()) {
    write(one.folder, `src/made-${at}.ts`, "1\n");
    await clone.report(one, [`src/made-${at}.ts`]);
  }
  await clone.deliver();
  clone.passGrace();
  await clone.giveBack();
  const known = new Set(atWork.map((one) => one.folder));
  for (let round = 0; round < rounds; round++) {
    const { folder: used } = await timed(again, () => clone.claim());
    if (!known.has(used)) throw new Error("another one was made");
  }
  return [
    row("first worktree, set up (beside worktree add and the command)", first, raw),
    row("used again, set up (beside worktree add and the command)", again, raw),
  ];
}
