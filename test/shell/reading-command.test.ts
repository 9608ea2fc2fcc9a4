import { describe, expect, it } from "vitest";
import { onlyReads } from "../../mcp-server/src/shell/reading-command.ts";

describe("a shell command that is seen to write nothing", () => {
  it.each([
    "cat README.md",
    "ls -la src && pwd",
    "grep -rn 'a > b' src | head -5; wc -l src/a.ts",
    "! test -f a.txt || echo there 2>/dev/null",
    "cat a.txt 2>&1 | tail -3",
    "git status --short",
    "git log --oneline -5 -- src",
    "git diff HEAD~1 2> /dev/null",
    "grep -c a < /dev/null >/dev/null 2>&1",
  ])("a shell command is seen to write nothing: %s", (command) => {
    expect(onlyReads(command)).toBe(true);
  });
});

describe("a shell command that may write", () => {
  it.each([
    "node write.mjs",
    "npm test",
    "./build.sh",
    "cat a.txt > b.txt",
    "cat < $(touch b.txt)",
    "echo $(touch b.txt)",
    "echo `touch b.txt`",
    "diff <(touch b.txt) a.txt",
    "cat a.txt | tee b.txt",
    "cat a.txt; node write.mjs",
    "false || node write.mjs",
    "cat() { touch b.txt; }; cat",
    "for f in a b; do touch $f; done",
    "PAGER=./write.sh git log",
    "git commit -m cat",
    "git -c core.pager=./write.sh log",
    "git diff --output=b.txt",
    "git log {--output=b.txt,-1}",
    'git log --o"utput"=b.txt',
    "git diff $OPTIONS",
    "find . -delete",
    "sed -i s/a/b/ a.txt",
    "$READER a.txt",
    "cat 'a",
    `cat ${"a ".repeat(5_000)}`,
  ])("a shell command may write: %s", (command) => {
    expect(onlyReads(command)).toBe(false);
  });
});
