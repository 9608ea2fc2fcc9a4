import { hostname } from "node:os";
import { git } from "../../git/git.ts";
import type { Checkout } from "./checkout.ts";

/** Ports that an address need not state, by its scheme. */
const USUAL_PORTS: Readonly<Record<string, string>> = { https: "443", http: "80", ssh: "22", git: "9418" };

/**
 * The repository's name in a database that several repositories, and several machines, share. Clones of one origin
 * are the same repository; without an origin that other machines can reach it is this one, with its worktrees.
 */
export async function repositoryName(checkout: Checkout): Promise<string> {
  return (await sharedOrigin(checkout.root)) ?? `${hostname()}:${checkout.gitCommonDir ?? checkout.root}`;
}

async function sharedOrigin(root: string): Promise<string | undefined> {
  try {
    return normalOrigin((await git(root, ["remote", "get-url", "origin"])).trim());
  } catch {
    // No git, no repository, or no origin.
    return undefined;
  }
}

/**
 * `host/path` for every way to write the address of one remote repository: without scheme, credentials, usual port
 * and `.git`. Undefined for a path of this machine.
 */
export function normalOrigin(address: string): string | undefined {
  const [, scheme, authority, path] =
    /^([a-z][a-z+]*):\/\/([^/]*)\/(.*)$/i.exec(address) ??
    // host:path, as git writes it for ssh. A single letter is a drive.
    /^()((?:[^/:@]+@)?(?:\[[^\]]+\]|[^/:]{2,})):(?!\/\/)(.*)$/.exec(address) ??
    [];
  if (scheme === undefined || !authority || path === undefined || scheme.toLowerCase() === "file")
    return undefined;
  const host = authority.slice(authority.lastIndexOf("@") + 1).toLowerCase();
  const usual = USUAL_PORTS[scheme.toLowerCase().replace(/^git\+/, "")];
  const name = path
    .replace(/[?#].*$/, "")
    .replace(/\/+/g, "/")
    .replace(/^\/|\/$/g, "")
    .replace(/\.git$/, "");
  return `${usual === undefined ? host : host.replace(new RegExp(`:${usual}$`), "")}/${name}`;
}
