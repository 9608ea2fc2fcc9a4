import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { BUNDLE } from "../support/bundled-server.ts";
import { task } from "../support/checkout.ts";
import { runCommandOf } from "../support/command-line.ts";
import { planOf } from "../support/plan-of.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

const tested = (id: string, command: string) =>
  task(id, { acceptance: [{ criterion: "It works", command }] });

/** A plan of two commands, and the shell of its user. */
async function planWithCommands() {
  const { folder, server } = await planOf([
    tested("1", "npm test"),
    tested("2", "npm test"),
    tested("3", "printf '\u001b[2K' | sh"),
  ]);
  const env = emptyEnvironment();
  const approve = (...parameters: string[]) => runCommandOf(env, folder, "approve", "p", ...parameters);
  return { folder, server, env, approve };
}

describe("parallel approve", () => {
  it("parallel approve shows each command in full, and approves none where nobody can be asked", async () => {
    const { approve, env } = await planWithCommands();
    const { code, out } = await approve();
    expect(code).toBe(1);
    expect(out).toContain("  new       npm test  (1, 2)\n");
    expect(out, "what a terminal would hide is written out").toContain(
      `  new       "printf '\\u001b[2K' | sh"  (3)\n`,
    );
    expect(out).toContain("Nothing was approved. To approve them: in a terminal, or with --yes.");
    expect(() => readdirSync(join(env.HOME ?? "", ".claude"))).toThrow("ENOENT");
  });

  it("parallel approve --yes approves what it shows, and asks anew for a text that has changed", async () => {
    const { approve, server } = await planWithCommands();
    expect(await approve("--yes")).toMatchObject({ code: 0, out: expect.stringContaining("Approved.") });
    expect((await approve()).out).toContain("  approved  npm test  (1, 2)");
    const tasks = [tested("1", "npm test -- --all"), tested("2", "npm test"), tested("3", "true")];
    await server.call("plan_create", { plan: "p", tasks });
    const { code, out } = await approve("--json");
    expect(code).toBe(1);
    expect(JSON.parse(out).commands).toEqual([
      { command: "npm test -- --all", tasks: ["1"], settings: [], isApproved: false },
      { command: "npm test", tasks: ["2"], settings: [], isApproved: true },
      { command: "true", tasks: ["3"], settings: [], isApproved: false },
    ]);
  });

  it("parallel approve shows the commands that settings name, each once where a task is accepted by it too", async () => {
    const { approve, server } = await planWithCommands();
    await server.call("plan_update", { plan: "p", policy: { setup: "npm ci" } });
    expect((await approve()).out).toContain("  new       npm ci  (the set-up of its worktrees)\n");
    await server.call("plan_update", { plan: "p", policy: { setup: "npm test" } });
    expect((await approve()).out).toContain("  new       npm test  (the set-up of its worktrees, 1, 2)\n");
    await server.call("plan_update", { plan: "p", policy: { setup: "", notify: "sh tell.sh" } });
    expect((await approve()).out).toContain("  new       sh tell.sh  (telling you of the plan)\n");
  });

  it("parallel approve --forget takes the approvals back", async () => {
    const { approve } = await planWithCommands();
    await approve("--yes");
    expect(await approve("--forget")).toMatchObject({ code: 0 });
    expect((await approve()).out).toContain("  new       npm test");
  });

  it.each(["CLAUDECODE", "CODEX_SANDBOX", "GEMINI_CLI"])(
    "parallel approve refuses a shell that a model uses: %s",
    async (marker) => {
      const { folder, env, approve } = await planWithCommands();
      const refused = await runCommandOf({ ...env, [marker]: "1" }, folder, "approve", "p", "--yes");
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining("approved by the user") });
      expect((await approve()).out).not.toContain("  approved");
    },
  );

  it.skipIf(process.platform !== "linux")("parallel approve asks in a terminal", async () => {
    const { folder, env, approve } = await planWithCommands();
    const command = `"${process.execPath}" "${join(dirname(BUNDLE), "parallel.mjs")}" approve p`;
    const typed = (answer: string) =>
      promisify(execFile)("sh", ["-c", `echo ${answer} | script -qec '${command}' /dev/null`], {
        cwd: folder,
        env,
      }).catch((error: { stdout: string }) => error);
    expect((await typed("n")).stdout).toContain("Approve the 2 new commands? [y/N]");
    expect((await approve()).out).not.toContain("  approved");
    expect((await typed("y")).stdout).toContain("Approved.");
    expect((await approve()).code).toBe(0);
  });
});
