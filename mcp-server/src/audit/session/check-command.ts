/** A shell command that tells whether work is right. */
export type CheckKind = "test" | "look";

const TEST =
  /(?:^|[\s;&|/(])(?:vitest|jest|mocha|ava|pytest|tox|nox|rspec|phpunit|ctest|playwright|cypress|unittest)\b|\b(?:npm|pnpm|yarn|bun|deno|cargo|go|make|mvn|gradlew?|dotnet|swift|mix|rake|bazel|composer|just|node)\b[^;&|]*?(?:\b(?:tests?|check|verify)\b|--test\b)/;
const LOOK =
  /\b(?:lint|eslint|biome|prettier|ruff|flake8|pylint|mypy|pyright|tsc|typecheck|type-check|clippy|rubocop|shellcheck|build|compile|gcc|clang|javac)\b|\bgit\b[^;&|]{0,80}?\s(?:diff|status|show|log)\b|^\s*(?:cat|head|tail|less|sed -n|diff|grep|rg)\b/;

/** What kind of check a shell command is, if it is one: a test run, or a look at the work. */
export function checkKind(command: string): CheckKind | undefined {
  if (TEST.test(command)) return "test";
  return LOOK.test(command) ? "look" : undefined;
}
