import { describe, expect, it } from "vitest";
import { isSteeringFile } from "../../mcp-server/src/policy/steering-files.ts";

describe("files that steer git, the host or this plugin", () => {
  it.each([
    ".git/config",
    "sub/.git/config",
    "sub/.git",
    "a/b/.GIT/hooks/pre-commit",
    "sub/git~1/config",
    "sub/.gi\u200ct/config",
    "sub/.git./config",
    ".gitmodules",
    "sub/.gitattributes",
    "pkg/.claude/settings.json",
    "pkg/.claude-plugin/plugin.json",
    "pkg/.parallel/graph.sqlite",
    "pkg/.vscode/tasks.json",
    "pkg/.mcp.json",
    "CLAUDE.md",
    "CLAUDE.local.md",
    "pkg/claude.local.md",
    "AGENTS.md",
    "pkg/AGENTS.override.md",
    "specs/p/03-tasks.json",
  ])("%s is one", (path) => {
    expect(isSteeringFile(path)).toBe(true);
  });

  it.each([
    "src/git/config.ts",
    "docs/AGENTS.md.txt",
    "src/CLAUDE.ts",
    ".github/workflows/ci.yml",
    "src/.gitkeep",
    "docs/agents.html",
    "src/digit~1/a.ts",
  ])("%s is none", (path) => {
    expect(isSteeringFile(path)).toBe(false);
  });
});
