/** Where somebody is told that a plan needs him, or has ended. */
export type NotifyTarget =
  | { readonly kind: "desktop" }
  /** With what there is to tell as JSON on its standard input. */
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "webhook"; readonly url: string };

/** The word for a notification on the desktop of the machine whose server tells. */
const DESKTOP = "desktop";

/** What the setting `notify` names; undefined: nobody is told. */
export function notifyTargetOf(setting: string): NotifyTarget | undefined {
  const text = setting.trim();
  if (text === "") return undefined;
  if (text === DESKTOP) return { kind: "desktop" };
  return isWebAddress(text) ? { kind: "webhook", url: text } : { kind: "command", command: text };
}

/** Whether the setting is the address of a webhook: no command begins like that. */
export function isWebAddress(setting: string): boolean {
  return /^https?:/i.test(setting.trim());
}

/**
 * Why nothing is sent to that address, in a phrase; undefined: it may. Without encryption everybody on the way could read
 * it, so `http:` is for this machine only.
 */
export function whyNoWebhook(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    return "it is no web address";
  }
  const isLoopback = ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  return url.protocol === "https:" || isLoopback
    ? undefined
    : "an address that begins with http:// is not encrypted";
}
