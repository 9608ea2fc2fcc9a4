import { ProgramArguments } from "./program-arguments.ts";
import type { Value, Words } from "./shell-words.ts";

/** Commands that run the one in their arguments: options with a value, and how many operands come before it. */
const PREFIXES: Readonly<Record<string, readonly [valued: string, skip?: number]>> = {
  env: ["uC unset chdir"],
  sudo: ["CDghpRrtTuU user group chdir host prompt"],
  "time nice stdbuf exec": ["noifea output format adjustment"],
  timeout: ["ks kill-after signal", 1],
  flock: ["wE timeout", 1],
  "npx uvx": ["pc package with from python"],
  "nohup setsid command builtin busybox bunx": [""],
  // A manager of packages or environments; the word that says so is left out before.
  "npm pnpm yarn bun uv poetry pdm pipx bundle": ["pC with python extra group package"],
};
const RUNNING =
  /^(?:(?:npm|pnpm|yarn|bun) (?:exec|x|dlx|run)|(?:uv|poetry|pdm|pipx) run|bundle exec|(?:pnpm|yarn|bun) \S+)$/;

/** The command that this one runs in its turn, and where if it says so; undefined if it runs none. */
export function unwrap(name: string, args: Words): { words: Words; folder: Value } | undefined {
  if (/^python[\d.]*$/.test(name)) {
    const at = args.findIndex((arg) => arg === "-m" || !arg?.startsWith("-"));
    return args[at] === "-m" ? { words: args.slice(at + 1), folder: undefined } : undefined;
  }
  const [, prefix] = Object.entries(PREFIXES).find(([names]) => names.split(" ").includes(name)) ?? [];
  if (prefix === undefined) return undefined;
  const read = new ProgramArguments(args, prefix[0], true);
  // `command -v` asks for a program and runs none.
  if (name === "command" && read.has("v V")) return undefined;
  let words: Words = read.operands.slice(prefix[1] ?? 0);
  if (/^(?:npm|pnpm|yarn|bun|uv|poetry|pdm|pipx|bundle)$/.test(name)) {
    if (!RUNNING.test(`${name} ${words[0]}`)) return undefined;
    if (/^(?:exec|x|dlx|run)$/.test(words[0] ?? ""))
      words = new ProgramArguments(words.slice(1), prefix[0], true).operands;
  }
  while ((name === "env" || name === "sudo") && /^\w+=/.test(words[0] ?? "")) words = words.slice(1);
  return { words, folder: read.values(name === "sudo" ? "chdir D" : "chdir C").at(-1) };
}

/** `npm run format`: the script that a manager of packages runs, and what it is told. */
export function scriptRun(name: string, args: Words): Words {
  const [word, ...rest] = new ProgramArguments(args, "", true).operands;
  const isRun = word === "run" || word === "run-script";
  if (!/^(?:npm|pnpm|yarn|bun)$/.test(name) || (name === "npm" && !isRun && word !== "test")) return [];
  const [script, ...given] = isRun ? new ProgramArguments(rest, "", true).operands : [word, ...rest];
  return [script, ...(given[0] === "--" ? given.slice(1) : given)];
}
