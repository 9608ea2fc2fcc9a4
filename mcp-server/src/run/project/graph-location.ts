import { join, resolve } from "node:path";
import { CallerError } from "../../errors/caller-error.ts";
import type { Checkout } from "./checkout.ts";
import type { GraphLocation } from "./graph-handle.ts";
import { repositoryName } from "./repository-name.ts";

/** The repository's name in a graph that holds no other. */
export const GRAPH_IN_REPOSITORY = ".";

/**
 * `PARALLEL_DATABASE_URL`, else inside git's common folder (so that all worktrees share it), else in the
 * project. A database that was chosen by hand may hold several repositories, so they are told apart there.
 * @throws CallerError when the address cannot be used.
 */
export async function graphLocation(checkout: Checkout, url: string | undefined): Promise<GraphLocation> {
  if (url === undefined) {
    const path = checkout.gitCommonDir
      ? join(checkout.gitCommonDir, "parallel", "graph.sqlite")
      : join(checkout.root, ".parallel", "graph.sqlite");
    return { engine: "sqlite", path, repository: GRAPH_IN_REPOSITORY };
  }
  if (url.startsWith("sqlite:")) {
    const path = resolve(checkout.root, url.slice("sqlite:".length));
    return { engine: "sqlite", path, repository: await repositoryName(checkout) };
  }
  checkPostgresUrl(url);
  return { engine: "postgres", url, repository: await repositoryName(checkout) };
}

/** No message repeats the address: whatever is wrong with it, a part of it may be the password. */
function checkPostgresUrl(url: string): void {
  const scheme = /^[a-z]+:/i.exec(url)?.[0] ?? "";
  if (!["postgres:", "postgresql:"].includes(scheme)) {
    throw unusable(
      `names no database that is served${scheme && `: ${scheme}`}.`,
      "Use postgres://user@host:5432/database or sqlite:PATH, or leave it unset for a graph inside the repository.",
    );
  }
  if (!URL.canParse(url) || isCutShort(new URL(url))) {
    throw unusable(
      "is not a valid address.",
      "Write it as postgres://user:password@host:5432/database, with special characters of the password percent-encoded (# is %23, / is %2F, @ is %40).",
    );
  }
}

/** A password with one of / ? # in it ends the host too early: the rest, with the @, lands behind the host. */
function isCutShort({ pathname, search, hash }: URL): boolean {
  return hash !== "" || `${pathname}${search}`.includes("@");
}

function unusable(problem: string, remedy: string): CallerError {
  return new CallerError("bad_input", `PARALLEL_DATABASE_URL ${problem}`, remedy, "PARALLEL_DATABASE_URL");
}
