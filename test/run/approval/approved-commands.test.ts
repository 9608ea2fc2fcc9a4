import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ApprovedCommands } from "../../../mcp-server/src/run/approval/approved-commands.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** The approvals of one user, in a repository of his. */
function approvals({ hostFolder = temporaryFolder(), root = temporaryFolder() } = {}) {
  const approved = new ApprovedCommands({ hostFolder, root, gitCommonDir: undefined });
  return { approved, hostFolder, root };
}

describe("an approved command", () => {
  it("an approved command is kept by its hash alone, for this user alone, until it is taken back", async () => {
    const { approved, hostFolder } = approvals();
    expect(await approved.has("npm test")).toBe(false);
    approved.add(" npm test\n");
    expect(await approved.has("npm test")).toBe(true);
    const folder = join(hostFolder, "parallel", "approved");
    const names = readdirSync(folder);
    expect(names).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const file = statSync(join(folder, names[0] ?? ""));
    expect([file.mode & 0o777, file.size, statSync(folder).mode & 0o777]).toEqual([0o600, 0, 0o700]);
    approved.remove("npm test");
    expect(await approved.has("npm test")).toBe(false);
  });

  it.each(["npm test -- a", "npm  test", "npm test; id", "NPM test", "npm test\nid"])(
    "an approved command is no other text: %j",
    async (other) => {
      const { approved } = approvals();
      approved.add("npm test");
      expect(await approved.has(other)).toBe(false);
    },
  );

  it("an approved command is approved in all worktrees of its repository, and in no other repository", async () => {
    const [hostFolder, gitCommonDir] = [temporaryFolder(), temporaryFolder()];
    const at = (common: string) =>
      new ApprovedCommands({ hostFolder, root: temporaryFolder(), gitCommonDir: common });
    at(gitCommonDir).add("npm test");
    expect(await at(gitCommonDir).has("npm test")).toBe(true);
    expect(await at(temporaryFolder()).has("npm test")).toBe(false);
  });

  it("an approved command is one that the user's own settings allow word for word, and none that the project's do", async () => {
    const { approved, hostFolder, root } = approvals();
    const allow = (folder: string, command: string) => {
      mkdirSync(folder, { recursive: true });
      const permissions = { allow: [`Bash(${command})`, "Bash(npm run:*)", "Bash(make *)", "Read", 1] };
      writeFileSync(join(folder, "settings.json"), JSON.stringify({ permissions }));
    };
    allow(hostFolder, "npm test");
    allow(join(root, ".claude"), "npm run evil");
    expect(await approved.has("npm test")).toBe(true);
    for (const command of ["npm run evil", "npm run:*", "npm run", "make *", "make all"])
      expect([command, await approved.has(command)]).toEqual([command, false]);
  });

  it("an approved command cannot lie where whoever works in the checkout may write", async () => {
    const root = temporaryFolder();
    const link = join(temporaryFolder(), "claude");
    symlinkSync(root, link);
    for (const hostFolder of [root, join(root, ".claude"), link]) {
      const { approved } = approvals({ root, hostFolder });
      expect(() => approved.add("npm test")).toThrow("lies in this checkout");
      mkdirSync(join(hostFolder, "parallel", "approved"), { recursive: true });
      writeFileSync(join(hostFolder, "settings.json"), '{"permissions":{"allow":["Bash(npm test)"]}}');
      expect(await approved.has("npm test")).toBe(false);
    }
  });

  it("an approved command has a length that a person reads", async () => {
    const { approved } = approvals();
    expect(() => approved.add(`echo ${"x".repeat(4_000)}`)).toThrow("more than 4000 characters");
  });
});
