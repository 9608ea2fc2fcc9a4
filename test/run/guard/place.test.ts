import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApprovedCommands } from "../../../mcp-server/src/run/approval/approved-commands.ts";
import { Places } from "../../../mcp-server/src/run/guard/place.ts";
import type { RunContext } from "../../../mcp-server/src/run/project/run-context.ts";
import { repository } from "../../support/checkout.ts";
import { git } from "../../support/git.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function placesIn(root: string, caseInsensitive = false, first = root): Places {
  const checkout = { root, gitCommonDir: join(first, ".git") };
  const approved = new ApprovedCommands({ ...checkout, hostFolder: temporaryFolder() });
  return new Places({ checkout, caseInsensitive, commands: { approved } } as RunContext, root);
}

describe("where a path leads", () => {
  it("where a path leads on a file system that ignores case does not depend on case", async () => {
    const root = await repository();
    const other = join(root.toUpperCase(), "README.md");
    expect(placesIn(root, true).placeOf(other, true)).toMatchObject({ kind: "inside", path: "README.md" });
    expect(placesIn(root, true).placeOf(root.toUpperCase(), true)).toMatchObject({ kind: "whole" });
    expect(placesIn(root, true).placeOf(join(root, ".GIT/config"), true)).toMatchObject({ kind: "internal" });
    expect(placesIn(root).placeOf(other, true)).toEqual({ kind: "outside" });
  });

  it("where a path leads is the file itself below a repository of its own inside the checkout", async () => {
    const root = await repository({ "vendor/x.c": "" });
    mkdirSync(join(root, "vendor/.git"));
    const places = placesIn(root);
    expect(places.placeOf(join(root, "vendor/x.c"), true)).toMatchObject({
      kind: "inside",
      path: "vendor/x.c",
    });
    expect(places.workTreeAt(join(root, "vendor"))).toEqual({ kind: "other-repository" });
  });

  it("where a path leads is another work tree for the repository's first one, seen from a linked one", async () => {
    const first = await repository();
    const linked = join(temporaryFolder(), "linked");
    await git(first, "worktree", "add", "--quiet", linked);
    const places = placesIn(linked, false, first);
    expect(places.isOwn).toBe(false);
    expect(places.placeOf(join(first, "README.md"), true)).toEqual({ kind: "elsewhere", topLevel: first });
    expect(places.placeOf(join(linked, "README.md"), true)).toMatchObject({ kind: "inside" });
    expect(places.placeOf(join(first, ".git/config"), true)).toMatchObject({ kind: "internal" });
  });

  it("where a path leads is outside for what lies beside the checkout, is too long or holds a zero byte", async () => {
    const root = await repository();
    const places = placesIn(root);
    for (const path of [
      `${root}-other/x`,
      temporaryFolder(),
      `${root}/${"x/".repeat(5_000)}`,
      `${root}/a\0b`,
    ]) {
      expect(places.placeOf(path, true)).toEqual({ kind: "outside" });
    }
  });

  it("where a path leads is the folder that a link with a slash after it names", async () => {
    const root = await repository({ "b/x": "" });
    symlinkSync("b", join(root, "link"));
    const places = placesIn(root);
    expect(places.placeOf(join(root, "link"), false)).toMatchObject({ path: "link" });
    expect(places.placeOf(`${join(root, "link")}/`, false)).toMatchObject({ path: "b", is: "folder" });
  });
});
