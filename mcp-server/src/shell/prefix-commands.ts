import { ProgramArguments, type Run } from "./program-arguments.ts";
import { absolutePath, type Value, type Words } from "./shell-words.ts";

/** Commands that run the one in their arguments: options with a value, and how many operands come before it. */
const PREFIXES: Readonly<Record<string, readonly [valued: string, skip?: number]>> = {
  env: ["uC unset chdir"],
  sudo: ["CDghpRrtTuU user group chdir host prompt"],
  "time nice stdbuf exec": ["noifea output format adjustment"],
  timeout: ["ks kill-after signal", 1],
  flock: ["wE timeout", 1],
  "npx uvx": ["pc package with from python"],
  "nohup setsid command builtin busybox bunx": [""],
  "npm pnpm yarn bun uv poetry pdm pipx bundle": ["pC with python extra group package prefix cwd"],
};
/** Without `run` or `exec`; `pnpm rm x` is one of the manager's own commands, and not `rm`. */
const CALLS = /^(?:npm test|(?:pnpm|yarn|bun) (?!(?:install|rm|unlink|ln)$).*)$/;
const MANAGERS = /^(?:npm|pnpm|yarn|bun|uv|poetry|pdm|pipx|bundle)$/;

/** The command that this one runs in its turn, and where; undefined if it runs none. */
export function unwrap(name: string, { args, directory }: Run): { words: Words; folder: Value } | undefined {
  if (/^python[\d.]*$/.test(name)) {
    const at = args.findIndex((arg) => arg === "-m" || !arg?.startsWith("-"));
    return args[at] === "-m" ? { words: args.slice(at + 1), folder: directory } : undefined;
  }
  const [, prefix] = Object.entries(PREFIXES).find(([names]) => names.split(" ").includes(name)) ?? [];
  if (prefix === undefined) return undefined;
  const read = new ProgramArguments(args, prefix[0], true);
  // `command -v` asks for a program and runs none.
  if (name === "command" && read.has("v V")) return undefined;
  let words: Words = read.operands.slice(prefix[1] ?? 0);
  if (MANAGERS.test(name)) {
    const [word = "", ...rest] = words;
    if (/^(?:exec|x|dlx|run)$/.test(word)) words = new ProgramArguments(rest, prefix[0], true).operands;
    else if (!CALLS.test(`${name} ${word}`)) return undefined;
  }
  while (/^(?:env|sudo)$/.test(name) && /^\w+=/.test(words[0] ?? "")) words = words.slice(1);
  const folders = read.values(name === "sudo" ? "chdir D" : "chdir C prefix cwd");
  return { words, folder: folders.reduce((from, into) => absolutePath(into, from), directory) };
}
