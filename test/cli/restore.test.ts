import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command-line.ts";
import { answerOf, twoAtWork } from "../support/two-at-work.ts";

const MINE_DIGEST = createHash("sha256").update("mine\n").digest("hex");

/** A call of the agent of task 1 changes two files of task 2, in one of which task 2 has work that is not committed. */
async function overwritten(guard = "warn") {
  const { folder, server, log } = await twoAtWork({}, undefined, { PARALLEL_GUARD: guard });
  const path = (name: string) => join(folder, name);
  const call = async (agent: string, use: string, work: () => unknown) => {
    const facts = { session: "s", cwd: folder, agent, use, tool: "Bash", input: '{"command":"sh work.sh"}' };
    await server.hook({ ...facts, event: "PreToolUse" });
    await work();
    await server.hook({ ...facts, event: "PostToolUse", response: "{}" });
  };
  await call("agent-2", "own", () => writeFileSync(path("src/b/two.ts"), "mine\n"));
  await call("agent-1", "intruder", () => {
    writeFileSync(path("src/b/two.ts"), "theirs\n");
    writeFileSync(path("data.json"), "theirs\n");
  });
  return { folder, server, call, log, read: (name: string) => readFileSync(path(name), "utf8"), path };
}

describe("parallel restore", () => {
  it("parallel restore lists what was overwritten, with whose it was and who did it", async () => {
    const { folder } = await overwritten();
    const { code, out } = await runCommand(folder, "restore", "p");
    expect(code).toBe(0);
    const lines = out.trim().split("\n").sort();
    expect(lines).toHaveLength(2);
    expect(out).toMatch(/src\/b\/two\.ts: of task 2 \(kept\), overwritten by p\/1 \(Bash\)/);
    expect(out).toMatch(/data\.json: of task 2 \(.*\), overwritten by p\/1 \(Bash\)/);
    const { overwritten: listed } = JSON.parse((await runCommand(folder, "restore", "p", "--json")).out);
    expect(listed).toHaveLength(2);
    expect((await runCommand(folder, "restore", "p", "--task", "1")).out).toMatch(/^Nobody was seen/);
  });

  it("parallel restore names a possible loss where a call of the holder ran as well", async () => {
    const { folder, call, path } = await overwritten("off");
    await call("agent-2", "again", () => writeFileSync(path("src/b/two.ts"), "mine again\n"));
    await call("agent-2", "own beside", () =>
      call("agent-1", "beside", () => writeFileSync(path("src/b/two.ts"), "theirs again\n")),
    );
    const { out } = await runCommand(folder, "restore", "p");
    expect(out).toMatch(
      /two\.ts: of task 2 \(kept\), overwritten by p\/\d \(Bash\) or p\/\d \(Bash\); what its own call may have written there before is possibly lost/,
    );
  });

  it("parallel restore puts back what was not committed, and what was", async () => {
    const { folder, read } = await overwritten();
    const { code, out } = await runCommand(folder, "restore", "p", "src/b/two.ts");
    expect(out).toMatch(
      /^src\/b\/two\.ts is again what task 2 had in it\. What stood there is kept as sha256:/,
    );
    expect([code, read("src/b/two.ts")]).toEqual([0, "mine\n"]);
    await runCommand(folder, "restore", "p", "data.json", "--task", "2");
    expect(read("data.json")).toBe("{}\n");
  });

  it("parallel restore puts back several files at once, and says so of each", async () => {
    const { folder, read } = await overwritten();
    const { code, out } = await runCommand(
      folder,
      "restore",
      "p",
      "src/b/two.ts",
      "data.json",
      "--task",
      "2",
    );
    expect(out.trim().split("\n")).toHaveLength(2);
    expect([code, read("src/b/two.ts"), read("data.json")]).toEqual([0, "mine\n", "{}\n"]);
  });

  it("parallel restore leaves alone what was changed again, unless it is told otherwise", async () => {
    const { folder, read, path } = await overwritten();
    writeFileSync(path("src/b/two.ts"), "later\n");
    const refused = await runCommand(folder, "restore", "p", "src/b/two.ts");
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("--force");
    expect(read("src/b/two.ts")).toBe("later\n");
    expect((await runCommand(folder, "restore", "p", "src/b/two.ts", "--force")).code).toBe(0);
    expect(read("src/b/two.ts")).toBe("mine\n");
  });

  it("parallel restore tells the agent that holds the file, and puts back the version whose digest is named, whoever wrote it", async () => {
    const { folder, read, server } = await overwritten();
    const { out } = await runCommand(folder, "restore", "p", "src/b/two.ts");
    const [, digest = ""] = /kept as sha256:(\w{12})/.exec(out) ?? [];
    const facts = { session: "s", cwd: folder, agent: "agent-2", tool: "Bash", use: "next" };
    const input = JSON.stringify({ command: "sh work.sh" });
    const told = answerOf(await server.hook({ ...facts, input, event: "PreToolUse" }));
    expect(told).toContain("A person or another program changed src/b/two.ts, which your task holds");
    expect((await runCommand(folder, "restore", "p", "--content", "ffffff")).err).toContain("No version");
    expect((await runCommand(folder, "restore", "p", "--content", "../x")).code).toBe(2);
    const forced = await runCommand(folder, "restore", "p", "src/b/two.ts", "--content", digest);
    expect(forced).toMatchObject({ code: 0, err: "" });
    expect(read("src/b/two.ts")).toBe("theirs\n");
  });

  it("parallel restore during a call of another agent is not undone, and not taken for its doing", async () => {
    const { folder, read, call, log } = await overwritten("enforce");
    const [overwrite] = log("files.changed")
      .flatMap(({ data }) => data.files as { undone?: boolean }[])
      .slice(-1);
    expect([overwrite?.undone, read("src/b/two.ts")]).toEqual([true, "mine\n"]);
    await call("agent-2", "own-2", () => writeFileSync(join(folder, "src/b/two.ts"), "newer\n"));
    await call("agent-1", "bystander", () => runCommand(folder, "restore", "p", "--content", MINE_DIGEST));
    expect(read("src/b/two.ts")).toBe("mine\n");
    const last = log("files.changed")
      .flatMap(({ data }) => data.files as { by: string }[])
      .at(-1);
    expect(last).toMatchObject({ path: "src/b/two.ts", by: "nobody" });
  });

  it("parallel restore lists no version that is back in its file", async () => {
    const { folder } = await overwritten();
    await runCommand(folder, "restore", "p", "src/b/two.ts");
    expect((await runCommand(folder, "restore", "p")).out).not.toContain("two.ts");
  });

  it("parallel restore writes through no link", async () => {
    const { folder, path, read } = await overwritten();
    rmSync(path("src/b"), { recursive: true });
    mkdirSync(path("elsewhere"));
    symlinkSync(path("elsewhere"), path("src/b"));
    const refused = await runCommand(folder, "restore", "p", "src/b/two.ts", "--force");
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(() => read("elsewhere/two.ts")).toThrow("ENOENT");
  });

  it("parallel restore refuses a file that nobody overwrote, and a plan that is not known", async () => {
    const { folder } = await overwritten();
    expect((await runCommand(folder, "restore", "p", "src/free.ts")).err).toContain("restore p lists");
    expect((await runCommand(folder, "restore", "nothing")).code).toBe(2);
  });
});
