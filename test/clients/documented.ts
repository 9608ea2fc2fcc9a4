import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../plugin/checkout.ts";

/** A fenced block of a client's section in docs/clients.md, with the path of this checkout in it. */
export function documented(section: string, language: string): string {
  const page = readFileSync(join(CHECKOUT, "docs", "clients.md"), "utf8");
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const block = blocks.find(([, name]) => name === language)?.[2];
  if (block === undefined)
    throw new Error(`docs/clients.md has no ${language || "plain"} block under ${section}`);
  return block.replaceAll("/path/to/parallel", CHECKOUT);
}

/**
 * The words of a documented command, as a shell would read them.
 * @param line which line of the block.
 * @param prompt what stands for the dots.
 */
export function documentedCommand(section: string, prompt: string, line = 0): string[] {
  const command = documented(section, "").split("\n")[line] ?? "";
  return [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) =>
    quoted === "…" ? prompt : (quoted ?? word),
  );
}
