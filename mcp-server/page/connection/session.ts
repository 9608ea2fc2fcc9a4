import { signal } from "@preact/signals";

const KEY = "parallel-session";
const READ_ONLY_KEY = "parallel-read-only";
/** How the link that `parallel serve` prints carries its code, and which plan is shown first. */
const LINK = /^#code=([\w-]+)(?:&plan=([^&]*))?$/;

/** Whether this tab may ask the server; `refused`: its key is not valid, or there is none. */
export const session = signal<"opening" | "open" | "refused">("opening");

/**
 * The bearer token of this tab. It lies in the tab's own storage, which no other port and no other tab can read, and not in
 * a cookie.
 */
let token: string | undefined;

/** The server shows, and lets nobody do anything. */
export const isReadOnly = signal(false);

async function exchange(code: string): Promise<void> {
  const answer = await fetch("/api/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (!answer.ok) return;
  const opened = (await answer.json()) as { token: string; readOnly: boolean };
  token = opened.token;
  isReadOnly.value = opened.readOnly;
  sessionStorage.setItem(KEY, token);
  if (opened.readOnly) sessionStorage.setItem(READ_ONLY_KEY, "");
  else sessionStorage.removeItem(READ_ONLY_KEY);
}

/** Exchanges the one-time code of the address for a token, or takes the one that this tab has. */
export async function openSession(): Promise<void> {
  const [, code, plan] = LINK.exec(location.hash) ?? [];
  // Before anything else, so that the code stays neither in the history nor in the address.
  if (code !== undefined)
    history.replaceState(null, "", `${location.pathname}#/${plan === undefined ? "" : `${plan}/run`}`);
  if (code === undefined) {
    token = sessionStorage.getItem(KEY) ?? undefined;
    isReadOnly.value = sessionStorage.getItem(READ_ONLY_KEY) !== null;
  } else await exchange(code);
  session.value = token === undefined ? "refused" : "open";
}

/**
 * Asks the server. What it answers is returned as it is, also an error.
 * @throws TypeError when the server cannot be reached, and AbortError when aborted.
 */
export async function ask(
  path: string,
  options: { body?: unknown; signal?: AbortSignal } = {},
): Promise<Response> {
  const { body, signal: abort } = options;
  const answer = await fetch(path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(abort === undefined ? {} : { signal: abort }),
  });
  if (answer.status === 401) {
    sessionStorage.removeItem(KEY);
    session.value = "refused";
  }
  return answer;
}

/** What the server has at a path. @throws Error with its words when it refuses. */
export async function load<T>(path: string, abort?: AbortSignal): Promise<T> {
  const answer = await ask(path, abort === undefined ? {} : { signal: abort });
  if (!answer.ok) throw new Error(await refusal(answer));
  return (await answer.json()) as T;
}

/** Why the server refused, in its words where it has any. */
export async function refusal(answer: Response): Promise<string> {
  const text = await answer.text();
  try {
    const { message, remedy } = (JSON.parse(text) as { error: { message: string; remedy?: string } }).error;
    return remedy === undefined ? message : `${message} ${remedy}`;
  } catch {
    return `The server answers with ${answer.status}.`;
  }
}
