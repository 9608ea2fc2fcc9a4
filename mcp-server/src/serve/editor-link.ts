import { realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** Editors that open a file by an address of their own. */
export type Editor = "vscode" | "cursor" | "idea" | "none";

/** Over SSH the browser, and whatever editor it opens, is on another machine. */
export function usualEditor(env: Readonly<Record<string, string | undefined>>): Editor {
  return env.SSH_CONNECTION === undefined ? "vscode" : "none";
}

/**
 * What opens a file of a checkout in the user's editor.
 * @param path as a log or git names it, from the checkout's root.
 * @returns undefined where there is no such file, or it lies outside of the checkout.
 */
export function editorLink(editor: Editor, root: string, path: string): string | undefined {
  if (editor === "none") return undefined;
  let file: string;
  try {
    file = realpathSync(join(root, path));
    if (!file.startsWith(`${realpathSync(root)}${sep}`)) return undefined;
  } catch {
    return undefined;
  }
  return editor === "idea"
    ? `idea://open?file=${encodeURIComponent(file)}`
    : `${editor}://file${pathToFileURL(file).pathname}`;
}
