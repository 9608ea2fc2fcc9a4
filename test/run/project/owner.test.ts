import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isDead, ownerOf } from "../../../mcp-server/src/run/project/owner.ts";

describe("an owner", () => {
  it("an owner is alive as long as its process is", async () => {
    expect(await isDead(await ownerOf(process.pid, "s"))).toBe(false);
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"]);
    const owner = await ownerOf(child.pid ?? 0, undefined);
    expect(await isDead(owner)).toBe(false);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await isDead(owner)).toBe(true);
  });

  it("an owner is dead when its process id was given to another process", async () => {
    const owner = await ownerOf(process.pid, undefined);
    expect(await isDead({ ...owner, startedAt: "1" })).toBe(true);
  });

  it("an owner is taken for alive where that cannot be known", async () => {
    const owner = await ownerOf(process.pid, undefined);
    expect(await isDead({ ...owner, pid: 2 ** 22 + 1, host: "another machine" })).toBe(false);
    expect(await isDead({ ...owner, startedAt: "unknown" })).toBe(false);
  });
});
