import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { repository } from "../../support/checkout.ts";
import { ParallelServer } from "../../support/parallel-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** The host asks the user before it reads a file outside the project; `-p` refuses. */
describe("a file that is read", () => {
  let plugin: string;
  let server: ParallelServer;

  beforeEach(async () => {
    plugin = temporaryFolder();
    mkdirSync(join(plugin, "skills", "waiting"), { recursive: true });
    writeFileSync(join(plugin, "skills", "waiting", "long.md"), "How to wait.\n");
    writeFileSync(join(plugin, "skills", "waiting", "notes.txt"), "Not a text of a skill.\n");
    writeFileSync(join(plugin, "secret.md"), "Outside the skills.\n");
    symlinkSync(join(plugin, "secret.md"), join(plugin, "skills", "waiting", "link.md"));
    server = await ParallelServer.start(await repository(), { pluginRoot: plugin });
  });

  const reads = (path: string, agent = "") =>
    server.hook({
      event: "PreToolUse",
      tool: "Read",
      use: "u",
      agent,
      input: JSON.stringify({ file_path: path }),
    });

  it.each([
    ["the main conversation", ""],
    ["an agent", "agent-1"],
  ])(
    "a file that is read by %s needs no prompt where it is a text of this plugin's skills",
    async (_, agent) => {
      const answer = await reads(join(plugin, "skills", "waiting", "long.md"), agent);
      expect(answer.hookSpecificOutput).toMatchObject({ permissionDecision: "allow" });
    },
  );

  it.each([
    ["outside the skills", "secret.md"],
    ["outside them by way of the skills", "skills/waiting/../../secret.md"],
    ["outside them behind a link", "skills/waiting/link.md"],
    ["of another kind", "skills/waiting/notes.txt"],
    ["that is not there", "skills/waiting/gone.md"],
  ])("a file that is read is left to the host where it is one %s", async (_, path) => {
    expect(await reads(`${plugin}/${path}`)).toEqual({});
  });
});
