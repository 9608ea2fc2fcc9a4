import { join } from "node:path";
import { freshDatabase } from "../store/databases.ts";
import { repository } from "./checkout.ts";
import { git } from "./git.ts";
import { writeSshTo } from "./ssh-to.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The addresses by which clones know the one remote repository. */
const ADDRESSES = ["ssh://git@git.example.org/team/app.git", "git@git.example.org:team/app"] as const;

/** Clones of one remote repository, as on several machines, that share one graph on PostgreSQL. */
export interface Clones {
  readonly folders: readonly [string, string];
  /** The bare repository behind the remote's address. */
  readonly remote: string;
  readonly env: { readonly PARALLEL_DATABASE_URL: string };
}

/** Two clones of one remote with these files, and a graph for both. */
export async function clones(files: Readonly<Record<string, string>> = {}): Promise<Clones> {
  const start = await repository(files);
  const remote = join(temporaryFolder(), "app.git");
  await git(start, "clone", "--quiet", "--bare", start, remote);
  const { url } = await freshDatabase("postgres");
  const [one, other] = [await cloneOf(remote, 0), await cloneOf(remote, 1)];
  return { folders: [one, other], remote, env: { PARALLEL_DATABASE_URL: url } };
}

/** A clone that reaches the remote as over ssh, by the first or the second of its addresses. */
export async function cloneOf(remote: string, address: 0 | 1): Promise<string> {
  const folder = join(temporaryFolder(), "app");
  await git(remote, "clone", "--quiet", remote, folder);
  await git(folder, "remote", "set-url", "origin", ADDRESSES[address]);
  await git(folder, "config", "core.sshCommand", connectionTo(remote));
  await git(folder, "config", "user.name", "T");
  await git(folder, "config", "user.email", "t@example.org");
  return folder;
}

/** A program by which git reaches the bare repository. */
function connectionTo(remote: string): string {
  const program = join(temporaryFolder(), "ssh");
  writeSshTo(remote, program);
  return program;
}
