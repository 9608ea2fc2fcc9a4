import { signal } from "@preact/signals";
import { pathPart } from "../connection/paths.ts";

export type View = "run" | "graph";

/** What the page shows, as its address says it: `#/<plan>/<view>?task=3.7`. */
export interface Address {
  /** The address of the plan at the server; absent: all plans. */
  readonly of?: string;
  readonly view: View;
  /** The task in the panel. */
  readonly task?: string;
  /** The panel shows what went wrong. */
  readonly trouble?: true;
}

export const address = signal<Address>({ view: "run" });

export function readAddress(hash: string): Address {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [of, view] = path.split("/").map(decoded);
  const asked = new URLSearchParams(query);
  const task = asked.get("task");
  return {
    ...(of ? { of } : {}),
    view: view === "graph" ? "graph" : "run",
    ...(task === null ? {} : { task }),
    ...(asked.has("trouble") ? { trouble: true } : {}),
  };
}

export function writeAddress({ of, view, task, trouble }: Address): string {
  if (of === undefined) return "#/";
  const path = [of, view].map(pathPart).join("/");
  const asked = new URLSearchParams({
    ...(task === undefined ? {} : { task }),
    ...(trouble ? { trouble: "" } : {}),
  }).toString();
  return `#/${path}${asked === "" ? "" : `?${asked}`}`;
}

/** Goes there, as a step of its own in the tab's history. */
export function goTo(next: Address): void {
  const hash = writeAddress(next);
  if (hash !== location.hash) history.pushState(null, "", hash);
  address.value = next;
}

/** The same place with another task in the panel, or with none. */
export function openTask(task: string | undefined): void {
  const { of, view } = address.value;
  goTo({ ...(of === undefined ? {} : { of }), view, ...(task === undefined ? {} : { task }) });
}

export function followAddress(): void {
  const read = () => {
    // A fresh link was opened in this tab: its code is exchanged at the start of a page.
    if (location.hash.startsWith("#code=")) location.reload();
    else address.value = readAddress(location.hash);
  };
  addEventListener("popstate", read);
  addEventListener("hashchange", read);
  read();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
