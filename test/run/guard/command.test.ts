import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { task } from "../../support/checkout.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { HELD, MINE, THEIRS, twoAtWork } from "../../support/two-at-work.ts";

describe("what another task holds", () => {
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
    "rm src/b/two.ts",
    "touch src/b/new.ts",
    "mkdir -p src/b/deep",
    "cd src/b && echo x > new.ts",
    "(cd src; rm b/two.ts)",
    "bash -c 'echo x > data.json'",
    "F=data.json; echo x > $F",
    "echo x > src/a/../b/new.ts",
    "echo x > ./src//b/./new.ts",
    "ln -s ../a/one.ts src/b/link",
    "ln data.json src/a/data.json",
    "git checkout -- data.json",
    "git checkout data.json",
    "git restore src",
    "git rm -q data.json",
    "git mv data.json src/a/data.json",
    "find src -name '*.ts' -delete",
    "npx prettier --write src",
    "npx prettier --write '**/*.ts'",
    "for f in src/b/*.ts; do echo x > $f; done",
    "grep -rl 2 src | xargs sed -i s/2/3/",
    "sed -i s/2/3/ $(git ls-files src)",
    "[ -d app ] && cd app || true; sed -i s/2/3/ src/b/two.ts",
  ])("a shell command that writes what another task holds is denied: %s", async (command) => {
    const { bash, log, widened } = await twoAtWork();
    expect(await bash(command)).toMatch(HELD);
    expect(log("write.denied")).toMatchObject([{ task: "1", data: { heldBy: "p/2" } }]);
    expect(widened()).toEqual([]);
  });

  it("a shell command that writes what another task holds is denied by absolute path", async () => {
    const { bash, folder } = await twoAtWork();
    expect(await bash(`echo x > ${folder}/data.json`)).toMatch(HELD);
  });

  it("a shell command that removes or edits what is not there is nobody's loss", async () => {
    const { bash, widened } = await twoAtWork();
    for (const command of ["rm -f src/b/none.ts", "touch -c src/b/none.ts", "rm -f out/none.txt"])
      expect(await bash(command), command).toBe("passes");
    expect(widened()).toEqual([]);
  });
});

describe("links", () => {
  it("links are followed to a file, to a folder, to what does not exist yet, and out of the checkout and back in", async () => {
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

  it("a command that removes or replaces a link touches the link alone", async () => {
    const { bash, folder } = await twoAtWork();
    symlinkSync("../../data.json", join(folder, "src/a/file"));
    for (const command of ["rm src/a/file", "sed -i s/a/b/ src/a/file", "mv src/a/file src/a/other"]) {
      expect(await bash(command)).toBe("passes");
    }
  });

  it("links that go in circles lead nowhere", async () => {
    const { bash, folder } = await twoAtWork();
    symlinkSync("loop", join(folder, "src/a/loop"));
    expect(await bash("echo x > src/a/loop")).toBe("passes");
  });
});

describe("the agent's own files", () => {
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
  ])("a shell command inside the agent's own files passes: %s", async (command) => {
    const { bash, log, widened } = await twoAtWork();
    expect(await bash(command)).toBe("passes");
    expect(log("write.denied")).toEqual([]);
    expect(widened()).toEqual([]);
  });

  it("a script of package.json is judged by its text, in the folder of the package", async () => {
    const { bash, folder } = await twoAtWork();
    const scripts = { format: "prettier --write .", test: "vitest" };
    writeFileSync(join(folder, "src/a/package.json"), JSON.stringify({ scripts }));
    expect(await bash("cd src/a && npm run format && npm test")).toBe("passes");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts }));
    expect(await bash("npm run format")).toMatch(/^denied: .* a whole work tree/);
    expect(await bash("pnpm format")).toMatch(/^denied: .* a whole work tree/);
    expect(await bash("npm test && npm run unknown")).toBe("passes");
    writeFileSync(join(folder, "package.json"), '{"scripts": 1');
    expect(await bash("npm run format")).toBe("passes");
  });

  it("a shell command inside the agent's own files is not approved, because not all that it does is recognised", async () => {
    const { bash, write } = await twoAtWork({ approve: "scope" });
    expect(await write("src/a/new.ts")).toBe("allowed");
    expect(await bash("echo x > src/a/new.ts")).toBe("passes");
  });
});

describe("what nobody holds", () => {
  it("what nobody holds is granted to a shell command and recorded once, and then is held", async () => {
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

  it("what nobody holds is not recorded when another part of the command is denied", async () => {
    const { bash, widened } = await twoAtWork();
    expect(await bash("echo x > src/free.ts; echo x > data.json")).toMatch(HELD);
    expect(widened()).toEqual([]);
  });

  it("what nobody holds is granted to one of two that ask at once", async () => {
    const { bash } = await twoAtWork();
    const answers = await Promise.all(
      ["agent-1", "agent-2"].map((agent) => bash("echo > shared.txt", { agent })),
    );
    expect(answers.filter((answer) => answer === "passes")).toHaveLength(1);
  });

  it("what nobody declared and git ignores is granted to nobody alone, so that agents may share it at any time", async () => {
    const { bash, write, folder, widened } = await twoAtWork({}, [MINE, THEIRS, task("3")]);
    writeFileSync(join(folder, ".gitignore"), "*.log\n");
    const agents = ["agent-1", "agent-2", "agent-3"];
    for (const agent of [...agents, ...agents]) {
      expect(await bash("npm test > test.log 2>&1 && rm -rf out.log", { agent })).toBe("passes");
      expect(await write("debug.log", { agent })).toBe("passes");
    }
    const together = agents.map((agent) => write("at-once.log", { agent }));
    expect(await Promise.all(together)).toEqual(["passes", "passes", "passes"]);
    expect(widened().sort()).toEqual(["at-once.log", "debug.log", "test.log"]);
  });

  it("what was granted and then ignored by git may be shared, and is kept apart again when it is not ignored any more", async () => {
    const { write, folder } = await twoAtWork();
    expect(await write("notes.txt")).toBe("passes");
    expect(await write("notes.txt", { agent: "agent-2" })).toMatch(/^denied: notes\.txt is held by p\/1\./);
    writeFileSync(join(folder, ".gitignore"), "notes.txt\n");
    expect(await write("notes.txt", { agent: "agent-2" })).toBe("passes");
    writeFileSync(join(folder, ".gitignore"), "other.txt\n\n");
    expect(await write("notes.txt", { agent: "agent-2" })).toMatch(/^denied: notes\.txt is held by p\/1\./);
  });

  it("what nobody holds is not granted for a command that perhaps runs elsewhere", async () => {
    const { bash, widened } = await twoAtWork();
    expect(await bash("cd app || true; echo x > src/free.ts")).toBe("passes");
    expect(widened()).toEqual([]);
    expect(await bash("cd app || true; echo x > data.json")).toMatch(HELD);
  });

  it("what nobody holds is refused under strict, new folders excepted", async () => {
    const { bash, write } = await twoAtWork({ guard: "strict" });
    for (const command of [
      "echo x > src/free.ts",
      "rm -rf src/free.ts",
      "npx prettier --write 'src/fr*.ts'",
    ]) {
      expect(await bash(command)).toMatch(/^denied: .* is outside the files of your task\. Call task_report/);
    }
    expect(await write("src/free.ts")).toMatch(/outside the files of your task/);
    expect(await bash("mkdir -p docs && echo x > src/a/new.ts")).toBe("passes");
  });

  it("what nobody holds but may hold work of tasks that ended is not thrown away with git", async () => {
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

describe("hostile names", () => {
  it("hostile names are shown as data, and reach no shell", async () => {
    const { bash } = await twoAtWork({}, [MINE, task("2", { writes: ["odd/**"] })]);
    const answer = await bash("echo x > $'odd/\\e[31m`touch pwned`\\n\"'");
    expect(answer).toMatch(/^denied: "odd\/\\u001b\[31m`touch pwned`\\n\\"" is held by p\/2\./);
  });

  it("hostile names with wildcards stand for themselves when they are quoted", async () => {
    const { bash, folder } = await twoAtWork();
    mkdirSync(join(folder, "src/a/[slug]"));
    writeFileSync(join(folder, "src/a/[slug]/*.ts"), "");
    expect(await bash("cd 'src/a/[slug]' && rm '*.ts' && sed -i s/a/b/ *.ts")).toBe("passes");
    expect(await bash("rm 'src/*/two.ts'")).toBe("passes");
    expect(await bash("rm src/*/two.ts")).toMatch(HELD);
  });
});
