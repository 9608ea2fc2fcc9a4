import { createHash } from "node:crypto";
import type { Entry, Journal, Sent } from "./journal.ts";
import { attemptOf, type Replay } from "./replay.ts";

/** What became of one call of a client, with all of its tries. */
interface Call {
  readonly sent: Sent;
  tries: number;
  answers: boolean[];
}

/** The calls with a token that clients made, by nonce. */
export function sentCalls(journals: readonly Journal[]): Map<string, Sent> {
  const sent = journals.flatMap(({ entries }) => entries.filter((entry) => entry.kind === "sent"));
  return new Map(sent.map((entry) => [entry.nonce, entry]));
}

/** The attempts whose agents have said that they end. */
export function endedAgents(journals: readonly Journal[]): Set<number> {
  const ends = journals.flatMap(({ entries }) => entries.filter((entry) => entry.kind === "ends"));
  return new Set(ends.map(({ token }) => attemptOf(token)));
}

/**
 * Compares what the clients were told with what the log has (invariants 1, 5 and 9).
 * @param endedOwners processes whose end ended their claims, although their agents may have lived.
 */
export function testimonyProblems(
  journals: readonly Journal[],
  replay: Replay,
  endedOwners: ReadonlySet<number> = new Set(),
): string[] {
  const problems: string[] = [];
  const givenTo = new Map<string, Journal>();
  for (const journal of journals) {
    for (const entry of journal.entries) {
      if (entry.kind === "given") problems.push(...givenProblems(entry, journal, givenTo, replay));
      if (entry.kind === "unexpected") problems.push(`unexpected: ${entry.text}`);
    }
    for (const call of callsOf(journal)) problems.push(...effectProblems(call, replay));
  }
  for (const journal of journals) {
    const isOwnerGone = endedOwners.has(journal.pid);
    problems.push(...deadTokenProblems(journal, isOwnerGone, givenTo, replay));
  }
  return problems;
}

function givenProblems(
  { task, token }: Extract<Entry, { kind: "given" }>,
  journal: Journal,
  givenTo: Map<string, Journal>,
  replay: Replay,
): string[] {
  const before = givenTo.get(token);
  givenTo.set(token, journal);
  const claim = replay.claims.get(attemptOf(token));
  const hash = createHash("sha256").update(token).digest("hex");
  const isLogged = claim?.tokenHash === hash && claim.task === task && claim.ownerPid === journal.pid;
  return [
    ...(before && before !== journal ? [`invariant 1: the claim of ${task} was given to two clients`] : []),
    ...(isLogged ? [] : [`invariant 9: a claim of ${task} was given out and is not in the log`]),
  ];
}

function callsOf({ entries }: Journal): Call[] {
  const calls = new Map<string, Call>();
  for (const entry of entries) {
    if (entry.kind === "sent") {
      const call = calls.get(entry.nonce);
      if (call) call.tries += 1;
      else calls.set(entry.nonce, { sent: entry, tries: 1, answers: [] });
    }
    if (entry.kind === "answered") calls.get(entry.nonce)?.answers.push(entry.accepted);
  }
  return [...calls.values()];
}

/** What was acknowledged is in the log, once; what was refused is not. */
function effectProblems({ sent, tries, answers }: Call, replay: Replay): string[] {
  if (sent.call === "brief") return [];
  const effects = replay.effects.get(sent.nonce) ?? 0;
  const what = `${sent.call} ${sent.nonce} on ${sent.task}`;
  if (answers.includes(true) && effects === 0) return [`invariant 9: ${what} was acknowledged and is lost`];
  // A repeated report is the same report; every try of a note may have been kept before the server was killed.
  const most = sent.call === "report" ? 1 : tries;
  if (effects > most) return [`invariant 5: ${what} had an effect ${effects} times`];
  if (sent.call === "report" && answers.lastIndexOf(false) > answers.indexOf(true) && answers.includes(true))
    return [`invariant 5: ${what} was accepted, and refused when it was repeated`];
  // The try that was refused may follow on one that got through and was never answered.
  if (answers.includes(false) && effects > (sent.call === "report" ? 0 : tries - 1))
    return [`invariant 5: ${what} was refused and had an effect`];
  return [];
}

/** Tokens that must be refused, whatever the server knows by then, and refusals that must not be. */
function deadTokenProblems(
  journal: Journal,
  isOwnerGone: boolean,
  givenTo: ReadonlyMap<string, Journal>,
  replay: Replay,
): string[] {
  /** By token: the report that ended its attempt. */
  const reported = new Map<string, string>();
  const sent = new Map<string, Sent>();
  const wasDead = new Map<string, string>();
  const problems: string[] = [];
  for (const entry of journal.entries) {
    if (entry.kind === "sent") {
      sent.set(entry.nonce, entry);
      const why = whyDead(entry, journal, givenTo, reported, replay);
      if (why === undefined) wasDead.delete(entry.nonce);
      else wasDead.set(entry.nonce, why);
    }
    if (entry.kind !== "answered") continue;
    const call = sent.get(entry.nonce);
    if (!call) continue;
    const why = wasDead.get(entry.nonce);
    if (entry.accepted && why !== undefined)
      problems.push(`invariant 5: ${call.call} on ${call.task} was accepted with a token ${why}`);
    if (
      !entry.accepted &&
      why === undefined &&
      !isOwnerGone &&
      replay.claims.get(attemptOf(call.token))?.cause === "its session ended"
    )
      problems.push(`invariant 9: the claim of ${call.task} was ended although its client was alive`);
    if (entry.accepted && call.call === "report") reported.set(call.token, call.nonce);
  }
  return problems;
}

function whyDead(
  { token, task, nonce }: Sent,
  journal: Journal,
  givenTo: ReadonlyMap<string, Journal>,
  reported: ReadonlyMap<string, string>,
  replay: Replay,
): string | undefined {
  if (replay.claims.get(attemptOf(token))?.task !== task) return "of another task";
  if (givenTo.get(token) !== journal) return "of a client that had ended";
  const report = reported.get(token);
  return report !== undefined && report !== nonce ? "whose attempt had been reported" : undefined;
}
