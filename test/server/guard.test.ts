import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { launchFor, put, report, repository, type TaskInput, task, tokenIn } from "./checkout.ts";
import { graphOf, type LogLine, logOf } from "./graph-file.ts";
import { git, ParallelServer, temporaryFolder } from "./parallel-server.ts";

const MINE = task("1", { writes: ["src/a/**"] });
const THEIRS = task("2", { writes: ["src/b/**", "data.json"] });

/** Two agents at work: the first holds `src/a`, the second `src/b` and `data.json`. */
async function twoAtWork(
  policy: Readonly<Record<string, unknown>> = {},
  tasks: TaskInput[] = [MINE, THEIRS],
  env: Readonly<Record<string, string>> = {},
) {
  const folder = await repository({
    "src/a/one.ts": "1\n",
    "src/b/two.ts": "2\n",
    "src/free.ts": "3\n",
    "data.json": "{}\n",
  });
  const server = await ParallelServer.start(folder, { env });
  await server.call("plan_create", { plan: "p", tasks, policy });
  const { launch } = await server.call("batch_next", { plan: "p" });
  for (const { id } of tasks) {
    await server.hook({ event: "PreToolUse", agent: `agent-${id}`, use: `u${id}`, tool: "task_get" });
    const token = tokenIn(launchFor(launch, id).prompt);
    await server.call("task_get", { task: `p/${id}`, token }, { toolUseId: `u${id}` });
  }
  const tool = async (name: string, input: unknown, { agent = "agent-1", cwd = folder } = {}) =>
    answerOf(
      await server.hook({
        event: "PreToolUse",
        agent,
        cwd,
        tool: name,
        input: JSON.stringify(input),
        use: "u",
      }),
    );
  return {
    folder,
    server,
    launch,
    bash: (command: string, caller?: { agent?: string; cwd?: string }) => tool("Bash", { command }, caller),
    write: (path: string, caller?: { agent?: string; cwd?: string }) =>
      tool("Write", { file_path: path, content: "x" }, caller),
    tool,
    log: (type: string): LogLine[] => logOf(graphOf(folder)).filter((line) => line.type === type),
    widened: () =>
      logOf(graphOf(folder))
        .filter((line) => line.type === "attempt.widened")
        .map((line) => line.data.path),
  };
}

/** `passes`, or what the agent is told. */
function answerOf(answer: Record<string, unknown>): string {
  const output = answer.hookSpecificOutput as Record<string, string> | undefined;
  if (output === undefined) return "passes";
  if (output.permissionDecision === "deny") return `denied: ${output.permissionDecisionReason}`;
  return output.permissionDecision === "allow" ? "allowed" : `told: ${output.additionalContext}`;
}

const HELD = /^denied: .* is held by p\/2\. Do what you can without it, then call task_report .*blocked/;

describe("a shell command that writes what another task holds is denied", () => {
  it.each([
    "echo x > data.json",
    "echo x >> src/b/two.ts",
    "echo x | tee data.json",
    "sed -i s/2/3/ src/b/two.ts",
    "sed -i s/2/3/ src/*/*.ts",
    "mv src/b/two.ts src/a/",
    "mv src/a/one.ts src/b/",
    "cp src/a/one.ts data.json",
    "cp -r src/a src/b",
    "rm data.json",
    "rm -rf src",
    "rm src/b/new.ts",
    "touch src/b/new.ts",
    "mkdir -p src/b/deep",
    "cd src/b && echo x > new.ts",
    "(cd src; rm b/two.ts)",
    "bash -c 'echo x > data.json'",
    "F=data.json; echo x > $F",
    "echo x > src/a/../b/new.ts",
    "echo x > ./src//b/./new.ts",
    "ln -s ../b/two.ts src/a/link && echo x > src/a/link",
    "ln data.json src/a/data.json",
    "ln -s ../.. src/a/top && rm -rf src/a/top/src/b",
    "git checkout -- data.json",
    "git checkout data.json",
    "git restore src",
    "git rm -q data.json",
    "git mv data.json src/a/data.json",
    "find src -name '*.ts' -delete",
    "npx prettier --write src",
    "npx prettier --write '**/*.ts'",
    "git apply <<'E'\n--- a/data.json\n+++ b/data.json\n@@ -1 +1 @@\n-{}\n+[]\nE",
    "for f in src/b/*.ts; do echo x > $f; done",
  ])("%s", async (command) => {
    const { bash, log, widened } = await twoAtWork();
    expect(await bash(command)).toMatch(HELD);
    expect(log("write.denied")).toMatchObject([{ task: "1", data: { heldBy: "p/2" } }]);
    expect(widened()).toEqual([]);
  });

  it("by absolute path, and by a patch in a file", async () => {
    const { bash, folder } = await twoAtWork();
    put(folder, { "fix.patch": "--- a/src/b/two.ts\n+++ b/src/b/two.ts\n@@ -1 +1 @@\n-2\n+3\n" });
    expect(await bash(`echo x > ${folder}/data.json`)).toMatch(HELD);
    expect(await bash("git apply fix.patch")).toMatch(HELD);
    expect(await bash("patch -p1 < fix.patch")).toMatch(HELD);
  });
});

describe("links are followed as the system follows them", () => {
  it("to a file, to a folder, to what does not exist yet, and out of the checkout and back in", async () => {
    const { bash, write, folder } = await twoAtWork();
    const outside = temporaryFolder();
    symlinkSync("../../data.json", join(folder, "src/a/file"));
    symlinkSync("../b", join(folder, "src/a/folder"));
    symlinkSync("../b/later.ts", join(folder, "src/a/dangling"));
    symlinkSync(folder, join(outside, "back"));
    for (const path of ["src/a/file", "src/a/folder/new.ts", "src/a/dangling", `${outside}/back/data.json`]) {
      expect({ path, answer: await bash(`echo x > ${path}`) }).toEqual({
        path,
        answer: expect.stringMatching(HELD),
      });
      expect({ path, answer: await write(path) }).toEqual({ path, answer: expect.stringMatching(HELD) });
    }
    expect(await bash(`cd ${outside}/back/src/a && echo x > ../b/two.ts`)).toMatch(HELD);
    expect(await bash("echo x > src/a/folder/../free.ts")).toBe("passes");
  });

  it("but what removes or replaces the link touches the link alone", async () => {
    const { bash, folder } = await twoAtWork();
    symlinkSync("../../data.json", join(folder, "src/a/file"));
    for (const command of ["rm src/a/file", "sed -i s/a/b/ src/a/file", "mv src/a/file src/a/other"]) {
      expect(await bash(command)).toBe("passes");
    }
  });

  it("that go in circles lead nowhere", async () => {
    const { bash, folder } = await twoAtWork();
    symlinkSync("loop", join(folder, "src/a/loop"));
    expect(await bash("echo x > src/a/loop")).toBe("passes");
  });
});

describe("a shell command inside the agent's own files passes", () => {
  it.each([
    "echo x > src/a/new.ts",
    "sed -i s/1/2/ src/a/*.ts",
    "rm -rf src/a",
    "mv src/a/one.ts src/a/two.ts",
    "mkdir -p src/a/deep && cp src/b/two.ts src/a/deep/",
    "git checkout -- src/a/one.ts",
    "git restore src/a",
    "git rm src/a/one.ts",
    "find src/a -name '*.tmp' -delete",
    "npx prettier --write src/a",
    "npm test > /dev/null 2>&1",
    "echo x > /tmp/parallel-guard-elsewhere",
    "git status && git diff && git log -1",
  ])("%s", async (command) => {
    const { bash, log, widened } = await twoAtWork();
    expect(await bash(command)).toBe("passes");
    expect(log("write.denied")).toEqual([]);
    expect(widened()).toEqual([]);
  });

  it("and is not approved, because what is recognised is not all that it does", async () => {
    const { bash, write } = await twoAtWork({ approve: "scope" });
    expect(await write("src/a/new.ts")).toBe("allowed");
    expect(await bash("echo x > src/a/new.ts")).toBe("passes");
  });
});

describe("what nobody holds", () => {
  it("is granted to a shell command and recorded once, and then is held", async () => {
    const { bash, widened } = await twoAtWork();
    expect(
      await bash("echo x > src/free.ts && rm notes.txt; mkdir -p out && cp src/free.ts out/copy.ts"),
    ).toBe("passes");
    expect(await bash("echo y >> src/free.ts")).toBe("passes");
    expect(widened()).toEqual(["src/free.ts", "out/copy.ts"]);
    expect(await bash("rm src/free.ts", { agent: "agent-2" })).toMatch(
      /^denied: src\/free\.ts is held by p\/1\./,
    );
  });

  it("is not recorded when another part of the command is denied", async () => {
    const { bash, widened } = await twoAtWork();
    expect(await bash("echo x > src/free.ts; echo x > data.json")).toMatch(HELD);
    expect(widened()).toEqual([]);
  });

  it("is granted to one of two that ask at once", async () => {
    const { bash } = await twoAtWork();
    const answers = await Promise.all(
      ["agent-1", "agent-2"].map((agent) => bash("echo > shared.txt", { agent })),
    );
    expect(answers.filter((answer) => answer === "passes")).toHaveLength(1);
  });

  it("is refused under strict, new folders excepted", async () => {
    const { bash, write } = await twoAtWork({ guard: "strict" });
    for (const command of [
      "echo x > src/free.ts",
      "rm -rf src/free.ts",
      "npx prettier --write 'docs/*.md'",
    ]) {
      expect(await bash(command)).toMatch(/^denied: .* is outside the files of your task\. Call task_report/);
    }
    expect(await write("src/free.ts")).toMatch(/outside the files of your task/);
    expect(await bash("mkdir -p docs && echo x > src/a/new.ts")).toBe("passes");
  });

  it("but may hold work of tasks that ended is not thrown away with git", async () => {
    const { bash } = await twoAtWork();
    for (const command of [
      "git checkout -- src/free.ts",
      "git restore src/free.ts",
      "git checkout HEAD src/free.ts",
    ]) {
      expect(await bash(command)).toMatch(/^denied: src\/free\.ts may hold uncommitted work of other tasks/);
    }
    await bash("echo mine > src/free.ts");
    expect(await bash("git checkout -- src/free.ts")).toBe("passes");
  });
});

describe("git commands that reach beyond the agent's own files are denied in the shared checkout", () => {
  it.each([
    ["git stash", "git stash"],
    ["git reset --hard", "git reset"],
    ["git clean -fd", "git clean"],
    ["cd src && git commit -am x", "git commit"],
    ["git add src/a/one.ts", "git add"],
    ["git push --force", "git push"],
    ["git switch main", "git switch"],
    ["git checkout -b other", "git checkout"],
    ["git checkout main", "git checkout"],
    ["git rebase main", "git rebase"],
    ["git worktree prune", "git worktree"],
    ["git branch -D main", "git branch"],
    ["npm test && git stash || true", "git stash"],
  ])("%s", async (command, name) => {
    const { bash, log } = await twoAtWork();
    const answer = await bash(command);
    expect(answer).toContain(`denied: ${name} is refused. `);
    expect(answer.length).toBeLessThan(220);
    expect(log("write.denied")).toMatchObject([
      { task: "1", data: { heldBy: "nobody", path: ".", command: name } },
    ]);
  });

  it.each([
    "git checkout -- .",
    "git restore .",
    "git checkout .",
    "rm -rf .",
    "rm -rf ../*",
    "find . -delete",
  ])("so is %s, which takes the whole checkout", async (command) => {
    const { bash } = await twoAtWork();
    expect(await bash(command)).toMatch(
      /^denied: .* a whole work tree, with the files of every task\. Name the files/,
    );
  });

  it.each(["rm -rf .git", "rm -f .git/index.lock", "echo x > .git/config", "mv .git/refs /tmp/refs"])(
    "so is %s, which is git's own",
    async (command) => {
      const { bash, write } = await twoAtWork();
      expect(await bash(command)).toMatch(/^denied: .* is git's or this plugin's own\. Leave it as it is/);
      expect(await write(".git/config")).toMatch(/is git's or this plugin's own/);
    },
  );

  it("but not in a repository of the agent's own making", async () => {
    const { bash } = await twoAtWork();
    const other = await repository();
    expect(await bash(`cd ${other} && git add -A && git commit -m x && git stash && git reset --hard`)).toBe(
      "passes",
    );
    expect(await bash(`git -C ${other} checkout -b x`)).toBe("passes");
    expect(await bash("git stash", { cwd: other })).toBe("passes");
  });

  it("and in nobody's way who holds no claim", async () => {
    const { bash, tool, server, folder, log } = await twoAtWork();
    expect(await bash("git stash; rm -rf .", { agent: "somebody" })).toBe("passes");
    expect(await tool("Write", { file_path: "data.json" }, { agent: "somebody" })).toBe("passes");
    const input = JSON.stringify({ command: "git stash; echo x > data.json" });
    expect(await server.hook({ event: "PreToolUse", tool: "Bash", cwd: folder, input, use: "u" })).toEqual(
      {},
    );
    expect(log("write.denied")).toEqual([]);
  });
});

describe("an agent in a work tree of its own", () => {
  async function isolated() {
    const setting = await twoAtWork();
    const own = join(temporaryFolder(), "own");
    const other = join(setting.folder, ".claude/worktrees/other");
    await git(setting.folder, "worktree", "add", "--quiet", own);
    await git(setting.folder, "worktree", "add", "--quiet", other);
    return { ...setting, own, other, at: { cwd: own } };
  }

  it("may commit there, throw its changes away and write its own files", async () => {
    const { bash, write, at, own, widened } = await isolated();
    for (const command of [
      "git add -A && git commit -m x",
      "git checkout -- . && git reset --hard && git clean -fd",
      "echo x > src/a/new.ts",
      `cd ${own}/src && git commit --amend --no-edit`,
    ]) {
      expect({ command, answer: await bash(command, at) }).toEqual({ command, answer: "passes" });
    }
    expect(await write(`${own}/src/a/new.ts`, at)).toBe("passes");
    expect(widened()).toEqual([]);
  });

  it("may not use what all work trees share, nor leave its branch", async () => {
    const { bash, at } = await isolated();
    for (const command of [
      "git stash",
      "git push",
      "git switch main",
      "git checkout main",
      "git branch -D main",
    ]) {
      expect({ command, answer: await bash(command, at) }).toEqual({
        command,
        answer: expect.stringMatching(/is refused/),
      });
    }
  });

  it("does not write what another task holds: its changes would clash when they are merged", async () => {
    const { bash, write, at, own } = await isolated();
    expect(await bash("echo x > data.json", at)).toMatch(HELD);
    expect(await write(`${own}/data.json`, at)).toMatch(HELD);
  });

  it("does not write into the shared checkout or another's work tree, nor remove one", async () => {
    const { bash, write, at, own, other, folder } = await isolated();
    const told = `is in another work tree, ${folder}. Yours is ${own}: write there.`;
    expect(await write(`${folder}/src/a/one.ts`, at)).toContain(told);
    expect(await bash(`echo x > ${folder}/src/a/one.ts`, at)).toContain(told);
    expect(await bash(`git -C ${folder} commit -am x`, at)).toMatch(/git commit is refused/);
    expect(await bash(`rm ${other}/README.md`, at)).toMatch(/is in another work tree/);
    expect(await bash(`rm -rf ${other}`, at)).toMatch(/a whole work tree/);
    expect(await bash("rm -rf .claude")).toMatch(/a whole work tree/);
    expect(await bash("echo x > .claude/worktrees/other/README.md")).toMatch(/is in another work tree/);
  });
});

describe("after its attempt ended an agent writes nothing", () => {
  it("neither with a file tool nor with a shell command nor with git", async () => {
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

  it("warn: the call goes on, the agent is told, and nothing counts as prevented", async () => {
    const { bash, write, log, server } = await inMode("warn");
    expect(await bash("echo x > data.json")).toMatch(/^told: data\.json is held by p\/2\./);
    expect(await bash("git stash")).toMatch(/^told: git stash is refused\./);
    expect(await write("data.json")).toMatch(/^told: /);
    expect(log("write.denied").map((line) => line.data.warned)).toEqual([true, true, true]);
    expect(await prevented(server)).toBe("0");
  });

  it("enforce: what was prevented is counted, git commands as well", async () => {
    const { bash, server } = await inMode("enforce");
    await bash("echo x > data.json");
    await bash("git stash");
    expect(await prevented(server)).toBe("2");
  });

  it("off: nothing is judged or recorded", async () => {
    const { bash, write, log, widened } = await inMode("off");
    expect(await bash("git stash; echo x > data.json; echo x > src/free.ts")).toBe("passes");
    expect(await write("data.json")).toBe("passes");
    expect(log("write.denied")).toEqual([]);
    expect(widened()).toEqual([]);
  });
});

describe("hostile names", () => {
  it("are shown as data, and reach no shell", async () => {
    const { bash } = await twoAtWork({}, [MINE, task("2", { writes: ["odd/**"] })]);
    const answer = await bash("echo x > $'odd/\\e[31m`touch pwned`\\n\"'");
    expect(answer).toMatch(/^denied: "odd\/\\u001b\[31m`touch pwned`\\n\\"" is held by p\/2\./);
  });

  it("with wildcards stand for themselves when they are quoted", async () => {
    const { bash, folder } = await twoAtWork();
    mkdirSync(join(folder, "src/a/[slug]"));
    writeFileSync(join(folder, "src/a/[slug]/*.ts"), "");
    expect(await bash("cd 'src/a/[slug]' && rm '*.ts' && sed -i s/a/b/ *.ts")).toBe("passes");
    expect(await bash("rm 'src/*/two.ts'")).toBe("passes");
    expect(await bash("rm src/*/two.ts")).toMatch(HELD);
  });
});
