import type { Breakdown } from "../breakdown.ts";
import { toBreakdown } from "../foreign-breakdown.ts";
import { isSpecKit, readSpecKit } from "../spec-kit/spec-kit.ts";
import { isSuperpowers, readSuperpowers } from "../superpowers/superpowers.ts";
import { parseMarkdown } from "./document.ts";

/** The breakdown that a Markdown file holds; undefined if it holds no plan. @throws BreakdownError */
export function readMarkdownBreakdown(text: string, file: string): Breakdown | undefined {
  const document = parseMarkdown(text, file);
  if (isSpecKit(document)) return toBreakdown(readSpecKit(document, file), file);
  if (isSuperpowers(document)) return toBreakdown(readSuperpowers(document, file), file);
  return undefined;
}
