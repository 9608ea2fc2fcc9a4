import { breakdownFields } from "./breakdown-fields.ts";
import { misbehavingWorkers } from "./misbehaving-workers.ts";
import { policySettings } from "./policy-settings.ts";
import { runnerClients } from "./runner-clients.ts";
import { SCALE } from "./scale.ts";
import { toolReference } from "./tool-reference.ts";

/** What makes a part of a document, by the name that its markers have. */
export type Parts = Readonly<Record<string, () => string>>;

/** The documents that are partly generated. Paths are relative to the repository. */
export const DOCUMENTS: Readonly<Record<string, Parts>> = {
  "docs/breakdown.md": { fields: breakdownFields },
  "docs/reliability.md": { "misbehaving workers": misbehavingWorkers },
  "docs/run.md": { clients: runnerClients },
  "docs/scale.md": SCALE,
  "docs/settings.md": { policy: policySettings },
  "docs/tools.md": { tools: toolReference },
};

/**
 * The document with each of its generated parts as the code makes it. What stands outside the markers is untouched.
 * @throws Error when a part has no pair of markers in the document.
 */
export function fillParts(document: string, parts: Parts): string {
  let filled = document;
  for (const [name, make] of Object.entries(parts)) {
    const begin = `<!-- begin generated: ${name} (npm run docs) -->\n`;
    const end = `\n<!-- end generated: ${name} -->`;
    const from = filled.indexOf(begin);
    const to = filled.indexOf(end, from);
    if (from < 0 || to < 0) throw new Error(`the document has no markers for "${name}"`);
    filled = `${filled.slice(0, from + begin.length)}\n${make()}\n${filled.slice(to)}`;
  }
  return filled;
}
