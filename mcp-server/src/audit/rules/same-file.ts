import { type FileWrites, pathWithin } from "../conversation/conversation.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { overlapInTime, type Session, startedRuns } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { namesOf, phrase } from "./phrase.ts";

export const sameFile: AuditRule = {
  id: "same-file",
  title: "Agents wrote the same file",
  criterion:
    "Two agents that were at work at the same moment both wrote one path with a file tool (worktrees have paths of their own).",
  instead: "Give each agent files of its own, or run those that share one after another.",
  find: (session) => pairsOf(session).flatMap(([a, b]) => judge(a, b)),
};

function pairsOf(session: Session): [AgentRun, AgentRun][] {
  const writers = startedRuns(session.runs).filter((run) => (run.conversation?.writes.size ?? 0) > 0);
  return writers.flatMap((a, i) =>
    writers
      .slice(i + 1)
      .filter((b) => overlapInTime(a, b))
      .map((b): [AgentRun, AgentRun] => [a, b]),
  );
}

function judge(a: AgentRun, b: AgentRun): AuditFinding[] {
  const shared = sharedFiles(a, b);
  const [first] = shared;
  if (first === undefined) return [];
  const lostWork = shared.flatMap(([ofA, ofB]) => overwritten(a, ofA, b, ofB));
  const [victim] = lostWork;
  const later =
    first[0].lastMs > first[1].lastMs ? { run: a, writes: first[0] } : { run: b, writes: first[1] };
  const paths = shared.map(([{ path }]) => pathWithin(a.by, path));
  const harm =
    victim === undefined ? "" : phrase`; what ${{ quoted: victim.name }} had written was replaced as a whole`;
  return [
    {
      file: (later.run.conversation ?? later.run.by).file,
      place: { line: later.writes.line, atMs: later.writes.firstMs },
      what: phrase`${{ quoted: a.name }} and ${{ quoted: b.name }} both wrote ${namesOf(paths)} while both were at work${harm}`,
      lostMs: 0,
      agents: [a, b],
      wasted: lostWork,
    },
  ];
}

function sharedFiles(a: AgentRun, b: AgentRun): [FileWrites, FileWrites][] {
  return [...(a.conversation?.writes ?? [])].flatMap(([key, ofA]): [FileWrites, FileWrites][] => {
    const ofB = b.conversation?.writes.get(key);
    return ofB !== undefined && ofA.firstMs <= a.endMs && ofB.firstMs <= b.endMs ? [[ofA, ofB]] : [];
  });
}

/** Whose work on the file the other replaced afterwards. */
function overwritten(a: AgentRun, ofA: FileWrites, b: AgentRun, ofB: FileWrites): AgentRun[] {
  if (ofB.replacedMs !== undefined && ofB.replacedMs > ofA.lastMs) return [a];
  return ofA.replacedMs !== undefined && ofA.replacedMs > ofB.lastMs ? [b] : [];
}
