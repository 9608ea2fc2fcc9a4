import { describe, expect, it } from "vitest";
import { saysNoTestRan } from "../../../mcp-server/src/host/transcripts/no-tests.ts";

describe("the output of a test run", () => {
  it.each([
    ["node --test", "TAP version 13\n1..0\n# tests 0\n# suites 0\n# pass 0\n# fail 0\n"],
    ["node --test on a terminal", "ℹ tests 0\nℹ suites 0\nℹ pass 0\nℹ fail 0\n"],
    ["vitest", "No test files found, exiting with code 0\n\ninclude: **/*.test.ts\n"],
    ["jest", "No tests found, exiting with code 0\n"],
    ["mocha", "\n\n  0 passing (2ms)\n\n"],
    ["pytest", "collected 0 items\n\n====== no tests ran in 0.01s ======\n"],
    ["unittest", "\n------\nRan 0 tests in 0.000s\n\nNO TESTS RAN\n"],
    ["cargo", "running 0 tests\n\ntest result: ok. 0 passed; 0 failed; 0 ignored; finished in 0.00s\n"],
    ["go", "?   \texample.org/a\t[no test files]\n"],
    ["rspec", "No examples found.\n\n\nFinished in 0.0002 seconds\n0 examples, 0 failures\n"],
    ["phpunit", "No tests executed!\n"],
    ["dotnet", "No test is available in /a/b.dll.\n"],
    ["playwright", "Error: No tests found\n"],
    ["gradle", "> Task :test NO-SOURCE\n\nBUILD SUCCESSFUL in 1s\n"],
    ["an agent's own script", "ran 0 tests\n"],
  ])("the output of a test run by %s says that it ran none", (_, output) => {
    expect(saysNoTestRan(output)).toBe(true);
  });

  it.each([
    ["node --test", "# tests 3\n# suites 0\n# pass 3\n# fail 0\n# cancelled 0\n# skipped 0\n"],
    ["vitest", " Test Files  1 passed (1)\n      Tests  12 passed (12)\n"],
    ["jest", "Tests:       0 failed, 4 passed, 4 total\n"],
    ["mocha", "  3 passing (2ms)\n  0 pending\n"],
    ["pytest", "collected 5 items\n\n====== 5 passed in 0.01s ======\n"],
    ["unittest", "Ran 7 tests in 0.000s\n\nOK\n"],
    [
      "cargo with a crate that has none",
      "running 4 tests\ntest result: ok. 4 passed; 0 failed\n\nrunning 0 tests\ntest result: ok. 0 passed\n",
    ],
    [
      "go with a package that has none",
      "?   \texample.org/a\t[no test files]\nok  \texample.org/b\t0.012s\n",
    ],
    ["rspec", "10 examples, 0 failures\n"],
    ["TAP", "ok 1 - adds\n1..1\n# tests 1\n"],
    ["two workspaces", "> a\nNo tests found\n> b\nTests: 2 passed\n"],
    ["something that says nothing", "done\n"],
    ["nothing", ""],
    ["a build", "0 errors, 0 warnings\nbuilt in 10 s\n"],
  ])("the output of a test run by %s does not", (_, output) => {
    expect(saysNoTestRan(output)).toBe(false);
  });
});
