import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { describe, expect, it } from "vitest";
import { graphOf } from "../../support/graph-file.ts";
import { HELD, twoAtWork } from "../../support/two-at-work.ts";

/** The host goes on without a hook that takes longer than it allows; ours allow themselves much less. */
const MAX_ANSWER_MS = 4_000;

async function inTime<T>(answer: Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await answer;
  expect(performance.now() - begun).toBeLessThan(MAX_ANSWER_MS);
  return result;
}

describe("a graph that another process has locked", () => {
  it("a graph that another process has locked lets no agent write what another holds, each hook answers in time, and refusals are logged later", async () => {
    const { folder, write, bash, log } = await twoAtWork();
    expect(await write(join(folder, "src/a/one.ts"))).toBe("passes");
    const other = new DatabaseSync(graphOf(folder));
    other.exec("begin exclusive");
    try {
      expect(await inTime(write(join(folder, "src/b/two.ts")))).toMatch(HELD);
      expect(await inTime(bash("echo x > data.json"))).toMatch(HELD);
      expect(await inTime(write(join(folder, "src/free.ts")))).toMatch(/^denied: The task graph cannot/);
      expect(await inTime(write(join(folder, "src/a/one.ts")))).toBe("passes");
    } finally {
      other.exec("rollback");
      other.close();
    }
    await expect.poll(() => log("write.denied").length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
  });
});
