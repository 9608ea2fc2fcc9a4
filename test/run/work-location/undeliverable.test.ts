import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { put, repository, task } from "../../support/checkout.ts";
import { cloneOf } from "../../support/clones.ts";
import { git } from "../../support/git.ts";
import { logOf } from "../../support/graph-file.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { claim, claimNow } from "../../support/worktrees.ts";

it("work that cannot be pushed for ten minutes is blocked with the cause, and its commit has a name", async () => {
  const start = await repository();
  const remote = join(temporaryFolder(), "app.git");
  await git(start, "clone", "--quiet", "--bare", start, remote);
  const [first, second] = [await cloneOf(remote, 0), await cloneOf(remote, 1)];
  const graph = join(temporaryFolder(), "graph.sqlite");
  const env = { PARALLEL_DATABASE_URL: `sqlite:${graph}` };
  const other = await ParallelServer.start(first, { env });
  await other.call("plan_create", { plan: "p", tasks: [task("x"), task("y")] });
  await claimNow(other, "p", "x");
  await other.close();

  let aheadMs = 0;
  const server = await ParallelServer.start(second, { env, now: () => Date.now() + aheadMs });
  const { folder, token } = await claimNow(server, "p", "y");
  put(folder, { "src/y.ts": "export {};\n" });
  renameSync(remote, `${remote}-away`);
  await server.call("task_report", {
    ...{ task: "p/y", token, outcome: "completed", summary: "Done.", filesChanged: ["src/y.ts"] },
    evidence: [{ criterion: "1", inspected: "the result" }],
  });
  const logged = () => logOf(graph).map(({ type }) => type);
  await vi.waitFor(() => expect(logged()).toContain("delivery.delayed"), { timeout: 60_000 });
  aheadMs = 10 * 60_000;
  await vi.waitFor(
    async () => {
      await claim(server, "p", "y");
      expect(await server.call("task_get", { task: "p/y" })).toMatchObject({
        task: {
          status: "failed",
          cause: expect.stringMatching(/not delivered: .*app\.git.*refs\/parallel-attempts\/p\/\d+/),
        },
        attempts: [{ outcome: "blocked" }],
      });
    },
    { timeout: 60_000, interval: 200 },
  );
  const [line = ""] = (await git(second, "for-each-ref", "refs/parallel-attempts/p")).trim().split("\n");
  const [commit = ""] = line.split(" ");
  expect(await git(second, "show", `${commit}:src/y.ts`)).toBe("export {};\n");
});
