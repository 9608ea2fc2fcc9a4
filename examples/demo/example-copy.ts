import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Copies a project into a temporary folder of its own and makes it a git repository with one commit. */
export function copyExample(source: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parallel-demo-")));
  cpSync(source, folder, { recursive: true });
  // Whose commit it is and what else the user has set up for commits is of no concern here.
  const settings = [
    "user.name=Demo",
    "user.email=demo@example.org",
    "commit.gpgSign=false",
    "core.hooksPath=",
  ];
  const git = (...parameters: string[]) =>
    execFileSync("git", [...settings.flatMap((setting) => ["-c", setting]), ...parameters], { cwd: folder });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=The balcony so far");
  return folder;
}
