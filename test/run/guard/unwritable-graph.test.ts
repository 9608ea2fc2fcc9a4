import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { graphOf, tamper } from "../../support/graph-file.ts";
import { HELD, twoAtWork } from "../../support/two-at-work.ts";

/** As a full disk does: what is written fails, and the transaction is over. */
const FULL =
  "create trigger full before insert on events begin select raise(rollback, 'database or disk is full'); end";

describe("a graph that cannot be written", () => {
  it("a graph that cannot be written changes no refusal, and nothing is granted that it could not record", async () => {
    const { folder, write, bash } = await twoAtWork();
    tamper(graphOf(folder), FULL);
    expect(await write(join(folder, "src/b/two.ts"))).toMatch(HELD);
    expect(await bash("echo x > src/b/two.ts")).toMatch(HELD);
    expect(await write(join(folder, "src/a/one.ts"))).toBe("passes");
    const free = await write(join(folder, "src/free.ts"));
    expect(free).toMatch(/^denied: The task graph cannot be written now/);
    expect(free).toContain("disk is full");
  });
});

describe("a graph that cannot be read", () => {
  it("a graph that cannot be read lets no agent write, and the main conversation alone", async () => {
    const { folder, server, write } = await twoAtWork();
    for (const end of ["", "-wal"]) truncateSync(`${graphOf(folder)}${end}`, 0);
    writeFileSync(graphOf(folder), "no database".repeat(1_000));
    expect(await write(join(folder, "src/b/two.ts"))).toMatch(/^denied: /);
    const input = JSON.stringify({ file_path: join(folder, "src/b/two.ts") });
    expect(await server.hook({ event: "PreToolUse", tool: "Write", use: "m", input })).toEqual({});
  });
});
