import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { runningProcesses } from "../../mcp-server/src/host/processes.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A process with a group of its own that runs until the test ends. */
async function aProcess(env: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const program = 'process.stdout.write("ready"); setInterval(() => {}, 1_000);';
  const child = spawn(process.execPath, ["-e", program], {
    ...{ cwd: folder, detached: true, env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const fromMs = Date.now();
  await once(child.stdout, "data");
  return { pid: child.pid ?? 0, folder, fromMs, toMs: Date.now() };
}

describe.skipIf(process.platform === "win32")("the processes of the machine", () => {
  it.each([process.platform, "darwin"] as const)(
    "a process is told with its parent, its group and about when it started, as on %s",
    async (platform) => {
      const { pid, fromMs, toMs } = await aProcess();
      const all = await runningProcesses(platform);
      const own = all.find((one) => one.pid === pid);
      expect(own).toMatchObject({ parent: process.pid, group: pid });
      expect(own?.startedFromMs).toBeLessThanOrEqual(toMs);
      expect(own?.startedToMs).toBeGreaterThanOrEqual(fromMs);
      expect(all.find((one) => one.pid === process.pid)?.startedToMs).toBeLessThan(fromMs + 2_500);
    },
  );

  it.skipIf(process.platform !== "linux")(
    "on Linux it is told whose tool call started a process, and where it works",
    async () => {
      const { pid, folder } = await aProcess({ A: "x", CLAUDE_PID: "4711", B: "y" });
      const other = await aProcess({ NOT_CLAUDE_PID: "4711" });
      const all = await runningProcesses("linux");
      expect(all.find((one) => one.pid === pid)).toMatchObject({ markedBy: 4711, folder, session: pid });
      expect(all.find((one) => one.pid === other.pid)?.markedBy).toBeUndefined();
    },
  );

  it("a system that does not tell says so", async () => {
    await expect(runningProcesses("win32")).rejects.toThrow("Windows");
  });
});
