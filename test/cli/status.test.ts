import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, vi } from "vitest";
import { applyUpdate, type PlanSnapshot } from "../../mcp-server/src/live/snapshot.ts";
import { cellWidth } from "../../mcp-server/src/text/cell-width.ts";
import { BUNDLE } from "../support/bundled-server.ts";
import { report, repository, task } from "../support/checkout.ts";
import { runCommand } from "../support/command-line.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";
import { hasTmux, Tmux } from "./display/tmux.ts";

const CLI = join(dirname(BUNDLE), "parallel.mjs");
const policy = { review: "off", retries: 0 };
const fails = { outcome: "failed", summary: "There is no key.", evidence: [] };
const asks = { outcome: "blocked", evidence: [], blockedOn: { question: "Islands: refuse, or ship?" } };

/** `parallel` in a process of its own, without a terminal, and its lines. */
function command(folder: string, ...parameters: readonly string[]) {
  const child = spawn(process.execPath, [CLI, ...parameters], {
    cwd: folder,
    env: emptyEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  return { lines, ended: once(child, "close").then(([code]) => code as number) };
}

describe("parallel status", () => {
  it("parallel status says how each plan stands, what failed, and what waits for files", async () => {
    const tasks = [task("1"), task("2", { writes: ["src/1.ts"] }), task("3", { dependencies: ["1"] })];
    const plan = await offeredPlan(tasks, policy);
    await plan.brief(plan.item("1"));
    const { out, code } = await runCommand(plan.folder, "status", "p");
    expect(out).toMatch(/^p \(open\): 0\/3 completed, 1 running, 0 failed\n/);
    expect(out).toMatch(/^2 waits: its files are held by 1\.$/m);
    expect(code).toBe(0);
    await report(plan.server, "p", plan.item("1"), fails);
    const [status] = JSON.parse((await runCommand(plan.folder, "status", "--json")).out);
    expect(status).toMatchObject({
      plan: "p",
      status: "open",
      counts: { total: 3, pending: 2, ready: 1, running: 0, completed: 0, failed: 1, cancelled: 0 },
      interrupted: [],
      done: false,
    });
    expect((await runCommand(plan.folder, "status")).code, "a task has failed").toBe(1);
  });

  it("parallel status without a plan says so", async () => {
    expect(await runCommand(await repository(), "status")).toMatchObject({ code: 0, out: "No plan yet.\n" });
  });
});

describe("parallel status --watch without a terminal", () => {
  it("parallel status --watch is a line for each event, and the plan as it ended", async () => {
    const plan = await offeredPlan([task("1"), task("2", { dependencies: ["1"] })], policy);
    await plan.brief(plan.item("1"));
    const { lines, ended } = command(plan.folder, "status", "--watch", "p");
    await vi.waitFor(() => expect(lines[0]).toMatch(/ · 0 of 2 tasks completed, 1 running/), {
      timeout: 30_000,
    });
    await report(plan.server, "p", plan.item("1"), fails);
    expect(await ended).toBe(1);
    expect(lines.slice(1, 3)).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}✗ 1 Do 1, .*, failed$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}✗ done: 0 of 2 tasks completed, 1 failed/),
    ]);
    expect(lines[3]).toMatch(/^p \(done\): 0\/2 completed, 0 running, 1 failed$/);
  });

  it("parallel status --watch --json is updates, a line each, which make the plan as it is", async () => {
    const plan = await offeredPlan([task("1"), task("2")], policy);
    const { lines, ended } = command(plan.folder, "status", "--watch", "--json", "p");
    await vi.waitFor(() => expect(lines).not.toEqual([]), { timeout: 30_000 });
    for (const id of ["1", "2"]) await report(plan.server, "p", plan.item(id));
    expect(await ended).toBe(0);
    const updates = lines.map((line) => JSON.parse(line));
    expect(updates[0]).toMatchObject({ reset: true, head: { plan: "p" } });
    const last = updates.reduce<PlanSnapshot | undefined>(applyUpdate, undefined);
    expect(last).toMatchObject({ done: true, counts: { completed: 2 } });
    expect(last?.tasks.map(({ status }) => status)).toEqual(["completed", "completed"]);
  });

  it("parallel status --watch of a plan that does not exist says so", async () => {
    const { folder } = await offeredPlan([task("1")], policy);
    expect(await runCommand(folder, "status", "--watch", "other")).toMatchObject({ code: 2, out: "" });
  });
});

describe.skipIf(!hasTmux)("parallel status --watch in a terminal", () => {
  it("parallel status --watch follows the plan, acts by its keys, fits the window, and gives the terminal back", async () => {
    const tasks = [task("1", { subject: "Build 東京" }), task("2"), task("3", { dependencies: ["2"] })];
    const plan = await offeredPlan(tasks, policy);
    for (const id of ["1", "2"]) await plan.brief(plan.item(id));
    const terminal = new Tmux(plan.folder, emptyEnvironment());
    // Below what fills the window, as in most terminals.
    terminal.type(`seq 40; "${process.execPath}" "${CLI}" status --watch p`);
    terminal.press("Enter");
    await terminal.until((lines) => lines.some((line) => line.startsWith("p  ▶ running")));
    await terminal.until((lines) => lines.at(-1)?.startsWith("p pause · s stop") === true);
    expect(terminal.isCursorShown).toBe(false);

    await report(plan.server, "p", plan.item("2"), asks);
    await terminal.until((lines) =>
      lines.some((line) => /^\? 2 asks: Islands: refuse, or ship\?.*a answer$/.test(line)),
    );
    terminal.type("a");
    terminal.type("Ship them");
    await terminal.until((lines) => lines.at(-1) === "Answer to 2: Ship them█");
    terminal.press("Enter");
    await terminal.until((lines) => lines.some((line) => line.includes("you: 2 goes on with your answer.")));
    expect((await plan.statusOf("2")).status).toBe("pending");
    terminal.type("p");
    await terminal.until((lines) => lines.some((line) => line.startsWith("p  ‖ paused")));
    const paused = plan.log().findLast(({ type }) => type === "plan.status");
    expect(paused?.data).toMatchObject({ status: "paused" });

    terminal.resize(50, 24);
    await terminal.until(
      (lines) => lines.every((line) => cellWidth(line) <= 50) && !lines.join("").includes("s stop"),
    );
    expect(terminal.lines.filter((line) => line.startsWith("p  ‖ paused"))).toHaveLength(1);
    terminal.resize(100, 24);
    await terminal.until((lines) => lines.at(-1)?.startsWith("p resume · s stop") === true);
    expect(
      terminal.history.filter((line) => line.startsWith("p  ‖ paused")),
      "nothing of it is left over",
    ).toHaveLength(1);

    terminal.press("C-z");
    await terminal.until((lines) => lines.at(-1)?.startsWith("$") === true);
    expect(terminal.isCursorShown).toBe(true);
    terminal.type("fg");
    terminal.press("Enter");
    await terminal.until((lines) => lines.at(-1)?.startsWith("p resume · s stop") === true);
    expect(terminal.isCursorShown).toBe(false);

    terminal.type("q");
    await terminal.until((lines) => lines.at(-1)?.trim() === "$");
    expect(terminal.isCursorShown).toBe(true);
    terminal.type("echo still a terminal");
    await terminal.until((lines) => lines.at(-1)?.endsWith("echo still a terminal") === true);
  });

  it.each([
    ["C-c", 130],
    ["SIGTERM", 143],
  ])("however it ends (%s), the cursor is shown again and the keys are echoed", async (how, code) => {
    const plan = await offeredPlan([task("1")], policy);
    await plan.brief(plan.item("1"));
    const terminal = new Tmux(plan.folder, emptyEnvironment());
    terminal.type(`"${process.execPath}" "${CLI}" status --watch p; echo "ended $?"`);
    terminal.press("Enter");
    await terminal.until((lines) => lines.at(-1)?.startsWith("p pause") === true);
    if (how === "C-c") terminal.press("C-c");
    else process.kill(terminal.child, how as NodeJS.Signals);
    await terminal.until((lines) => lines.includes(`ended ${code}`));
    expect(terminal.isCursorShown).toBe(true);
    terminal.type("echo seen");
    await terminal.until((lines) => lines.at(-1)?.endsWith("echo seen") === true);
  });

  it.each(["ｱｲｳ", "アイウ", "🇩🇪🇫🇷", "東京", "ﾡﾢ", "🎉é"])(
    "a terminal gives %s as many cells as this program does",
    async (text) => {
      const terminal = new Tmux(await repository(), emptyEnvironment());
      await terminal.until((lines) => lines.at(-1)?.startsWith("$") === true);
      terminal.type(`clear; printf '%s' '${text}'; sleep 60`);
      terminal.press("Enter");
      await terminal.until((lines) => lines.at(0) === text);
      await vi.waitFor(() => expect(terminal.column).toBe(cellWidth(text)));
    },
  );
});
