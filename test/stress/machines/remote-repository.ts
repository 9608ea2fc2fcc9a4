import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { FIRST_FILES } from "./workload.ts";

/**
 * Makes the bare repository that all machines clone.
 * @param folder where a first work tree may be made.
 */
export async function makeRemote(folder: string, remote: string): Promise<void> {
  const start = join(folder, "start");
  for (const [path, text] of Object.entries(FIRST_FILES)) {
    mkdirSync(dirname(join(start, path)), { recursive: true });
    writeFileSync(join(start, path), text);
  }
  const git = (...parameters: string[]) =>
    execa("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...parameters], { cwd: start });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "-m", "Begin");
  await git("clone", "--quiet", "--bare", start, remote);
}
