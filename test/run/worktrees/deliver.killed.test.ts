import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BUNDLE } from "../../support/bundled-server.ts";
import { put, repository, task } from "../../support/checkout.ts";
import { runCommand } from "../../support/command-line.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { emptyEnvironment } from "../../support/temporary-folder.ts";
import { claimNow, done } from "../../support/worktrees.ts";

const FILES = 200;
const KILLS = 4;

/** Starts the delivery, and kills it as soon as so many of its files are in the checkout, or it has ended. */
async function deliverAndKill(folder: string, atFiles: number): Promise<void> {
  const cli = join(dirname(BUNDLE), "parallel.mjs");
  const child = spawn(process.execPath, [cli, "deliver", "p"], {
    cwd: folder,
    env: emptyEnvironment(),
    stdio: "ignore",
  });
  const ended = once(child, "close");
  while (child.exitCode === null && written(folder) < atFiles) await sleep(0);
  child.kill("SIGKILL");
  await ended;
}

function written(folder: string): number {
  return existsSync(join(folder, "made")) ? readdirSync(join(folder, "made")).length : 0;
}

describe("a delivery that is killed", () => {
  it("a delivery that is killed at any moment is all there after the next one, and the user's files are as they were", async () => {
    const old = Object.fromEntries(Array.from({ length: FILES }, (_, n) => [`old/${n}.txt`, `old ${n}\n`]));
    const folder = await repository({ ...old, "mine.txt": "committed\n" });
    const server = await ParallelServer.start(folder);
    const policy = { isolation: "worktree" };
    await server.call("plan_create", { plan: "p", tasks: [task("1", { writes: ["**"] })], policy });
    const held = await claimNow(server, "p", "1");
    put(
      held.folder,
      Object.fromEntries(
        Array.from({ length: FILES }, (_, n) => [
          [`old/${n}.txt`, `new ${n}\n`],
          [`made/${n}.txt`, `made ${n}\n`],
        ]).flat(),
      ),
    );
    await done(server, held);
    await server.close();
    put(folder, { "mine.txt": "the user's\n", "new.txt": "the user's\n" });
    const states = new Set<string>();
    for (let kill = 0; kill < KILLS; kill++) {
      await deliverAndKill(folder, 1 + Math.round((kill * FILES) / KILLS));
      const some = written(folder);
      states.add(some === 0 ? "none" : some === FILES ? "all" : "some");
      const { code, out } = await runCommand(folder, "deliver", "p");
      expect([code, out]).toEqual([
        0,
        `The work of p is in the checkout, as uncommitted changes of ${2 * FILES} files.\n`,
      ]);
      await git(folder, "add", "--intent-to-add", "made");
      expect(await git(folder, "diff", "--stat", "parallel/p", "--", ".", ":!mine.txt")).toBe("");
      expect(await git(folder, "diff", "--name-only", "parallel/p")).toBe("mine.txt\n");
      expect(readdirSync(join(folder, ".git")).filter((name) => name.startsWith("parallel-deliver"))).toEqual(
        [],
      );
      await git(folder, "reset", "--quiet");
      await git(folder, "checkout", "--quiet", "HEAD", "--", "old");
      await git(folder, "clean", "--quiet", "--force", "-d", "made");
      expect(await git(folder, "status", "--porcelain")).toBe(" M mine.txt\n?? new.txt\n");
    }
    // Else it was never killed in the midst of writing.
    expect(states).toContain("some");
  });
});
