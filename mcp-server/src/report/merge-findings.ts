import { type Finding, SEVERITIES, type Severity } from "../graph/attempt.ts";
import type { TaskId } from "../graph/task.ts";
import { normalisePath, normaliseText } from "./normalise.ts";

/** A finding that one or more tasks reported. */
export interface MergedFinding extends Finding {
  /** In the order in which they found it. */
  readonly foundBy: readonly TaskId[];
}

/**
 * Findings with the same file and, but for letter case, spaces and the full stop, the same text are one.
 * It keeps the first wording and the worst severity. Worst first; within a severity in order of discovery.
 */
export function mergeFindings(
  found: readonly { readonly task: TaskId; readonly finding: Finding }[],
): MergedFinding[] {
  const merged = new Map<string, MergedFinding>();
  for (const { task, finding } of found) {
    const key = JSON.stringify([normalisePath(finding.file ?? ""), normaliseText(finding.text)]);
    const known = merged.get(key);
    merged.set(key, {
      ...(known ?? finding),
      severity: worse(known?.severity, finding.severity),
      foundBy: [...new Set([...(known?.foundBy ?? []), task])],
    });
  }
  return [...merged.values()].sort((a, b) => rank(a.severity) - rank(b.severity));
}

function worse(a: Severity | undefined, b: Severity): Severity {
  return a !== undefined && rank(a) < rank(b) ? a : b;
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
