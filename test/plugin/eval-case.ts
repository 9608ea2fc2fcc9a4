import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import matter from "gray-matter";
import { CHECKOUT } from "./checkout.ts";

/** Where `claude plugin eval` looks for cases when nobody says otherwise. */
export const EVALS = join(CHECKOUT, "evals");

/** The tools that a user grants with `--allow-tools`; the cases ask for no others of those that change anything. */
export const GRANTED = ["Write", "Edit", "Bash"];

/** A case as this repository writes them: settings, what the user types, and what is looked at afterwards. */
export interface EvalCase {
  readonly name: string;
  /** What the user types. */
  readonly prompt: string;
  readonly allowedTools: string[];
  readonly graders: readonly Grader[];
}

export interface Grader {
  readonly name: string;
  readonly type: string;
  readonly tool?: string;
  readonly input_match?: string;
  readonly min?: number;
  readonly max?: number;
  readonly arm?: string;
}

/** Every case in `evals/`, by the folders that hold a prompt. */
export function evalCases(): EvalCase[] {
  return readdirSync(EVALS)
    .filter((folder) => existsSync(join(EVALS, folder, "prompt.md")))
    .map(read);
}

function read(name: string): EvalCase {
  const { data, content } = matter(readFileSync(join(EVALS, name, "prompt.md"), "utf8"));
  const graders = readdirSync(join(EVALS, name, "graders")).map((file) => ({
    ...(matter(readFileSync(join(EVALS, name, "graders", file), "utf8")).data as Grader),
    name: file.replace(/\.md$/, ""),
  }));
  return { name, prompt: content.trim(), allowedTools: data.allowed_tools as string[], graders };
}

/** Lays out the project of a case in a new folder, with what the host gives its script and no more. */
export function layOutProject(name: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync("bash", [join(EVALS, name, "scaffold.sh")], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? "", HOME: folder, TMPDIR: folder, GIT_CONFIG_NOSYSTEM: "1" },
  });
}
