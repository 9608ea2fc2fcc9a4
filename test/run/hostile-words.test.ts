import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { breakdown, launchFor, put, report, repository, task, tokenIn } from "../support/checkout.ts";
import { git } from "../support/git.ts";
import { HOSTILE_TEXTS, MARK, UNSEEN } from "../support/hostile-texts.ts";
import { ParallelServer } from "../support/parallel-server.ts";
import { emptyEnvironment } from "../support/temporary-folder.ts";

/**
 * Every way from a real server or command line to a prompt, a terminal or git, taken with all hostile texts at once.
 * What each renderer does with each of them: report/hostile, prompts/hostile; the hooks' calls: protocol/malformed.
 */

const BIN = join(import.meta.dirname, "..", "..", "bin", "parallel");
/** All of them but the longest, which no field of a report takes. */
const ALL = Object.entries(HOSTILE_TEXTS)
  .filter(([name]) => name !== "a line of a megabyte")
  .map(([, text]) => text)
  .join("\n");
/** A word that would pass for a tag, of the host or of anybody. */
const TAG = /<[/!?]?[\p{L}_]/u;
const ODD_FILE = "src/held/\u202egpj.\u200b<b>`x`\u001b[2J.ts";

async function commandLine(folder: string, ...args: string[]) {
  const done = await execa(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: emptyEnvironment(),
    extendEnv: false,
    reject: false,
  });
  return `${done.stdout}\n${done.stderr}`;
}

/** A plan whose first task has failed once, with hostile words in everything that may hold words. */
async function hostilePlan() {
  const words = { subject: ALL, description: ALL, phaseName: ALL, metadata: { note: ALL } };
  const acceptance = [{ criterion: ALL, command: ALL }];
  const tasks = [
    task("1", { ...words, acceptance, resources: [ALL] }),
    task("2", { ...words, writes: ["src/held/**"] }),
    task("3", { ...words, dependencies: ["1"], needs: "settled" }),
  ];
  const folder = await repository({ "specs/p/03-tasks.json": breakdown(tasks) });
  const server = await ParallelServer.start(folder);
  const created = await server.call("plan_create", {
    plan: "p",
    from: "specs/p",
    title: ALL.slice(0, 200),
    policy: { retries: 0, commit: "task" },
  });
  return { folder, server, created };
}

describe("hostile words in a plan", () => {
  it("hostile words in a plan reach no prompt and no answer as anything but words", async () => {
    const { folder, server, created } = await hostilePlan();
    const answers: unknown[] = [created, await server.call("plan_analyze", { plan: "p" })];
    const { launch } = await server.call("batch_next", { plan: "p" });
    answers.push(launch);
    for (const item of launch) {
      expect(item.description).not.toMatch(UNSEEN);
      expect(item.description).not.toContain("\n");
      expect(item.prompt).toMatch(/^Task p\/\d, token \S+\. No brief\? task_get\.$/);
    }
    const first = launchFor(launch, "1");
    const input = JSON.stringify({ prompt: first.prompt });
    answers.push(await server.hook({ event: "PreToolUse", use: "u0", tool: "Agent", input }));
    await server.hook({ event: "PreToolUse", agent: "a1", use: "u1", tool: "task_get" });
    const held = { task: "p/1", token: tokenIn(first.prompt) };
    const got = await server.call("task_get", held, { toolUseId: "u1" });
    expect(got.brief?.match(/^# How to end$/gm)).toHaveLength(1);
    answers.push(got);
    const denial = await server.hook({
      event: "PreToolUse",
      agent: "a1",
      use: "u2",
      tool: "Write",
      cwd: folder,
      input: JSON.stringify({ file_path: join(folder, ODD_FILE), content: "x" }),
    });
    answers.push(denial);
    expect(JSON.stringify(denial)).toContain("is held by p/2");
    await report(server, "p", first, { outcome: "failed", summary: ALL, notes: [ALL], evidence: [] });
    answers.push(await server.call("batch_collect", { plan: "p", until: "next", waitSeconds: 0 }));
    answers.push(await server.call("batch_next", { plan: "p" }));
    for (const format of ["markdown", "json"])
      answers.push(await server.call("plan_report", { plan: "p", format }));
    answers.push(
      await server.call("task_list", { plan: "p" }),
      await server.call("task_get", { task: "p/1" }),
    );
    for (const answer of answers) {
      const text = JSON.stringify(answer);
      // What JSON escapes is as hidden from a model as what it does not.
      const texts: string[] = [];
      JSON.parse(text, (_key, value) => (typeof value === "string" ? texts.push(value) : undefined));
      for (const one of [text, ...texts]) {
        expect(one).not.toMatch(UNSEEN);
        expect(one).not.toMatch(TAG);
      }
    }
    expect(JSON.stringify(answers)).toContain(MARK);
  });

  it("hostile words in a plan do nothing in a terminal and in git, whatever is asked", async () => {
    const { folder, server } = await hostilePlan();
    const { launch } = await server.call("batch_next", { plan: "p" });
    put(folder, { "src/1.ts": "1\n" });
    await report(server, "p", launchFor(launch, "1"), {
      summary: ALL,
      filesChanged: ["src/1.ts"],
      evidence: [{ criterion: "1", inspected: ALL }],
    });
    const printed: Record<string, string> = {};
    for (const args of [
      ["status"],
      ["report", "p"],
      ["plan", "p"],
      ["plan", "p", "--markdown"],
      ["export", "p"],
      ["report", ALL.replaceAll("\0", "").slice(0, 60)],
      ["plan", `specs/${ODD_FILE}`],
    ]) {
      printed[args.join(" ")] = await commandLine(folder, ...args);
      if (args.length === 2 && args[1] === "p") {
        printed[`${args.join(" ")} --json`] = await commandLine(folder, ...args, "--json");
      }
    }
    expect(printed["report p --json"]).not.toMatch(TAG);
    for (const [command, text] of Object.entries(printed)) {
      expect({ command, unseen: text.match(UNSEEN)?.[0] }).toEqual({ command, unseen: undefined });
    }
    expect(Object.values(printed).join("")).toContain(MARK);
    const message = await git(folder, "log", "-1", "--format=%B");
    expect(message).not.toMatch(UNSEEN);
    const trailers = (await git(folder, "log", "-1", "--format=%(trailers)")).trim();
    expect(trailers).toBe("Parallel-Attempt: p/1#1");
    expect(message.trim().endsWith(`\n\n${trailers}`)).toBe(true);
  });
});
