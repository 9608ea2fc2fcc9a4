import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findCheckout } from "../../mcp-server/src/run/project/checkout.ts";
import { graphLocation } from "../../mcp-server/src/run/project/graph-location.ts";

const SHARED = "postgres://me@db.example.org/graph";

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "parallel-location-")));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function git(cwd: string, ...parameters: string[]): void {
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...parameters], {
    cwd,
    stdio: "ignore",
  });
}

function repository(origin?: string): string {
  const path = folder();
  git(path, "init");
  if (origin !== undefined) git(path, "remote", "add", "origin", origin);
  return path;
}

async function locationOf(path: string, url?: string) {
  return graphLocation(await findCheckout(path), url);
}

describe("the repository's name in a shared database", () => {
  it("the repository's name in a shared database is the same in clones of one origin", async () => {
    const one = await locationOf(repository("https://octo:secret@github.com/octo/shop.git"), SHARED);
    const two = await locationOf(repository("git@github.com:octo/shop.git"), SHARED);
    expect(one.repository).toBe("github.com/octo/shop");
    expect(two.repository).toBe(one.repository);
  });

  it("the repository's name in a shared database is host and folder without an origin, the same in all worktrees", async () => {
    const main = repository();
    git(main, "commit", "--allow-empty", "-m", "first");
    const worktree = join(folder(), "tree");
    git(main, "worktree", "add", worktree);
    const name = `${hostname()}:${join(main, ".git")}`;
    expect((await locationOf(main, SHARED)).repository).toBe(name);
    expect((await locationOf(worktree, "sqlite:/var/lib/graph.sqlite")).repository).toBe(name);
  });
});

describe("the graph lies", () => {
  it("the graph lies inside git's common folder, and needs no name there", async () => {
    const path = repository("git@github.com:octo/shop.git");
    mkdirSync(join(path, "src"));
    expect(await locationOf(join(path, "src"))).toEqual({
      engine: "sqlite",
      path: join(path, ".git", "parallel", "graph.sqlite"),
      repository: ".",
    });
  });

  it("the graph lies where PARALLEL_DATABASE_URL says", async () => {
    const path = repository("git@github.com:octo/shop.git");
    expect(await locationOf(path, "sqlite:graphs/all.sqlite")).toEqual({
      engine: "sqlite",
      path: join(path, "graphs", "all.sqlite"),
      repository: "github.com/octo/shop",
    });
    expect(await locationOf(path, "postgresql:///graph?host=/run/postgresql")).toMatchObject({
      engine: "postgres",
    });
  });

  it.each([
    "mysql://me:hush@db/graph",
    "graph.sqlite",
    "postgres://me:hush#hush@db/graph",
    "postgres://me:hu/sh@db/graph",
    "postgres://me:12/sh@db/graph",
    "postgres://me:12?sh@db/graph",
    "postgres://me:12#sh@db/graph",
  ])(
    "the graph lies nowhere for an address that cannot be used, and the message repeats nothing of it: %s",
    async (url) => {
      const path = folder();
      const error: Error = await locationOf(path, url).then(
        () => new Error("accepted"),
        (thrown) => thrown,
      );
      expect(error).toMatchObject({ kind: "bad_input", field: "PARALLEL_DATABASE_URL" });
      expect(error.message).not.toMatch(/hu|sh@|12/);
    },
  );
});
