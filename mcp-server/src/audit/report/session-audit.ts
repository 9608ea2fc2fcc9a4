import { NO_USAGE, type Usage } from "../../graph/usage.ts";
import { coveredMs, waitsOf } from "../../report/timeline/elapsed.ts";
import type { Span } from "../../report/timeline/slots.ts";
import type { Skipped } from "../conversation/conversation.ts";
import type { AuditFinding, AuditRuleId } from "../rules/audit-rule.ts";
import { rules } from "../rules/index.ts";
import type { AgentRun } from "../session/agent-run.ts";
import {
  type Burst,
  burstsOf,
  conversationsOf,
  durationOf,
  mostAtOnce,
  type Session,
  spansOf,
  startedRuns,
  usageOfAgents,
} from "../session/session.ts";

const TITLE_LIMIT = 200;

/** A finding as it is told, without the conversations behind it. */
export interface ReportedFinding extends Pick<AuditFinding, "file" | "place" | "what" | "lostMs"> {
  readonly rule: AuditRuleId;
  readonly session: string;
  readonly agents: readonly AgentFigures[];
  /** Time of agents whose work was of no use, or is in danger. */
  readonly wastedMs: number;
}

/** One message with its launches, in figures. */
export interface BurstFigures extends Pick<Burst, "wallMs" | "agentsMs" | "atOnce"> {
  readonly line: number;
  readonly atMs: number;
  readonly file: string;
  readonly agents: readonly AgentFigures[];
}

/** How many agents of a burst were not measured: where all are, its times and its number at once are none. */
export function unmeasuredIn({ agents }: BurstFigures): number {
  return agents.filter(({ spans }) => spans.length === 0).length;
}

export interface AgentFigures {
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  /** When it was at work; empty where that was not measured. */
  readonly spans: readonly Span[];
  readonly outcome: AgentRun["outcome"];
}

/** What is left of a session when it has been judged: figures and findings, none of its text. */
export interface SessionAudit {
  readonly id: string;
  readonly file: string;
  /** What the user first asked for. */
  readonly title: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Agents that started. */
  readonly agents: number;
  /** Those of them of which nothing says how long they worked. */
  readonly agentsUnmeasured: number;
  /** Those of them whose transcripts say nothing of tokens. */
  readonly agentsWithoutUsage: number;
  /** What the host counted for those, with what was read from the cache; 0 where it did not say. */
  readonly hostTokens: number;
  /** Whether agents worked for it, or for the session that it was forked or resumed from. */
  readonly hasAgents: boolean;
  readonly bursts: readonly BurstFigures[];
  /** The largest number that was really at work at the same moment. */
  readonly atOnce: number;
  /** The times of all agents added up: what they would have taken one after another. */
  readonly agentsMs: number;
  /** The time in which at least one agent was at work, and the waits between those of plans and those launched one by one. */
  readonly elapsedMs: number;
  /** By how much `elapsedMs` could have been shorter, by the findings. */
  readonly lostMs: number;
  /** Time of agents whose work was of no use or is in danger, by the findings. */
  readonly wastedMs: number;
  readonly mainUsage: Usage;
  /** `undefined` where no transcript of an agent says it. */
  readonly agentsUsage: Usage | undefined;
  readonly findings: readonly ReportedFinding[];
  readonly skipped: Skipped;
}

/**
 * Judges one session by every rule.
 * @param hasAgents whether agents worked for it, or for one that it was forked or resumed from or went on in
 */
export function auditSession(session: Session, hasAgents = session.runs.length > 0): SessionAudit {
  const runs = startedRuns(session.runs);
  const findings = rules.flatMap((rule) => rule.find(session).map((finding) => ({ rule, finding })));
  const wasted = new Set(findings.flatMap(({ finding }) => finding.wasted));
  const withoutUsage = runs.filter((run) => run.conversation?.usage === undefined);
  // The agents of a plan belong together, as in its report: what lies between them was waited for.
  const waits = waitsOf(spansOf(runs.filter((run) => run.isFromPlan)));
  const elapsedMs =
    coveredMs([...spansOf(runs), ...waits]) + sum(findings.map(({ finding }) => finding.idleMs ?? 0));
  return {
    id: session.id,
    file: session.main.file,
    title: titleOf(session),
    startMs: session.main.startMs,
    endMs: session.main.endMs,
    agents: runs.length,
    agentsUnmeasured: runs.filter((run) => run.spans.length === 0).length,
    agentsWithoutUsage: withoutUsage.length,
    hostTokens: sum(withoutUsage.map((run) => run.hostTokens)),
    hasAgents,
    bursts: burstsOf(session).map(figuresOf),
    atOnce: mostAtOnce(runs).length,
    agentsMs: sum(runs.map(durationOf)),
    elapsedMs,
    lostMs: Math.min(elapsedMs, sum(findings.map(({ finding }) => finding.lostMs))),
    wastedMs: sum([...wasted].map(durationOf)),
    mainUsage: session.main.usage ?? NO_USAGE,
    agentsUsage: usageOfAgents(session),
    findings: findings.map(({ rule, finding }) => found(session, rule.id, finding)),
    skipped: skippedOf(session),
  };
}

function found(session: Session, rule: AuditRuleId, finding: AuditFinding): ReportedFinding {
  const { file, place, what, lostMs, agents, wasted } = finding;
  return {
    ...{ rule, session: session.id, file, what, lostMs },
    place: { line: place.line, atMs: place.atMs },
    agents: agents.map(agentFigures),
    wastedMs: sum(wasted.map(durationOf)),
  };
}

function figuresOf({ by, place, runs, wallMs, agentsMs, atOnce }: Burst): BurstFigures {
  return {
    ...{ file: by.file, line: place.line, atMs: place.atMs, wallMs, agentsMs, atOnce },
    agents: runs.map(agentFigures),
  };
}

function agentFigures({ name, startMs, endMs, spans, outcome }: AgentRun): AgentFigures {
  return { name, startMs, endMs, spans, outcome };
}

const COMMAND = /<command-name>([^<]*)<\/command-name>/;
const ARGUMENTS = /<command-args>([^<]*)<\/command-args>/;

/** What the user first asked for; the host wraps the words of a slash command in tags. */
function titleOf({ main }: Session): string {
  const prompt = main.steps.find((step) => step.kind === "prompt" && step.text !== "");
  if (prompt?.kind !== "prompt") return "";
  const command = COMMAND.exec(prompt.text)?.[1];
  if (command === undefined) return prompt.text.slice(0, TITLE_LIMIT);
  return `${command} ${ARGUMENTS.exec(prompt.text)?.[1] ?? ""}`.trim().slice(0, TITLE_LIMIT);
}

function skippedOf(session: Session): Skipped {
  const all = conversationsOf(session).map((conversation) => conversation.skipped);
  return {
    brokenLines: sum(all.map((skipped) => skipped.brokenLines)),
    longLines: sum(all.map((skipped) => skipped.longLines)),
    steps: sum(all.map((skipped) => skipped.steps)),
    launches: sum(all.map((skipped) => skipped.launches)) + session.unreadAgents,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
