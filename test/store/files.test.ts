import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { estimatesFrom } from "../../mcp-server/src/schedule/estimate.ts";
import { openSqlite } from "../../mcp-server/src/store/engines/sqlite.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe.runIf(process.platform !== "win32")("the files of a graph", () => {
  it("the files of a graph are for their user alone, with a folder that is as well", async () => {
    const path = join(temporaryFolder(), "parallel", "graph.sqlite");
    const store = await openSqlite(path, true, estimatesFrom);
    expect(modeOf(dirname(path))).toBe("700");
    for (const file of [path, `${path}-wal`, `${path}-shm`])
      expect([file, modeOf(file)]).toEqual([file, "600"]);
    await store?.close();
  });

  it("the files of a graph are for their user alone also in a folder that is for all", async () => {
    const folder = join(temporaryFolder(), "shared");
    mkdirSync(folder, { mode: 0o755 });
    const path = join(folder, "graph.sqlite");
    const store = await openSqlite(path, true, estimatesFrom);
    for (const file of [path, `${path}-wal`, `${path}-shm`])
      expect([file, modeOf(file)]).toEqual([file, "600"]);
    expect(modeOf(folder)).toBe("755");
    await store?.close();
  });
});

it("a graph that does not exist is not made by looking for it", async () => {
  const path = join(temporaryFolder(), "parallel", "graph.sqlite");
  expect(await openSqlite(path, false, estimatesFrom)).toBeUndefined();
  expect(existsSync(dirname(path))).toBe(false);
});
