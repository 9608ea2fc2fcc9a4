import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  changeUse,
  readUse,
  type WorktreeUse,
} from "../../../../mcp-server/src/run/worktrees/pool/worktree-use.ts";
import { put } from "../../../support/checkout.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const free = (head: string): WorktreeUse => ({ state: "free", plan: "p", head, setup: "" });

describe("who uses a worktree", () => {
  it("who uses a worktree is changed by one of all that have read the same use", async () => {
    const folder = temporaryFolder();
    for (let round = 0; round < 20; round++) {
      const from = (await readUse(folder))?.number ?? 0;
      const heads = Array.from({ length: 8 }, (_, n) => `${round}-${n}`);
      const changed = await Promise.all(heads.map((head) => changeUse(folder, from, free(head))));
      const won = changed.filter((use) => use !== undefined);
      expect(won).toHaveLength(1);
      expect(await readUse(folder)).toEqual(won[0]);
    }
  });

  it("who uses a worktree is not changed by somebody who has slept while others changed it", async () => {
    const folder = temporaryFolder();
    const first = await changeUse(folder, 0, free("1"));
    const second = await changeUse(folder, first?.number ?? 0, free("2"));
    const third = await changeUse(folder, second?.number ?? 0, free("3"));
    expect(await changeUse(folder, first?.number ?? 0, free("late"))).toBeUndefined();
    expect(await readUse(folder)).toEqual(third);
    expect(readdirSync(folder)).toEqual(["parallel-use-3.json"]);
  });

  it("a worktree of which nothing is known, or nothing that can be understood, is nobody's to change", async () => {
    const folder = temporaryFolder();
    expect(await readUse(folder)).toBeUndefined();
    expect(await readUse(join(folder, "absent"))).toBeUndefined();
    put(folder, { "parallel-use-4.json": '{"state":"from a newer version"}' });
    expect(await readUse(folder)).toBeUndefined();
  });
});
