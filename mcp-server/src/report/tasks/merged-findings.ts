import { type Finding, SEVERITIES, type Severity } from "../../graph/attempt.ts";
import type { PlanState } from "../../graph/plan-state.ts";
import type { TaskId } from "../../graph/task.ts";
import { normalisePath, normaliseText } from "../../text/normalise.ts";
import { type AcceptingReview, type AttemptFinding, reportedFindings } from "./reported-findings.ts";

/** A finding that one or more tasks reported. */
export interface MergedFinding extends Finding {
  /** In the order in which they found it. */
  readonly foundBy: readonly TaskId[];
  /** The first review that accepted the work when this had been fixed; absent: it is open, as far as anybody knows. */
  readonly acceptedBy?: TaskId;
}

/** Of all words of two texts this share is in both, if they say one thing. */
const SAME_WORDS = 0.8;
/** Two agents seldom point at exactly the same line of a statement. */
const NEAR_LINES = 3;
/** With so many findings in its file each is compared: there may be thousands. */
const COMPARED_FINDINGS = 100;

/** A finding as it is compared with others. */
interface Compared {
  readonly path: string;
  /** Absent: the file as a whole. */
  readonly line?: number;
  readonly words: ReadonlySet<string>;
}

/** What has been found so far, and as what it was found first. */
interface Known {
  readonly first: Compared;
  readonly reported: AttemptFinding[];
  merged: MergedFinding;
}

/**
 * Findings that mean the same become one: the same text (but for letter case, spaces and the full stop) at the same
 * place, or, found by two tasks, nearly the same words near the same line. What differs in its words stays apart, also
 * of one line: a text that is dropped must have said nothing more. The first wording is kept, and the worst severity.
 * Worst first; within a severity in order of discovery. A mere remark (`info`) asks for nothing, so that nothing fixes it.
 */
export function mergedFindings(state: Pick<PlanState, "tasks" | "claims">): MergedFinding[] {
  const all: Known[] = [];
  const byText = new Map<string, Known>();
  const byPath = new Map<string, Known[]>();
  for (const report of reportedFindings(state)) {
    const { task, finding } = report;
    const one = comparedOf(finding);
    const key = JSON.stringify([normalisePath(finding.file ?? ""), normaliseText(finding.text)]);
    const inFile = byPath.get(one.path) ?? [];
    const known = byText.get(key) ?? inFile.find((other) => isSame(other, one, task));
    if (known) {
      known.reported.push(report);
      known.merged = {
        ...known.merged,
        severity: worse(known.merged.severity, finding.severity),
        foundBy: [...new Set([...known.merged.foundBy, task])],
      };
      byText.set(key, known);
    } else {
      const fresh = { first: one, reported: [report], merged: { ...finding, foundBy: [task] } };
      all.push(fresh);
      byText.set(key, fresh);
      if (one.path !== "" && inFile.length < COMPARED_FINDINGS) byPath.set(one.path, [...inFile, fresh]);
    }
  }
  return all
    .map(({ merged, reported }) => ({
      ...merged,
      ...(merged.severity !== "info" && acceptedBy(reported)),
    }))
    .sort((a, b) => rank(a.severity) - rank(b.severity));
}

/** What was found again when it had been accepted, or by the review that accepted it, is not fixed. */
function acceptedBy(reported: readonly AttemptFinding[]): Pick<MergedFinding, "acceptedBy"> {
  const last = reported
    .flatMap(({ accepted }) => accepted ?? [])
    .reduce<AcceptingReview | undefined>((a, b) => (a && a.atMs >= b.atMs ? a : b), undefined);
  const isOpen = reported.some(({ atMs, accepted }) => !accepted && last && atMs >= last.atMs);
  return last && !isOpen ? { acceptedBy: last.by } : {};
}

function comparedOf({ file, text }: Finding): Compared {
  const [, path = "", line] = /^(.*?)(?::(\d+)(?:[-:,]\d+)*)?$/s.exec(normalisePath(file ?? "")) ?? [];
  const words = new Set(normaliseText(text).match(/[\p{L}\p{N}]+/gu));
  return { path, ...(line !== undefined && { line: Number(line) }), words };
}

/** Whether another task has found the same in this file. */
function isSame({ first, merged }: Known, { line, words }: Compared, task: TaskId): boolean {
  if (merged.foundBy.includes(task)) return false;
  const isNear = line === undefined || first.line === undefined || Math.abs(line - first.line) <= NEAR_LINES;
  return isNear && shareOfWords(words, first.words) >= SAME_WORDS;
}

function shareOfWords(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const both = [...a].filter((word) => b.has(word)).length;
  return both / Math.max(1, a.size + b.size - both);
}

function worse(a: Severity, b: Severity): Severity {
  return rank(a) < rank(b) ? a : b;
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}
