import type { MarkdownDocument } from "./document.ts";

const DEPENDENCY_KEYS = [
  "depends_on",
  "depends-on",
  "dependsOn",
  "dependencies",
  "blocked_by",
  "blocked-by",
  "blockedBy",
  "conflicts_with",
];

/** The keys by which a file's front matter shows that the file is one task of many, or none. */
export function singleTaskKeys({ frontMatter }: MarkdownDocument): string[] {
  const keys = Object.keys(frontMatter);
  const dependencies = keys.filter((key) => DEPENDENCY_KEYS.includes(key));
  const isRecord =
    keys.includes("status") &&
    ["id", "task", "task_id", "parallel", "epic"].some((key) => keys.includes(key));
  return dependencies.length > 0 || isRecord
    ? keys.filter((key) => dependencies.includes(key) || /^(?:id|status|files|task|task_id|epic)$/.test(key))
    : [];
}
