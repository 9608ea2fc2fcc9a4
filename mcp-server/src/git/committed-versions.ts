import { git } from "./git.ts";

/** So many commits that changed a file are gone back. */
const MAX_COMMITS = 20;

/**
 * The bytes of a file as the last commits had it, newest first, as a checkout would write them.
 * @param path relative to the top level.
 * @param untilMs commits made later are left out; milliseconds since 1970.
 * @returns nothing where git cannot tell.
 */
export async function* committedVersions(
  root: string,
  path: string,
  untilMs?: number,
): AsyncGenerator<Buffer> {
  const until = untilMs === undefined ? [] : [`--until=${new Date(untilMs).toISOString()}`];
  const limits = ["-n", String(MAX_COMMITS), ...until];
  const log = ["--literal-pathspecs", "log", "--format=%H", ...limits, "HEAD", "--", path];
  const commits = await git(root, log).catch(() => "");
  for (const commit of commits.split("\n").filter(Boolean)) {
    const read = git(root, ["cat-file", "--filters", `${commit}:${path}`], { encoding: "latin1" });
    // A commit that removed the file has none.
    const bytes = await read.catch(() => undefined);
    if (bytes !== undefined) yield Buffer.from(bytes, "latin1");
  }
}
