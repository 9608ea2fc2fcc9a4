import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository, task } from "../support/checkout.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

const BIN = join(import.meta.dirname, "..", "..", "bin", "parallel");

/** A plan at which nobody works: nothing happens in it by itself. */
async function quietPlan() {
  const folder = await repository();
  const server = await ParallelServer.start(folder);
  await server.call("plan_create", { plan: "p", tasks: [task("1")] });
  return { server, place: { cwd: folder, env: { ...emptyEnvironment(), PATH: process.env.PATH } } };
}

describe("a reader that stops early", () => {
  it.each(["", "--json"])(
    "as `head` does, ends `status --watch %s` quietly, with nothing to be said",
    async (form) => {
      const { place } = await quietPlan();
      // The shell makes a pipe; what Node makes between processes is a socket.
      const shell = spawn("sh", ["-c", `"$0" "$1" status --watch ${form} | head -1`, process.execPath, BIN], {
        ...place,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [lines, complaint] = ["", ""];
      shell.stdout.on("data", (chunk) => {
        lines += chunk;
      });
      shell.stderr.on("data", (chunk) => {
        complaint += chunk;
      });
      const [code] = await once(shell, "close");
      expect([code, complaint]).toEqual([0, ""]);
      expect(lines).toMatch(form === "" ? /^\S+ {2}· 0 of 1 task completed.*\n$/ : /^\{.*\}\n$/);
    },
  );

  it.each(["", "--json"])(
    "is asked for with spaces that are in no line of `status --watch %s`",
    async (form) => {
      const { server, place } = await quietPlan();
      const args = ["status", "--watch", ...(form === "" ? [] : [form])];
      const watching = spawn(process.execPath, [BIN, ...args], {
        ...place,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let text = "";
      watching.stdout.on("data", (chunk) => {
        text += chunk;
      });
      const lines = () => text.split("\n").filter((line) => line.trim() !== "");
      await expect.poll(() => text, { timeout: 20_000 }).toMatch(/\n +$/);
      await server.call("plan_update", { plan: "p", action: "stop" });
      await once(watching, "close");
      expect(lines().length).toBeGreaterThan(1);
      if (form === "") for (const line of lines().slice(0, 2)) expect(line).toMatch(/^\d\d:\d\d:\d\d {2}/);
      else for (const line of lines()) expect(JSON.parse(line)).toHaveProperty("head.plan", "p");
    },
  );
});
