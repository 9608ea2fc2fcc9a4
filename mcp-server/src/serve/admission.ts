/** What the head of a request says of where it comes from. */
export interface RequestHead {
  readonly method: string;
  /** As it came, still encoded. */
  readonly target: string;
  /** Names in lower case; a header that came twice has both values. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface RequestRefusal {
  readonly status: 400 | 403 | 405 | 415;
  readonly why: string;
}

/**
 * The names under which a page of this machine is reached. The port is not looked at, because a forwarded connection has
 * another one; the name is what an attacker who makes his own name mean this machine cannot change.
 */
const LOOPBACK_NAMES: ReadonlySet<string> = new Set(["127.0.0.1", "[::1]", "localhost"]);

/**
 * Why a request is not answered, whatever it asks for. Browsers say from where a request comes: whatever another site
 * has made them send is refused, also reading. A request that no browser has sent says neither, and has to have the token.
 * @param allowed further names of hosts.
 */
export function refusalOf(
  { method, target, headers }: RequestHead,
  allowed: ReadonlySet<string>,
): RequestRefusal | undefined {
  if (method !== "GET" && method !== "POST") return { status: 405, why: "Only GET and POST are answered." };
  if (!target.startsWith("/")) return { status: 400, why: "The target is no path." };
  const { host, origin, "sec-fetch-site": site } = headers;
  const name = typeof host === "string" ? nameOf(host) : undefined;
  if (name === undefined || !(LOOPBACK_NAMES.has(name) || allowed.has(name)))
    return { status: 403, why: "The host is not this one." };
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: 403, why: "It comes from another site." };
  if (site !== undefined && site !== "same-origin" && !(isPage(method, target) && isOpened(site, headers)))
    return { status: 403, why: "It comes from another site." };
  if (method === "POST" && !isJson(headers["content-type"]))
    return { status: 415, why: "The content is not application/json." };
  return undefined;
}

/** The host without its port, in lower case; undefined for what is none. */
function nameOf(host: string): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  return name?.toLowerCase();
}

function isPage(method: string, target: string): boolean {
  return method === "GET" && target === "/";
}

/** The user has opened the page in a tab: by its address, a bookmark, or a link in a file or on another site. */
function isOpened(site: string | readonly string[], headers: RequestHead["headers"]): boolean {
  return (
    site === "none" || (headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document")
  );
}

function isJson(type: string | readonly string[] | undefined): boolean {
  return typeof type === "string" && /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(type);
}
