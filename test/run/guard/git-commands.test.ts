import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { HELD, twoAtWork } from "../../support/two-at-work.ts";

describe("git in the shared checkout", () => {
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
  ])(
    "git commands that reach beyond the agent's own files are denied in the shared checkout: %s",
    async (command, name) => {
      const { bash, log } = await twoAtWork();
      const answer = await bash(command);
      expect(answer).toContain(`denied: ${name} is refused. `);
      expect(answer.length).toBeLessThan(220);
      expect(log("write.denied")).toMatchObject([
        { task: "1", data: { heldBy: "nobody", path: ".", command: name } },
      ]);
    },
  );

  it.each([
    "git checkout -- .",
    "git restore .",
    "git checkout .",
    "rm -rf .",
    "rm -rf ../*",
    "find . -delete",
  ])("%s is denied in the shared checkout, because it takes the whole of it", async (command) => {
    const { bash } = await twoAtWork();
    expect(await bash(command)).toMatch(
      /^denied: .* a whole work tree, with the files of every task\. Name the files/,
    );
  });

  it.each(["rm -rf .git", "rm -f .git/index.lock", "echo x > .git/config", "mv .git/refs /tmp/refs"])(
    "a shell command that removes what is git's own is denied in the shared checkout: %s",
    async (command) => {
      const { bash, write } = await twoAtWork();
      expect(await bash(command)).toMatch(/^denied: .* is git's or this plugin's own\. Leave it as it is/);
      expect(await write(".git/config")).toMatch(/is git's or this plugin's own/);
    },
  );

  it("git commands are not denied in a repository of the agent's own making", async () => {
    const { bash } = await twoAtWork();
    const other = await repository();
    expect(await bash(`cd ${other} && git add -A && git commit -m x && git stash && git reset --hard`)).toBe(
      "passes",
    );
    expect(await bash(`git -C ${other} checkout -b x`)).toBe("passes");
    expect(await bash("git stash", { cwd: other })).toBe("passes");
  });

  it("git commands that reach beyond files are denied inside a repository that another task holds, and pass in one's own", async () => {
    const { bash, folder } = await twoAtWork();
    for (const path of ["src/a/inner", "src/b/inner"]) {
      await git(folder, "init", "--quiet", path);
      const discarding = ["git stash", "git reset --hard", "git clean -fd", "git checkout other"];
      for (const command of discarding) {
        const answer = await bash(`cd ${path} && ${command}`);
        if (path.startsWith("src/b")) expect(answer).toMatch(HELD);
        else expect(answer).toBe("passes");
      }
      expect(await bash(`git -C ${path} log`)).toBe("passes");
    }
    expect(await bash("git submodule update --force src/b/inner")).toMatch(HELD);
    expect(await bash("gh pr checkout 3")).toMatch(/^denied: gh pr checkout is refused\. Every agent works/);
  });

  it("the guard of git commands is in nobody's way who holds no claim", async () => {
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

  it("an agent in a work tree of its own may commit there, throw its changes away and write its own files", async () => {
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

  it("an agent in a work tree of its own may not use what all work trees share, nor leave its branch", async () => {
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

  it("an agent in a work tree of its own does not write what another task holds, which would clash when merged", async () => {
    const { bash, write, at, own } = await isolated();
    expect(await bash("echo x > data.json", at)).toMatch(HELD);
    expect(await write(`${own}/data.json`, at)).toMatch(HELD);
  });

  it("an agent in a work tree of its own neither writes into the shared checkout or another's, nor removes one", async () => {
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
