import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { put } from "../support/checkout.ts";
import { runCommand } from "../support/command-line.ts";
import { FILE, importedPlan, LEDGER, PAGE, TASKS } from "../support/exported-plan.ts";

describe("parallel export", () => {
  it("parallel export says what it wrote, as lines and as JSON", async () => {
    const { folder } = await importedPlan();
    expect(await runCommand(folder, "export", "example")).toMatchObject({
      code: 0,
      out: `Unchanged: ${TASKS}\nWritten: ${PAGE}\nWritten: ${LEDGER}\n`,
    });
    const { out } = await runCommand(folder, "export", "example", "--json");
    expect(JSON.parse(out).files).toHaveLength(3);
    expect(existsSync(join(folder, LEDGER))).toBe(true);
  });

  it("parallel export ends with 1 when it had to leave something alone, and with 2 for an unknown plan", async () => {
    const { folder } = await importedPlan();
    put(folder, { [TASKS]: FILE.replace("Lay", "Pour") });
    const left = await runCommand(folder, "export", "example");
    expect(left.code).toBe(1);
    expect(left.out).toMatch(/^Left alone: specs\/example\/03-tasks\.json: it is not what was imported\./);
    expect(await runCommand(folder, "export", "nothing")).toMatchObject({ code: 2, out: "" });
  });
});
