import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { findCheckout } from "../../../mcp-server/src/run/project/checkout.ts";
import { repository, task } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

describe("a repository that git does not open", () => {
  it("a repository that git does not open for its owner is told by every call, and no second graph begins", async () => {
    const folder = await repository();
    vi.stubEnv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    try {
      const server = await ParallelServer.start(folder);
      for (const call of [
        () => server.refused("task_list", {}),
        () => server.refused("plan_create", { plan: "p", tasks: [task("1")] }),
      ]) {
        const { message, remedy } = await call();
        expect(message).toContain(
          `Git does not open the repository ${folder}, because it belongs to another user`,
        );
        expect(remedy).toContain(`git config --global --add safe.directory "${folder}"`);
      }
    } finally {
      vi.unstubAllEnvs();
    }
    expect(existsSync(join(folder, ".parallel"))).toBe(false);
  });

  it("a repository that git does not open because git is not there is told, also in a folder below it", async () => {
    const folder = await repository({ "src/a.ts": "" });
    vi.stubEnv("PATH", temporaryFolder());
    try {
      await expect(findCheckout(join(folder, "src"))).rejects.toThrow(
        `${folder} is a git repository, but git cannot be started`,
      );
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("a repository that git does not open for its settings is told in git's words", async () => {
    const folder = await repository();
    writeFileSync(join(folder, ".git/config"), "[core\n");
    await expect(findCheckout(folder)).rejects.toThrow(
      `Git cannot work in the repository ${folder}: bad config line 1`,
    );
  });
});

describe("a folder that is no work tree", () => {
  it("a folder that is no work tree is the checkout itself: outside of git, and in a bare repository", async () => {
    const folder = temporaryFolder();
    expect(await findCheckout(folder)).toEqual({ root: folder, gitCommonDir: undefined });
    mkdirSync(join(folder, ".git"));
    expect(await findCheckout(folder)).toEqual({ root: folder, gitCommonDir: undefined });
    const bare = temporaryFolder();
    await git(bare, "init", "--bare", "--quiet");
    expect(await findCheckout(bare)).toEqual({ root: bare, gitCommonDir: undefined });
  });
});
