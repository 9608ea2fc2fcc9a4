import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { runShellCommand } from "../../mcp-server/src/host/run-shell-command.ts";
import { emptyEnvironment, temporaryFolder } from "../support/temporary-folder.ts";

const run = (command: string, { folder = temporaryFolder(), limitMs = 60_000 } = {}) =>
  runShellCommand(command, { folder, limitMs, env: emptyEnvironment() });

/** Whether a process of that id, which a command has written, still runs. */
function isRunning(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${readFileSync(file, "utf8").trim()}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe.skipIf(process.platform === "win32")("a shell command that the server runs", () => {
  it("a shell command tells its exit code and what it printed to both outputs", async () => {
    expect(await run("echo out; echo err >&2; exit 3")).toMatchObject({ exitCode: 3, timedOut: false });
    const { output } = await run("[[ -f x ]] || { echo one; echo two >&2; }");
    expect(output.split("\n").sort()).toEqual(["", "one", "two"]);
  });

  it("a shell command reads nothing", async () => {
    expect(await run("cat; echo end")).toMatchObject({ exitCode: 0, output: "end\n" });
  });

  it("a shell command that prints without end keeps its end alone", async () => {
    const { output } = await run("head -c 3000000 /dev/zero | tr '\\0' x; echo last");
    expect(output).toHaveLength(20_000);
    expect(output.endsWith("xlast\n")).toBe(true);
  });

  it("a shell command is ended at its time limit, with all that it started", async () => {
    const folder = temporaryFolder();
    const ended = await run("sleep 600 & echo $! > child; wait", { folder, limitMs: 2_000 });
    expect(ended).toMatchObject({ timedOut: true, exitCode: 137 });
    await vi.waitUntil(() => !isRunning(join(folder, "child")));
  });

  it("a shell command leaves nothing running behind", async () => {
    const folder = temporaryFolder();
    expect(await run("sleep 600 & echo $! > child; exit 0", { folder })).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(folder, "child"))).toBe(true);
    await vi.waitUntil(() => !isRunning(join(folder, "child")));
  });

  it("a shell command that cannot be started is an error", async () => {
    await expect(run("true", { folder: join(temporaryFolder(), "gone") })).rejects.toThrow("ENOENT");
  });
});
