import { describe, expect, it } from "vitest";
import { launchFor, report } from "../../support/checkout.ts";
import type { ParallelServer } from "../../support/parallel-server.ts";
import { MINE, THEIRS, twoAtWork } from "../../support/two-at-work.ts";

describe("an attempt that ended", () => {
  it("after its attempt ended an agent writes nothing, neither with a file tool nor with a shell command nor with git", async () => {
    const { bash, write, server, launch, log } = await twoAtWork();
    await report(server, "p", launchFor(launch, "1"));
    const told = "denied: Your attempt at this task has ended, so you may not write any more. End your turn.";
    expect(await write("src/a/one.ts")).toBe(told);
    for (const command of [
      "echo x > src/a/one.ts",
      "mkdir src/a/new",
      "git stash",
      "rm -rf .",
      "sed -i s/a/b/ src/*",
    ]) {
      expect({ command, answer: await bash(command) }).toEqual({ command, answer: told });
    }
    expect(await bash("git status; cat src/a/one.ts; echo x > /dev/null")).toBe("passes");
    expect(log("write.denied")).toHaveLength(6);
  });
});

describe("the guard's modes", () => {
  const inMode = (guard: string) => twoAtWork({}, [MINE, THEIRS], { PARALLEL_GUARD: guard });
  async function prevented(server: ParallelServer): Promise<string | undefined> {
    const { report: text } = await server.call("plan_report", { plan: "p" });
    return /Conflicts prevented\W+(\w+)/.exec(text)?.[1];
  }

  it("the guard's mode warn: the call goes on, the agent is told, and nothing counts as prevented", async () => {
    const { bash, write, log, server } = await inMode("warn");
    expect(await bash("echo x > data.json")).toMatch(/^told: data\.json is held by p\/2\./);
    expect(await bash("git stash")).toMatch(/^told: git stash is refused\./);
    expect(await write("data.json")).toMatch(/^told: /);
    expect(log("write.denied").map((line) => line.data.warned)).toEqual([true, true, true]);
    expect(await prevented(server)).toBe("0");
  });

  it("the guard's mode enforce: what was prevented is counted, git commands as well", async () => {
    const { bash, server } = await inMode("enforce");
    await bash("echo x > data.json");
    await bash("git stash");
    expect(await prevented(server)).toBe("2");
  });

  it("the guard's mode off: nothing is judged or recorded", async () => {
    const { bash, write, log, widened } = await inMode("off");
    expect(await bash("git stash; echo x > data.json; echo x > src/free.ts")).toBe("passes");
    expect(await write("data.json")).toBe("passes");
    expect(log("write.denied")).toEqual([]);
    expect(widened()).toEqual([]);
  });
});
