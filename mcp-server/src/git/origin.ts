import { git } from "./git.ts";

/** Ports that an address need not state, by its scheme. */
const USUAL_PORTS: Readonly<Record<string, string>> = { https: "443", http: "80", ssh: "22", git: "9418" };

/** The address of the remote repository that a checkout comes from, as it stands in its configuration. */
export async function originOf(folder: string): Promise<string | undefined> {
  try {
    return (await git(folder, ["remote", "get-url", "origin"])).trim();
  } catch {
    // No git, no repository, or no origin.
    return undefined;
  }
}

interface Address {
  readonly scheme: string;
  readonly user: string;
  /** With its port, where that is not the usual one. */
  readonly host: string;
  readonly path: string;
}

/** Undefined for a path of this machine. */
function parseAddress(address: string): Address | undefined {
  const [, scheme, authority, path] =
    /^([a-z][a-z+]*):\/\/([^/]*)\/(.*)$/i.exec(address) ??
    // host:path, as git writes it for ssh. A single letter is a drive.
    /^()((?:[^/:@]+@)?(?:\[[^\]]+\]|[^/:]{2,})):(?!\/\/)(.*)$/.exec(address) ??
    [];
  if (scheme === undefined || !authority || path === undefined || scheme.toLowerCase() === "file")
    return undefined;
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1).toLowerCase();
  const usual = USUAL_PORTS[scheme.toLowerCase().replace(/^git\+/, "")];
  return {
    scheme: scheme.toLowerCase(),
    user: authority.slice(0, Math.max(at, 0)).replace(/:.*$/, ""),
    host: usual === undefined ? host : host.replace(new RegExp(`:${usual}$`), ""),
    path: path
      .replace(/[?#].*$/, "")
      .replace(/\/+/g, "/")
      .replace(/^\/|\/$/g, ""),
  };
}

/**
 * `host/path` for every way to write the address of one remote repository: without scheme, credentials, usual port
 * and `.git`. Undefined for a path of this machine.
 */
export function normalOrigin(address: string): string | undefined {
  const parsed = parseAddress(address);
  return parsed && `${parsed.host}/${parsed.path.replace(/\.git$/, "")}`;
}

/**
 * The address of a remote repository as a command that others run may name it: `owner/repo` for GitHub, an address
 * without credentials otherwise. Undefined for a path of this machine, and for what a shell would not take as one word.
 */
export function publicAddress(address: string): string | undefined {
  const parsed = parseAddress(address);
  if (!parsed) return undefined;
  const { scheme, user, host, path } = parsed;
  const isGitHub = host === "github.com" && /^[^/]+\/[^/]+$/.test(path);
  // Over ssh the user is a part of the address; anywhere else it may be a token.
  const login = /^(?:ssh|git\+ssh)?$/.test(scheme) && user !== "" ? `${user}@` : "";
  const shown = isGitHub
    ? path.replace(/\.git$/, "")
    : scheme === ""
      ? `${login}${host}:${path}`
      : `${scheme}://${login}${host}/${path}`;
  return /^[\w.~:/@[\]+-]+$/.test(shown) && !shown.startsWith("-") ? shown : undefined;
}
