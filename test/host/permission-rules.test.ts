import { describe, expect, it } from "vitest";
import { permittedByRules } from "../../mcp-server/src/host/permission-rules.ts";
import type { HostSettings } from "../../mcp-server/src/host/settings.ts";

type Rules = { readonly allow?: string[]; readonly ask?: string[]; readonly deny?: string[] };

const permitted = (...files: Rules[]) =>
  permittedByRules({
    files: files.map((permissions) => ({ path: "settings.json", managed: false, settings: { permissions } })),
    unreadable: [],
  });

describe("what the host's rules permit", () => {
  it.each([
    ["Bash(npm test)", "npm test", true],
    ["Bash(npm test)", "npm test -- a", false],
    ["Bash(npm run test:*)", "npm run test a.js", true],
    ["Bash(npm run test:*)", "npm run tests", false],
    ["Bash(node --test *)", "node --test test/a.test.js", true],
    ["Bash(node --test *)", "node --test", true],
    ["Bash(node --test *)", "node --eval 1", false],
    ["Bash(npx * --run)", "npx vitest --run", true],
    ["Bash(*)", "anything at all", true],
    ["Bash", "anything at all", true],
    ["Edit", "npm test", false],
  ])("the rule %s for the command %s: %s", (rule, command, isPermitted) => {
    expect(permitted({ allow: [rule] }).runs(command)).toBe(isPermitted);
  });

  it("a command of several parts is permitted by no rule for its beginning", () => {
    const { runs } = permitted({ allow: ["Bash(npm test *)"] });
    for (const more of ["&& rm -r x", "; ls", "| tee log", "> log", "$(ls)", "`ls`"])
      expect(runs(`npm test ${more}`)).toBe(false);
  });

  it("nothing is foretold of commands where any rule asks or refuses, in whichever file, or where a file cannot be read", () => {
    const allow = { allow: ["Bash(npm test)"] };
    expect(permitted(allow, { deny: ["Bash(rm *)"] }).runs("npm test")).toBe(false);
    expect(permitted({ ask: ["Bash"] }, allow).runs("npm test")).toBe(false);
    expect(permitted(allow, { deny: ["Read(./.env)"] }).runs("npm test")).toBe(true);
    const files: HostSettings["files"] = [{ path: "a", managed: false, settings: { permissions: allow } }];
    expect(permittedByRules({ files, unreadable: [{ path: "b", why: "broken" }] }).runs("npm test")).toBe(
      false,
    );
  });

  it("edits are permitted by a rule for all files, and not by one for some", () => {
    for (const rule of ["Edit", "Edit(**)", "Edit(./**)", "Edit(/**)"])
      expect(permitted({ allow: [rule] }).edits).toBe(true);
    expect(permitted({ allow: ["Edit(src/**)"] }).edits).toBe(false);
    expect(permitted({ allow: ["Edit"], ask: ["Write(secret/**)"] }).edits).toBe(false);
  });
});
