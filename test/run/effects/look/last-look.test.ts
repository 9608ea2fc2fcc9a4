import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../../mcp-server/src/graph/attempt.ts";
import { ABSENT } from "../../../../mcp-server/src/graph/effect.ts";
import {
  LastLook,
  type NewlySeen,
  type SeenFile,
  type SeenState,
} from "../../../../mcp-server/src/run/effects/look/last-look.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const owner = (pid: number) => ({ host: "h", pid, startedAt: "0" });
const nobodyIsDead = async () => false;
const scopes = [{ attempt: 1 as AttemptId, writes: ["src/**"] }];
const file = (path: string, content: string | undefined, size = 1): SeenFile => {
  return { path, ino: 5, size, ctimeMs: 1_000.25, isYoung: false, content };
};

/** What changed, or with another scope what is held from now on. */
const news = (changes: readonly SeenFile[], isOtherScope = false): NewlySeen => ({
  isOtherScope,
  isIncomplete: false,
  changes: changes.map(({ path, content = "", ...times }) => {
    return { path, after: { id: content }, times: content === ABSENT ? undefined : times };
  }),
});

function aServer() {
  const folder = join(temporaryFolder(), "calls");
  const look = new LastLook(folder, owner(1));
  const state = (...files: readonly SeenFile[]) => ({ scopes, files });
  return {
    folder,
    state,
    note: (seen: NewlySeen, whole: SeenState, lookedMs: number) => look.note(seen, () => whole, lookedMs),
    noteRead: (whole: SeenState, lookedMs: number) => look.noteRead(whole, lookedMs),
    path: () => join(folder, readdirSync(folder)[0] ?? ""),
    earlier: (pid = 2) => new LastLook(folder, owner(pid)).earlier(nobodyIsDead),
  };
}

describe("the last look of a server", () => {
  it("the next server has what was held, the files as they were seen last, and when", async () => {
    const { note, state, earlier, path } = aServer();
    expect(await earlier()).toEqual({});
    note(news([], true), state(file("src/a.ts", undefined), file("src/gone.ts", "x")), 1_700_000_000_000);
    note(news([file("src/a.ts", "a", 2), file("src/gone.ts", ABSENT)]), state(), 1_700_000_000_500);
    note(news([]), state(), 1_700_000_001_000.5);
    const { look, predecessorMs } = await earlier();
    expect(look).toMatchObject({ scopes, files: [file("src/a.ts", "a", 2)] });
    expect(look?.lookedMs).toBeGreaterThanOrEqual(1_700_000_000_999);
    expect(look?.lookedMs).toBeLessThanOrEqual(1_700_000_001_000.5);
    expect(predecessorMs).toBeUndefined();
    // A half-written line tells nothing.
    appendFileSync(path(), '["src/b.ts",1,1');
    expect((await earlier(1)).look?.files).toHaveLength(1);
    expect((await earlier(1)).predecessorMs).toBe((await earlier()).look?.lookedMs);
    if (process.platform !== "win32") expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it("of several the newest is taken, and those of servers before it go when this one has looked", async () => {
    const { folder, note, state } = aServer();
    note(news([], true), state(file("src/a.ts", "old")), 1_000_000);
    const other = new LastLook(folder, owner(2));
    other.note(news([], true), () => state(file("src/a.ts", "new")), 2_000_000);
    const next = new LastLook(folder, owner(1));
    expect((await next.earlier(nobodyIsDead)).look?.files).toEqual([file("src/a.ts", "new")]);
    expect(readdirSync(folder)).toHaveLength(2);
    next.note(news([], true), () => state(), 3_000_000);
    expect(readdirSync(folder)).toHaveLength(2);
    // Of a session that is gone nothing is left either.
    const last = new LastLook(folder, owner(3));
    await last.earlier(async () => true);
    last.note(news([], true), () => state(), 4_000_000);
    expect(readdirSync(folder)).toHaveLength(1);
    last.note(news([], true), () => ({ scopes: [], files: [] }), 5_000_000);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("where more is held than is looked at nothing is told, and what was read later is", async () => {
    const { note, noteRead, state, earlier } = aServer();
    noteRead(state(file("src/a.ts", "a")), 1_000_000);
    expect(await earlier()).toEqual({});
    note(news([], true), state(file("src/a.ts", undefined)), 1_000_000);
    noteRead(state(file("src/a.ts", "a")), 1_000_000);
    expect((await earlier()).look?.files).toEqual([file("src/a.ts", "a")]);
    note({ ...news([], true), isIncomplete: true }, state(), 1_000_001);
    expect(await earlier()).toEqual({});
  });

  it("a file to which very much was appended is written anew", () => {
    const { note, state, path } = aServer();
    const many = Array.from({ length: 1_000 }, (_, n) =>
      file(`src/a-rather-long-name-${n}.ts`, "x".repeat(70)),
    );
    note(news([], true), state(...many), 1_000_000);
    const whole = statSync(path()).size;
    for (let round = 0; round < 60; round++) note(news(many), state(...many), 1_000_001 + round);
    expect(statSync(path()).size).toBeLessThan(whole * 2 + 1024 * 1024 * 1.2);
  });

  it("what cannot be written is written whole with a later look", async () => {
    const { folder, note, state, earlier } = aServer();
    writeFileSync(folder, "in the way");
    note(news([], true), state(file("src/a.ts", "a")), 1_000_000);
    rmSync(folder);
    mkdirSync(folder);
    note(news([file("src/b.ts", "b")]), state(file("src/a.ts", "a"), file("src/b.ts", "b")), 1_000_001);
    expect((await earlier()).look?.files).toHaveLength(2);
  });
});
