import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLIENTS } from "../clients/clients.ts";
import { installed } from "../clients/installation.ts";
import { descendantsOf, endAll, eventually, isAlive } from "../e2e/harness/processes.ts";
import { CHECKOUT } from "../plugin/checkout.ts";
import { isLong } from "../support/long-tests.ts";

/** What the demo prints is all that a reader of the terminal has; so it is all that these tests read. */
describe.runIf(isLong)("the demo of a fleet", () => {
  let folder = "";
  const descendants = new Set<number>();
  let output = "";
  let errors = "";
  let code: number | null = null;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "demo-test-")));
    const [home, temporary] = [join(folder, "home"), join(folder, "temporary")];
    for (const one of [home, temporary]) mkdirSync(one);
    // PostgreSQL, which never runs as root, must be able to reach its data.
    for (const one of [folder, temporary]) chmodSync(one, 0o755);
    // As the demo does, with what npm is told here.
    const codex = CLIENTS.find(({ name }) => name === "codex");
    const clients = dirname(await installed("codex", codex?.package ?? ""));
    const child: ChildProcess = spawn(process.execPath, [join(CHECKOUT, "scripts", "demo.mjs"), "--fleet"], {
      env: {
        ...{ PATH: process.env.PATH, HOME: home, TMPDIR: temporary },
        PARALLEL_TEST_CLIENTS: clients,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const watch = setInterval(async () => {
      for (const pid of await descendantsOf(child.pid ?? 0)) descendants.add(pid);
    }, 500);
    [code] = await once(child, "close");
    clearInterval(watch);
  });

  afterAll(() => {
    endAll([...descendants].filter(isAlive));
    rmSync(folder, { recursive: true, force: true });
  });

  it("the demo of a fleet goes as written", () => {
    expect(errors).toBe("");
    expect(code, output).toBe(0);
  });

  it("the demo of a fleet kills a machine in the middle of tasks, shows that it is gone, and does these tasks again", () => {
    const [, tasks = ""] = /^machine-2 is killed\. It was at (.+)\.$/m.exec(output) ?? [];
    const lost = tasks.split(", ");
    expect(lost.join()).toMatch(/^shop\/\d\.\d/);
    const killedAt = output.indexOf("machine-2 is killed");
    const gone = [...output.matchAll(/^ {2}machine-2 \(\d+\) +gone, not heard of for /gm)];
    expect(gone.length).toBeGreaterThan(0);
    expect(output).toMatch(/^ {2}machine-1 \(\d+\) +\d of 2 slots.* · claude=2 /m);
    expect(output).toMatch(/^ {2}machine-1 \(\d+\) +\d of 2 slots.* · codex=2 /m);
    for (const task of lost) {
      const id = task.replace("shop/", "").replace(".", "\\.");
      expect(output.slice(killedAt)).toMatch(new RegExp(`^machine-1 .*▶ ${id} `, "m"));
    }
    expect(output.slice(killedAt)).not.toMatch(/^machine-2 {2}/m);
  });

  it("the demo of a fleet completes all of the plan with agents of two vendors and no conversation", () => {
    expect(output).toMatch(/12 of 12 tasks/);
    expect(output).toMatch(/requests: .*claude \d+/);
    expect(output).toMatch(/requests: .*codex \d+/);
    expect(output).toMatch(/^Tokens of a main conversation: 0\.$/m);
  });

  it("the demo of a fleet leaves no process and no file behind", async () => {
    expect(descendants.size).toBeGreaterThan(0);
    await eventually(() => ![...descendants].some(isAlive));
    expect([...descendants].filter(isAlive)).toEqual([]);
    expect(readdirSync(join(folder, "temporary"))).toEqual([]);
  });
});
