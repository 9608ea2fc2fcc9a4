import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Project } from "./cases.ts";

/**
 * What the agent of task 2 has written and not committed: each of its files is edited, in a way that commands which
 * change the committed file still change it, and there are new ones in the languages of other formatters.
 */
export const UNCOMMITTED: Project = {
  "src/b/two.js": 'export const two = 2;\nexport const mine   =  "two 2"\n',
  "src/b/three.js": 'export const three = 3;\nexport const mine   =  "two 3"\n',
  "src/b/deep/four.js": 'export const four = 4;\nexport const mine   =  "two 4"\n',
  "src/b/job.py": "import sys, os\nvalue = { 'two':2 }\n",
  "src/b/job.go": "package b\nfunc  Two( ) int {return 2}\n",
  "src/b/job.sh": "if true\nthen echo   two; fi\n",
  "data.json": '{"v":1,"mine":"two"}\n',
  "test/b.test.js": "import test from 'node:test'; test('b', () => {});\ntest('two',()=>{})\n",
};

/** A repository with the files of the project, all committed. @param packages a `node_modules` whose packages it gets. */
export function makeProject(folder: string, project: Project, packages?: string): void {
  mkdirSync(folder, { recursive: true });
  putFiles(folder, project);
  const git = (...parameters: string[]) => execFileSync("git", parameters, { cwd: folder });
  git("-c", "init.defaultBranch=main", "init", "--quiet", "--template=");
  git("config", "user.name", "T");
  git("config", "user.email", "t@example.org");
  git("add", "--all");
  git("commit", "--quiet", "--message", "Start");
  if (packages === undefined) return;
  symlinkSync(packages, join(folder, "node_modules"));
  // The project ignores a folder of that name, and this is a link.
  putFiles(folder, { ".git/info/exclude": "node_modules\n" });
}

/** A copy of the project, as if it had been cloned. */
export function copyProject(from: string, to: string): void {
  cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}

export function putFiles(folder: string, files: Project): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
