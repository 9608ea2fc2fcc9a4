import { readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { changedFiles, git } from "../../mcp-server/src/git/git.ts";
import { put, repository } from "../support/checkout.ts";

it("git works on the repository of its folder, whatever the git that started this process works on", async () => {
  const [folder, other] = [await repository({ "a.txt": "1\n" }), await repository({ "b.txt": "1\n" })];
  put(folder, { "new.txt": "2\n" });
  const before = readdirSync(join(other, ".git"), { recursive: true });
  const gitFolder = join(other, ".git");
  for (const [name, value] of Object.entries({
    GIT_DIR: gitFolder,
    GIT_WORK_TREE: other,
    GIT_COMMON_DIR: gitFolder,
    GIT_INDEX_FILE: join(gitFolder, "index"),
    GIT_OBJECT_DIRECTORY: join(gitFolder, "objects"),
    GIT_PREFIX: "src/",
    GIT_NAMESPACE: "other",
    GIT_LITERAL_PATHSPECS: "1",
  })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await git(folder, ["rev-parse", "--show-toplevel"])).trim()).toBe(folder);
  await git(folder, ["add", "--all", "--", ".", ":(exclude,literal)a.txt"]);
  expect(await git(folder, ["diff", "--cached", "--name-only"])).toBe("new.txt\n");
  expect(readdirSync(gitFolder, { recursive: true })).toEqual(before);
});

it("git takes no lock to read, so that a git command of an agent does not fail meanwhile", async () => {
  const folder = await repository({ "a.txt": "1\n" });
  const index = () => readFileSync(join(folder, ".git/index"));
  const before = index();
  // What the index says of the file's times is wrong now: a git that may write would correct it.
  utimesSync(join(folder, "a.txt"), 1, 1);
  expect(await changedFiles(folder)).toEqual([]);
  expect(index()).toEqual(before);
});
