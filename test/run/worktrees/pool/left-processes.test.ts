import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { endLeftProcesses } from "../../../../mcp-server/src/run/worktrees/pool/left-processes.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

/** As if another process asked: what this one has started would else be its own work. */
const KNOWN = { own: 0, clients: new Set<number>(), servers: new Set<number>() };

/** Writes a file every 50 ms in the folder in which it works, and in which it says that it began. */
async function writer(folder: string, program = "", env: Readonly<Record<string, string>> = {}) {
  const write = `setInterval(() => require("fs").writeFileSync("written", String(Math.random())), 50)`;
  const child = spawn(process.execPath, ["-e", `${program}; ${write}`], {
    ...{ cwd: folder, detached: true, stdio: "ignore", env: { ...process.env, ...env } },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return child;
}

describe.skipIf(process.platform !== "linux")("what a task has left running", () => {
  it("what a task has left running is ended, also when it does not want to, and nothing else is", async () => {
    const [folder, other] = [temporaryFolder(), temporaryFolder()];
    const willing = await writer(folder);
    const unwilling = await writer(folder, `process.on("SIGTERM", () => {})`);
    const marked = await writer(other, "", { CLAUDE_PID: "4711", PWD: folder });
    const beside = await writer(other, "", { PWD: folder });
    await expect
      .poll(() => existsSync(join(folder, "written")) && existsSync(join(other, "written")))
      .toBe(true);
    const ended = [willing, unwilling, marked].map((child) => once(child, "exit"));
    expect(await endLeftProcesses(folder, KNOWN)).toBe("none");
    expect((await Promise.all(ended)).map(([, signal]) => signal)).toEqual(["SIGTERM", "SIGKILL", "SIGTERM"]);
    expect(beside.exitCode ?? beside.signalCode).toBeNull();
  });

  it("what works for a server is left alone", async () => {
    const folder = temporaryFolder();
    const child = await writer(folder);
    expect(await endLeftProcesses(folder, { ...KNOWN, own: process.pid })).toBe("used");
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });
});
