import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { machinesText } from "../../mcp-server/src/cli/machines.ts";
import type { PlanSnapshot } from "../../mcp-server/src/live/snapshot.ts";
import { readSnapshot } from "../../mcp-server/src/run/live/plan-snapshot.ts";
import { existingGraph } from "../../mcp-server/src/run/plan/load-plan.ts";
import { createContext } from "../../mcp-server/src/run/project/run-context.ts";
import { BUNDLE } from "../support/bundled-server.ts";
import { repository, type TaskInput, task } from "../support/checkout.ts";
import { runCommand } from "../support/command-line.ts";
import { emptyEnvironment, temporaryFolder } from "../support/temporary-folder.ts";

const CLI = join(dirname(BUNDLE), "parallel.mjs");
const SUPPORT = join(import.meta.dirname, "..", "support");
const OTHER_MACHINE = join(import.meta.dirname, "..", "stress", "machines", "other-machine.mjs");
const PATIENCE = { timeout: 60_000, interval: 200 };

/** A repository with a breakdown of these tasks. */
async function project(tasks: readonly TaskInput[]) {
  const folder = await repository({ "specs/p/03-tasks.json": JSON.stringify({ title: "P", tasks }) });
  return { folder, go: join(temporaryFolder(), "go") };
}

/** `parallel worker` as on a machine of that name; its agents wait for the file `go`. */
function worker(
  { folder, go }: { folder: string; go: string },
  name: string,
  ...more: string[]
): ChildProcess {
  const agent = `${process.execPath} ${join(SUPPORT, "printing-agent.mjs")} {briefFile}`;
  const parameters = ["worker", "specs/p", "--agents", "command=2", "--command", agent, ...more];
  const child = spawn(process.execPath, [CLI, ...parameters], {
    cwd: folder,
    env: {
      ...emptyEnvironment(),
      NODE_OPTIONS: `--import=${pathToFileURL(OTHER_MACHINE).href}`,
      ...{ MACHINE_NAME: name, WAIT_FOR: go, PARALLEL_REVIEW: "off" },
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What `parallel status --json` says of the plan. */
async function status(folder: string) {
  const { out } = await runCommand(folder, "status", "--json", "p");
  return JSON.parse(out)[0] as Pick<PlanSnapshot, "machines"> & { waits?: { task: string; for: string }[] };
}

/** The plan as everything else shows it, when so much time has passed. */
async function snapshotIn(folder: string, ms: number): Promise<PlanSnapshot> {
  const now = () => Date.now() + ms;
  const ctx = await createContext({
    ...{ directory: folder, env: emptyEnvironment(), parentPid: process.pid, pluginRoot: folder, now },
  });
  try {
    await ctx.roles.refresh();
    return await readSnapshot(ctx, await existingGraph(ctx, "p"), "p");
  } finally {
    await ctx.close();
  }
}

describe("parallel status", () => {
  it("parallel status shows machines with their slots and what each runs, tells what no machine can take, and who is gone", async () => {
    const tasks = [task("1"), task("2", { labels: ["gpu"] }), task("3", { labels: ["tpu", "gpu"] })];
    const place = await project(tasks);
    const { folder, go } = place;
    const plain = worker(place, "plain");
    await vi.waitFor(
      async () => expect((await status(folder)).machines).toMatchObject([{ runs: ["p/1"] }]),
      PATIENCE,
    );
    expect((await status(folder)).waits).toEqual([
      { task: "2", for: "no machine that is known has gpu" },
      { task: "3", for: "no machine that is known has tpu, gpu" },
    ]);
    const gpu = worker(place, "graphics", "--label", "gpu");
    await vi.waitFor(
      async () =>
        expect((await status(folder)).machines).toEqual([
          {
            ...{ machine: "plain", pid: plain.pid, kind: "worker", state: "here" },
            ...{ clients: [{ name: "command", slots: 2 }], labels: ["os=linux"], roles: [], runs: ["p/1"] },
          },
          expect.objectContaining({ machine: "graphics", labels: ["os=linux", "gpu"], runs: ["p/2"] }),
        ]),
      PATIENCE,
    );
    const text = (await runCommand(folder, "status")).out;
    expect(text).toContain(
      `Machines:\n  plain (${plain.pid})     1 of 2 slots: p/1 · command=2 · os=linux\n  graphics (${gpu.pid})  1 of 2 slots: p/2`,
    );
    expect(text).toContain("3 waits: no machine that is known has tpu.\n");

    // One is killed: from here, which is another machine, it can be told by its lease only.
    plain.kill("SIGKILL");
    await once(plain, "exit");
    const later = await snapshotIn(folder, 90_000);
    expect(later.machines.find(({ machine }) => machine === "plain")).toMatchObject({
      ...{ state: "gone", lastSeenMs: expect.any(Number), runs: ["p/1"] },
    });
    expect(machinesText(later.machines, later.atMs)).toMatch(
      /^ {2}plain \(\d+\) +gone, not heard of for \d+ min.*; p\/1 until its lease ends$/m,
    );

    // The other is asked to end: it finishes what it runs, says so meanwhile, and is no machine any more.
    gpu.kill("SIGTERM");
    await vi.waitFor(
      async () =>
        expect((await status(folder)).machines.find(({ machine }) => machine === "graphics")).toMatchObject({
          state: "draining",
        }),
      PATIENCE,
    );
    writeFileSync(go, "");
    expect((await once(gpu, "exit"))[0]).toBe(130);
    const left = (await status(folder)).machines;
    expect(left.map(({ machine }) => machine)).toEqual(["plain"]);
  });

  it("parallel status of a plan that was killed on another machine does not say for ever that it is run", async () => {
    const place = await project([task("1")]);
    const plain = worker(place, "plain");
    await vi.waitFor(
      async () => expect((await status(place.folder)).machines).toMatchObject([{ runs: ["p/1"] }]),
      PATIENCE,
    );
    expect((await snapshotIn(place.folder, 0)).runBy.kind).toBe("runner");
    plain.kill("SIGKILL");
    await once(plain, "exit");
    expect((await snapshotIn(place.folder, 3_600_000)).runBy).toMatchObject({ kind: "nobody" });
  });
});
