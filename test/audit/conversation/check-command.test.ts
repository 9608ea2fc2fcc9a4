import { describe, expect, it } from "vitest";
import {
  type CheckKind,
  commandCheck,
  isWritingCommand,
  toolCheck,
} from "../../../mcp-server/src/audit/conversation/check-command.ts";
import { processorTimer } from "../../support/processor-time.ts";

const kindOf = (command: string): CheckKind | undefined => commandCheck(command)?.kind;

describe("a command is a test run by what it says, whatever runs it", () => {
  it.each([
    "npm run test:unit",
    "pnpm --filter web test",
    "yarn workspace api test",
    "npm t",
    "bun test",
    "deno task test",
    "node --test",
    "node scripts/test.js",
    "npx --yes vitest run src",
    "python -m pytest -n 4",
    "python3.12 tests/run.py",
    "poetry run pytest",
    "uv run python -m unittest",
    "hatch run test:cov",
    "cargo nextest run",
    "cargo xtask test",
    "go test ./...",
    "mage test",
    "./gradlew connectedAndroidTest",
    ".\\gradlew.bat :app:testDebugUnitTest",
    "mvn -q verify",
    "mill core.test",
    'sbt "testOnly *Parser"',
    "clj -M:test",
    "bundle exec rake spec",
    "script/test",
    "./runtests",
    "composer test",
    "vendor/bin/pest",
    "./vendor/bin/sail artisan test",
    "dotnet test App.sln",
    "swift test",
    "make -C lib check",
    "cmake --build build --target test",
    "bazel test //...",
    "earthly +test",
    "just test",
    "moon run web:test",
    "nx affected --target=test",
    "Invoke-Pester -Path tests",
    "pwsh -File scripts\\test.ps1",
    "$env:CI='1'; npm test",
    "& '.\\run tests.ps1'",
    "cmd /c npm.cmd test",
    "docker compose exec web npm test",
    "docker run --rm -v $PWD:/app node:20 npm test",
    "kubectl exec pod -- pytest",
    'bash -lc "cd app && make test"',
    "sudo -u www npm test",
    "timeout 60 npm test 2>&1 | tail -20",
    "cd app && CI=1 npm test",
    "if npm test; then echo fine; fi",
    "R CMD check pkg",
    "julia --project -e 'using Pkg; Pkg.test()'",
  ])("a command is a test run by what it says, whatever runs it: %s", (command) =>
    expect(kindOf(command)).toBe("test"),
  );
});

describe("a command finds out otherwise whether work is right", () => {
  it.each([
    "npx tsc --noEmit",
    "npm run build",
    "cargo check",
    "./mvnw -DskipTests package",
    "gradle build -x test",
    "npx eslint tests",
    "prettier --check src/page.test.ts",
    "docker build -t test .",
    "terraform validate",
    "node --check page.test.js",
    "bash -n scripts/test.sh",
    "python app.py",
    "curl -s localhost:3000/health",
    "./verify.sh",
  ])("a command that is no test run finds out whether work is right: %s", (command) =>
    expect(kindOf(command)).toBe("verify"),
  );
});

describe("a command only looks at work", () => {
  it.each([
    "git -C app diff --stat",
    "cat src/a.ts",
    "sed -n 1,20p a.ts",
    "gh pr checks 12",
    "Get-Content a.ps1",
  ])("a command only looks at work: %s", (command) => expect(kindOf(command)).toBe("look"));
});

describe("a command does none of these, whatever its parameters are called", () => {
  it.each([
    "mkdir -p src/test",
    "git commit -m 'test'",
    "git checkout -b test",
    "git add a.test.ts && git push",
    "npm install --save-dev jest",
    "uv pip install pytest",
    "sudo apt-get install -y shellcheck",
    "npx playwright install",
    "vitest --version",
    "test -f package.json",
    "[ -d tests ]",
    'echo "npm test"',
    "ls tests | grep unit",
    "cat > a.test.ts <<'EOF'\nnpm test\nEOF",
    "Test-Path a.test.js",
    "chmod +x scripts/test.sh",
    "find . -name '*.test.ts'",
    "docker pull test",
    "curl -fsSL https://example.com/install.sh | bash",
    "claude -p 'run the tests'",
    "",
  ])("a command neither tests nor checks nor looks, whatever its parameters are called: %s", (command) =>
    expect(kindOf(command)).toBeUndefined(),
  );
});

it("the exit code of a line belongs to its last command", () => {
  const own = (command: string) => commandCheck(command)?.hasOwnExitCode;
  expect(own("cd app && npm test")).toBe(true);
  expect(own("npm test | tail -3")).toBe(false);
  expect(own("npm test || true")).toBe(false);
  expect(own("npm test; echo done")).toBe(false);
  expect(own("npm test &")).toBe(false);
  expect(own('bash -c "npm test | tail"')).toBe(false);
});

it("a tool of another name checks where its name says so", () => {
  expect(toolCheck("mcp__xcode__run_tests")).toBe("test");
  expect(toolCheck("mcp__ide__getDiagnostics")).toBe("verify");
  expect(toolCheck("mcp__browser__take_screenshot")).toBe("look");
  expect(toolCheck("mcp__github__create_issue")).toBeUndefined();
  expect(toolCheck("WebFetch")).toBeUndefined();
});

it("a command that writes files is told from one that does not", () => {
  for (const command of [
    "cat > a.ts <<'EOF'\nx\nEOF",
    "sed -i 's/a/b/' a.ts",
    "cp a b",
    "git apply x.patch",
  ]) {
    expect(isWritingCommand(command), command).toBe(true);
  }
  for (const command of ["ls", "npm install 2>&1", "grep x a 2>/dev/null", "git status"]) {
    expect(isWritingCommand(command), command).toBe(false);
  }
});

it("odd commands are read in no time and without an error", () => {
  for (const command of [
    "'",
    '"$(',
    "<<EOF\n",
    "a".repeat(100_000),
    "<<A\n".repeat(3_000),
    "((((".repeat(2_000),
  ]) {
    const spentMs = processorTimer();
    commandCheck(command);
    expect(spentMs()).toBeLessThan(1_000);
  }
});
