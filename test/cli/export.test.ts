import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUNDLE } from "../support/bundled-server.ts";
import { put } from "../support/checkout.ts";
import { FILE, importedPlan, LEDGER, PAGE, TASKS } from "../support/exported-plan.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

describe("parallel export", () => {
  const CLI = join(dirname(BUNDLE), "parallel.mjs");

  function run(folder: string, ...parameters: string[]) {
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(
        process.execPath,
        [CLI, ...parameters],
        { cwd: folder, env: emptyEnvironment() },
        (error, out, err) => resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err }),
      );
    });
  }

  it("parallel export says what it wrote, as lines and as JSON", async () => {
    const { folder } = await importedPlan();
    expect(await run(folder, "export", "example")).toMatchObject({
      code: 0,
      out: `Unchanged: ${TASKS}\nWritten: ${PAGE}\nWritten: ${LEDGER}\n`,
    });
    const { out } = await run(folder, "export", "example", "--json");
    expect(JSON.parse(out).files).toHaveLength(3);
    expect(existsSync(join(folder, LEDGER))).toBe(true);
  });

  it("parallel export ends with 1 when it had to leave something alone, and with 2 for an unknown plan", async () => {
    const { folder } = await importedPlan();
    put(folder, { [TASKS]: FILE.replace("Lay", "Pour") });
    const left = await run(folder, "export", "example");
    expect(left.code).toBe(1);
    expect(left.out).toMatch(/^Left alone: specs\/example\/03-tasks\.json: it is not what was imported\./);
    expect(await run(folder, "export", "nothing")).toMatchObject({ code: 2, out: "" });
  });
});
