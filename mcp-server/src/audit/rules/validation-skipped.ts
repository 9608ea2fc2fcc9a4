import { extname } from "node:path";
import {
  allSteps,
  type Conversation,
  type FileWrites,
  pathWithin,
  type Step,
  type TranscriptPlace,
  wasReadAfter,
} from "../conversation/conversation.ts";
import { transcriptPathKey } from "../conversation/transcript-path.ts";
import type { AgentRun } from "../session/agent-run.ts";
import { conversationsOf, overlapInTime, type Session, startedRuns } from "../session/session.ts";
import type { AuditFinding, AuditRule } from "./audit-rule.ts";
import { namesOf, phrase } from "./phrase.ts";

/** Files beside the project, which nobody keeps. */
const SCRATCH =
  /^(?:\/private)?\/(?:tmp|var\/(?:tmp|folders))\/|\/AppData\/Local\/Temp\/|\/\.claude\/(?!worktrees\/)/i;
/** Nobody runs tests over prose. */
const PROSE = new Set([".md", ".mdx", ".txt", ".rst", ".adoc", ".log", ".csv", ".svg", ".png"]);

export const validationSkipped: AuditRule = {
  id: "validation-skipped",
  title: "Validation skipped",
  criterion:
    "Agents that worked at the same moment wrote files that are no prose; one of them ran no test, build, linter or comparison after its last write, and after its end its launcher neither did, nor read one of its files, nor launched anybody else, and closed with words of its own.",
  instead: "Check each result by itself (tests, a diff, a review), then all of them together.",
  find: (session) => (session.isLive ? [] : conversationsOf(session).flatMap((by) => judge(session, by))),
};

function judge(session: Session, by: Conversation): AuditFinding[] {
  if (by.closing === undefined || by.skipped.steps > 0) return [];
  const writers = startedRuns(session.runs).filter(
    (run) => run.by === by && run.outcome === "completed" && codeOf(run).length > 0,
  );
  const together = writers.filter((run) =>
    writers.some((other) => other !== run && overlapInTime(run, other)),
  );
  const unchecked = together.filter((run) => !wasChecked(run, by));
  const last = unchecked.at(-1);
  if (last?.reportedAt === undefined) return [];
  const names = unchecked.map((run) => run.name);
  const files = unchecked.flatMap(codeOf).map(({ path }) => pathWithin(by, path));
  return [
    {
      file: by.file,
      place: last.reportedAt,
      what: phrase`Nobody checked what ${namesOf(names)} wrote (${namesOf(files)})`,
      lostMs: 0,
      agents: unchecked,
      wasted: [],
    },
  ];
}

function codeOf({ conversation }: AgentRun): FileWrites[] {
  if (conversation === undefined) return [];
  return [...conversation.writes.values()].filter(({ path }) => {
    const isScratch = SCRATCH.test(path) && pathWithin(conversation, path) === path;
    return !isScratch && !PROSE.has(extname(path).toLowerCase());
  });
}

function wasChecked(run: AgentRun, by: Conversation): boolean {
  const { conversation, reportedAt } = run;
  if (conversation === undefined || reportedAt === undefined) return true;
  const lastWriteMs = Math.max(...[...conversation.writes.values()].map((file) => file.lastMs));
  const checkedItself = conversation.steps.some((step) => step.kind === "check" && step.atMs >= lastWriteMs);
  return (
    checkedItself ||
    allSteps(by).some((step) => step.line > reportedAt.line && isLook(step, reportedAt)) ||
    codeOf(run).some(({ path }) => wasReadAfter(by, transcriptPathKey(path), reportedAt.line))
  );
}

function isLook(step: Step, reportedAt: TranscriptPlace): boolean {
  return step.kind === "check" || (step.kind === "launch" && step.atMs >= reportedAt.atMs);
}
