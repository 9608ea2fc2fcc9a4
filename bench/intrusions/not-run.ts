import type { CommandEnd } from "./run-command.ts";

/** Commands that do nothing without what a checkout of these few files does not have. */
const NEEDS: readonly (readonly [RegExp, string])[] = [
  [/^ssh\b/, "needs an ssh server"],
  [/^at\b/, "needs the at daemon"],
  [/^nix-shell\b/, "needs the Nix packages"],
  [/^gh pr\b/, "needs GitHub"],
  [/^git lfs pull\b/, "needs a remote with large files"],
  [/^(?:wget|npm install)\b/, "needs a network"],
  [/^mvn\b/, "needs a Maven project and its plugins"],
  [/^\.\/gradlew\b/, "needs a Gradle project"],
  [/^cargo\b/, "needs a Cargo project"],
  [/^npx prisma\b/, "needs a Prisma schema"],
  [/^npx playwright\b/, "needs a browser"],
];
const NOT_INSTALLED =
  /command not found|No such file or directory: |: not found|No module named|npm error code (?:ENOTCACHED|ENOTFOUND|EAI_AGAIN)|could not determine executable/;

/** Why a command that changed nothing could not have changed anything here; undefined: it could. */
export function whyNotRun(command: string, { code, stdout, stderr }: CommandEnd): string | undefined {
  const need = NEEDS.find(([pattern]) => pattern.test(command));
  if (need) return need[1];
  const lines = `${stderr}\n${stdout}`.split("\n");
  const missing = lines.find((line) => NOT_INSTALLED.test(line));
  return code === 0 ? undefined : missing?.trim().slice(0, 100);
}
