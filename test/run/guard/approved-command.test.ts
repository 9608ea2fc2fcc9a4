import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { report } from "../../support/checkout.ts";
import { runCommandOf } from "../../support/command-line.ts";
import { emptyEnvironment } from "../../support/temporary-folder.ts";
import { answerOf, MINE, THEIRS, twoAtWork } from "../../support/two-at-work.ts";

const accepted = (task: object, command: string) => ({
  ...(task as typeof MINE),
  acceptance: [{ criterion: "It works", command }],
});

/** Two agents at work, each with a command by which its task is accepted; the user has approved both. */
async function approvedAtWork(policy: Readonly<Record<string, unknown>> = {}) {
  const env = emptyEnvironment();
  const tasks = [accepted(MINE, "npm test -- a"), accepted(THEIRS, "npm test -- b")];
  const plan = await twoAtWork(policy, tasks, env);
  expect(await runCommandOf(env, plan.folder, "approve", "p", "--yes")).toMatchObject({ code: 0 });
  return { ...plan, env };
}

describe("an approved acceptance command", () => {
  it("an approved command runs without a prompt for the agent of its task, and for nobody else", async () => {
    const { folder, server, bash } = await approvedAtWork();
    expect(await bash("npm test -- a")).toBe("allowed");
    expect(await bash(" npm test -- a\n")).toBe("allowed");
    expect(await bash("npm test -- a", { agent: "agent-2" })).toBe("passes");
    const main = {
      event: "PreToolUse",
      cwd: folder,
      tool: "Bash",
      input: '{"command":"npm test -- a"}',
      use: "m",
    };
    expect(answerOf(await server.hook(main))).toBe("passes");
  });

  it.each([
    "npm test",
    "npm test -- b",
    "npm test -- a; id",
    "npm test -- a && id",
    "npm test -- a | tee x",
    "X=1 npm test -- a",
    "npm test -- a\nid",
    "npm  test -- a",
  ])("an approved command is exactly its text: %j has to be asked for", async (command) => {
    const { bash } = await approvedAtWork();
    expect(await bash(command)).not.toBe("allowed");
  });

  it("an approved command runs as it was approved: in its place, in the foreground and in the sandbox", async () => {
    const { folder, tool, bash } = await approvedAtWork();
    const command = "npm test -- a";
    expect(await tool("Bash", { command, timeout: 1_000, description: "Test" })).toBe("allowed");
    for (const more of [{ run_in_background: true }, { dangerouslyDisableSandbox: true }])
      expect(await tool("Bash", { command, ...more })).toBe("passes");
    expect(await tool("PowerShell", { command })).toBe("passes");
    mkdirSync(join(folder, "elsewhere"));
    for (const cwd of [join(folder, "elsewhere"), "/", ""])
      expect(await bash(command, { cwd })).toBe("passes");
  });

  it("an approved command is asked for again once the task has ended, its text has changed, or it was taken back", async () => {
    const { folder, server, launch, bash, env } = await approvedAtWork();
    const change = { plan: "p", tasks: [accepted(MINE, "npm test -- c"), accepted(THEIRS, "npm test -- b")] };
    await server.call("plan_create", change);
    expect(await bash("npm test -- c")).toBe("passes");
    expect(await bash("npm test -- b", { agent: "agent-2" })).toBe("allowed");
    const [, two] = launch;
    if (two) await report(server, "p", two, { evidence: [{ criterion: "1", inspected: "it" }] });
    expect(await bash("npm test -- b", { agent: "agent-2" })).not.toBe("allowed");
    await runCommandOf(env, folder, "approve", "p", "--forget");
    expect(await bash("npm test -- a")).toBe("passes");
  });

  it("an approved command is still refused where the guard refuses it", async () => {
    const env = emptyEnvironment();
    const { folder, bash } = await twoAtWork({}, [accepted(MINE, "git stash"), THEIRS], env);
    await runCommandOf(env, folder, "approve", "p", "--yes");
    expect(await bash("git stash")).toMatch(/^denied/);
  });

  it("an approved command is none because an agent wrote into the folder of approvals: the guard refuses it", async () => {
    const { env, bash, write } = await approvedAtWork();
    const folder = join(env.HOME ?? "", ".claude", "parallel", "approved");
    for (const answer of [await write(join(folder, "0".repeat(64))), await bash(`touch ${folder}/0`)])
      expect(answer).toMatch(/^denied: .*this plugin's own/);
  });
});
