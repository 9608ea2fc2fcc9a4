import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { emptyEnvironment, temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const BIN = join(ROOT, "bin", "parallel");
const HOOK = join(ROOT, "mcp-server", "dist", "session-hook.cjs");

/** What a program says that is started in a folder that is gone by then. */
function inDeletedFolder(...command: readonly string[]) {
  const folder = join(temporaryFolder(), "gone");
  mkdirSync(folder);
  return execa("sh", ["-c", 'rmdir "$PWD" && exec "$@"', "sh", process.execPath, ...command], {
    ...{ cwd: folder, env: emptyEnvironment(), extendEnv: false, reject: false, timeout: 300_000 },
  });
}

it.each([
  "status",
  "status --watch",
  "report p",
  "export p",
  "plan specs/p",
  "doctor",
  "audit",
  "session-start",
])("`parallel %s` in a deleted folder says so, and the remedy", async (command) => {
  const { exitCode, stdout, stderr } = await inDeletedFolder(BIN, ...command.split(" "));
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 2,
    stdout: "",
    stderr:
      "parallel: The folder in which this was started does not exist any more.\nStart again in a folder that is there: the repository, or a folder in it.",
  });
});

it.each(["start", "end"])("a session's %s in a deleted folder is not disturbed", async (event) => {
  const { exitCode, stdout, stderr } = await inDeletedFolder(HOOK, event);
  expect([exitCode, stdout, stderr]).toEqual([0, "", ""]);
});
