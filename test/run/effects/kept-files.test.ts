import { chmodSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PlanSlug } from "../../../mcp-server/src/graph/task.ts";
import { idOfBytes } from "../../../mcp-server/src/run/effects/file-content.ts";
import { KeptFiles } from "../../../mcp-server/src/run/effects/kept-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const PLAN = "p" as PlanSlug;
const OTHER = "q" as PlanSlug;
const DAY_MS = 24 * 60 * 60 * 1_000;

const content = (text: string) => ({ id: idOfBytes(Buffer.from(text)), bytes: Buffer.from(text) });

function folder(): string {
  return join(temporaryFolder(), "parallel", "kept");
}

describe("bytes of held files", () => {
  it("bytes are kept once under their digest and come back as they were", () => {
    const kept = new KeptFiles(folder());
    const bytes = Buffer.from([0, 255, 13, 10, 0]);
    const binary = { id: idOfBytes(bytes), bytes };
    for (const one of [content("a"), content("a"), content(""), binary]) {
      expect(kept.keep(PLAN, one)).toBeUndefined();
      expect(kept.read(PLAN, one.id)).toEqual(one.bytes);
    }
    expect(kept.read(OTHER, content("a").id)).toBeUndefined();
    expect(kept.read(PLAN, content("b").id)).toBeUndefined();
    expect(kept.read(PLAN, "sha256:../../secret")).toBeUndefined();
  });

  it.skipIf(process.platform === "win32")("only this user can read what is kept", () => {
    const path = folder();
    new KeptFiles(path).keep(PLAN, content("secret"));
    const [name = ""] = readdirSync(join(path, PLAN));
    const modes = [path, join(path, PLAN), join(path, PLAN, name)].map((at) => statSync(at).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o600]);
  });

  it("what is not kept is told with the reason", () => {
    const path = folder();
    const kept = new KeptFiles(path, 1024 * 1024);
    expect(kept.keep(PLAN, { id: "large:1:1", unread: "it is larger than 10 MB" })).toMatch("larger");
    expect(kept.keep(PLAN, { id: "link:a" })).toBeUndefined();
    expect(kept.keep(PLAN, content("x".repeat(1_000_000)))).toBeUndefined();
    const more = content("y".repeat(100_000));
    expect(kept.keep(PLAN, more)).toMatch("more than 1 MB would be kept for the plan");
    // Another process counts what is there.
    expect(new KeptFiles(path, 1024 * 1024).keep(PLAN, more)).toMatch("more than 1 MB");
    expect(kept.keep(OTHER, more)).toBeUndefined();
  });

  it("a folder that cannot be written is a reason and no error", () => {
    const blocked = join(temporaryFolder(), "file");
    writeFileSync(blocked, "");
    expect(new KeptFiles(join(blocked, "kept")).keep(PLAN, content("a"))).toMatch("could not be written");
  });

  it("bytes that were damaged are not given back, and are kept anew", () => {
    const path = folder();
    const kept = new KeptFiles(path);
    kept.keep(PLAN, content("abc"));
    const [name = ""] = readdirSync(join(path, PLAN));
    chmodSync(join(path, PLAN, name), 0o600);
    writeFileSync(join(path, PLAN, name), "ab");
    expect(kept.read(PLAN, content("abc").id)).toBeUndefined();
    expect(kept.keep(PLAN, content("abc"))).toBeUndefined();
    expect(readFileSync(join(path, PLAN, name), "utf8")).toBe("abc");
  });

  it("what was kept is gone 14 days after the plan's end, or at once when it is to be forgotten", () => {
    const path = folder();
    const kept = new KeptFiles(path);
    const [open, recent, old, unknown, told] = ["open", "recent", "old", "unknown", "told"] as PlanSlug[];
    for (const plan of [open, recent, old, unknown, told]) kept.keep(plan as PlanSlug, content("a"));
    const nowMs = Date.now() + 100 * DAY_MS;
    const ends = new Map<unknown, number | "open">([
      [open, "open"],
      [recent, nowMs - 13 * DAY_MS],
      [old, nowMs - 15 * DAY_MS],
      [told, "open"],
    ]);
    kept.forget(told as PlanSlug);
    kept.forgetOld((plan) => ends.get(plan), nowMs);
    expect(readdirSync(path).sort()).toEqual(["open", "recent"]);
    kept.keep(unknown as PlanSlug, content("a"));
    utimesSync(join(path, "unknown"), new Date(), new Date());
    kept.forgetOld((plan) => ends.get(plan), Date.now() + DAY_MS);
    expect(readdirSync(path)).toContain("unknown");
    new KeptFiles(join(path, "nowhere")).forgetOld(() => undefined, nowMs);
  });
});
