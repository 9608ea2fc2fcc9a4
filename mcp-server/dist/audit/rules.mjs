// import:audit/conversation.mjs in audit/rules.mjs
import { allSteps, claimedAgents, claimsSuccess, claimsTestsPass, clipSpans, fileName, pathWithin, stepsBetween, transcriptPathKey, wasReadAfter } from "./conversation.mjs";

// import:audit/session.mjs in audit/rules.mjs
import { burstsOf, conversationsOf, durationOf, measuredRuns, mostAtOnce, overlapInTime, spansOf, startedRuns } from "./session.mjs";

// mcp-server/src/audit/rules/phrase.ts
function phrase(ours, ...values) {
  return ours.flatMap((text, i) => {
    const value = values[i];
    if (value === void 0) return [text];
    if (typeof value === "number") return [text, String(value)];
    return typeof value === "string" || "quoted" in value ? [text, value] : [text, ...value];
  });
}
function namesOf(names, shown = 3) {
  const pieces = names.slice(0, shown).flatMap((quoted, i) => i === 0 ? [{ quoted }] : [", ", { quoted }]);
  return names.length > shown ? [...pieces, ` and ${names.length - shown} more`] : pieces;
}
function phraseText(phrase2, quote) {
  return phrase2.map((piece) => typeof piece === "string" ? piece : quote(piece.quoted)).join("");
}

// mcp-server/src/audit/rules/independence.ts
var AFTERWORK = /\b(?:review|verif\w*|validat\w*|check|fix\w*|debug\w*|retry|integrat\w*|merg\w*|combin\w*|synthesi[sz]\w*|summari[sz]\w*|finali[sz]\w*|follow|continu\w*|address|apply|implement\w*|execut\w*)\b/gi;
var POINTS_BACK = /\b(?:based on|previous(?:ly)?|earlier|above|findings|as (?:found|identified|described|established)|results? (?:of|from)|output (?:of|from)|the (?:first|other|last|prior) (?:agent|task|step)|already (?:done|created|implemented|written|exists?|added)|now that|after the)\b/i;
var IDENTIFIER = /[\w@-]*\w[./_:-][\w./_:@-]*\w|\b[a-z]+[A-Z]\w+\b|\b[A-Z][a-z]+[A-Z]\w+\b/g;
var MIN_IDENTIFIER = 6;
function isPrerequisite(earlier, later, promptsOfUser) {
  return isSameTask(earlier, later) || isAfterwork(earlier, later) || POINTS_BACK.test(later.prompt) || touchesWorkOf(earlier, later) || knowsFromReport(earlier, later, promptsOfUser);
}
function isSameTask(a, b) {
  const normal = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const [one, other] = [normal(a.name), normal(b.name)];
  if (one === other) return true;
  const promptOfA = a.launch?.prompt ?? "";
  return promptOfA !== "" && promptOfA === b.launch?.prompt;
}
function isAfterwork(earlier, later) {
  const before = new Set(words(`${earlier.name} ${earlier.agentType}`));
  return words(`${later.name} ${later.agentType}`).some((word) => !before.has(word));
}
function words(text) {
  return [...text.matchAll(AFTERWORK)].map(([word]) => word.toLowerCase().slice(0, 5));
}
function touchesWorkOf(earlier, later) {
  return [...earlier.conversation?.writes ?? []].some(
    ([key, { path }]) => later.conversation?.writes.has(key) || later.conversation?.reads.has(key) || namesFile(later.prompt, path)
  );
}
function namesFile(text, path) {
  const name = fileName(path);
  return name.length >= MIN_IDENTIFIER - 1 && text.includes(name);
}
function knowsFromReport(earlier, later, promptsOfUser) {
  const known = [earlier.prompt, ...promptsOfUser.map((prompt) => prompt.text)].join("\n");
  return [...later.prompt.matchAll(IDENTIFIER)].some(
    ([name]) => name.length >= MIN_IDENTIFIER && earlier.report.includes(name) && !known.includes(name)
  );
}

// mcp-server/src/audit/rules/reaction.ts
var REPAIR = /\b(?:fix\w*|retry|re-?try|re-?run|again|re-?do|debug\w*|investigat\w*|repair\w*|recover\w*)\b/i;
function reactionTo(failed, runs, untilMs) {
  const { by, reportedAt } = failed;
  if (reportedAt === void 0) return { mentioned: false, recovered: false, continued: false };
  const after = allSteps(by).filter((step) => step.line >= reportedAt.line && step.atMs <= untilMs);
  const repairs = runs.filter(
    (run) => run !== failed && run.by === by && run.startMs >= reportedAt.atMs && run.startMs <= untilMs && (isSameTask(failed, run) || REPAIR.test(`${run.name} ${run.launch?.prompt ?? ""}`))
  );
  return {
    mentioned: after.some((step) => isMention(step, failed)),
    recovered: repairs.some((run) => run.outcome === "completed") || after.some((step) => step.kind === "work" && step.writes > 0),
    continued: repairs.length === 0 && after.some((step) => step.kind === "statement" || step.kind === "launch")
  };
}
function isMention(step, failed) {
  if (step.kind === "statement") return step.admitsFailure;
  if (step.kind === "message") return !step.isStop && step.agentId === failed.agentId;
  return false;
}

// mcp-server/src/audit/rules/contradicted-claim.ts
var contradictedClaim = {
  id: "contradicted-claim",
  title: "A final claim that the transcript contradicts",
  criterion: "The last words before the user's next prompt, or before the end, claim that all is done or that checks pass and name nothing that is not; but an agent had failed or been refused and nobody made that good, or an agent was still at work, or the last test run had failed, or fewer agents had completed than the words say.",
  instead: "Count results before summing up: how many were launched, completed, failed, and what tests say.",
  find: (session) => closingsOf(session).flatMap((closing) => judge(session, closing))
};
function contradictedBy(session) {
  return new Set(
    closingsOf(session).filter((closing) => claims(closing.statement)).flatMap((closing) => notRecovered(session, closing))
  );
}
function closingsOf({ main }) {
  const closings = [];
  let statement;
  let sinceMs = 0;
  const close = (next) => {
    if (statement !== void 0) closings.push({ statement, sinceMs });
    statement = void 0;
    sinceMs = next?.atMs ?? sinceMs;
  };
  for (const step of main.steps) {
    if (step.kind === "prompt") close(step);
    else if (step.kind === "statement") statement = step;
    else if (step.kind !== "notice") statement = void 0;
  }
  close(void 0);
  return closings;
}
function claims({ text }) {
  return claimsSuccess(text) || claimsTestsPass(text);
}
function judge(session, closing) {
  const { statement } = closing;
  if (session.runs.length === 0 || session.main.skipped.steps > 0) return [];
  const done = claims(statement);
  const failed = done ? notRecovered(session, closing) : [];
  const running = done ? stillAtWork(session, statement) : [];
  const reasons = [
    ...failed.length > 0 ? [phrase`${namesOf(failed.map((run) => run.name))} had failed`] : [],
    ...running.length > 0 ? [phrase`${namesOf(running.map((run) => run.name))} had not ended`] : [],
    ...failedTest(session, statement),
    ...miscounted(session, statement)
  ];
  const [first, ...more] = reasons;
  if (first === void 0) return [];
  const why = more.reduce((all, reason) => phrase`${all}, ${reason}`, first);
  return [
    {
      file: session.main.file,
      place: { line: statement.line, atMs: statement.atMs },
      what: phrase`It says ${{ quoted: claimIn(statement.text) }}, but ${why}`,
      lostMs: 0,
      agents: [...failed, ...running],
      wasted: failed
    }
  ];
}
function notRecovered(session, { statement, sinceMs }) {
  return session.runs.filter(
    (run) => run.by === session.main && (run.outcome === "failed" || run.outcome === "refused") && run.reportedAt !== void 0 && run.startMs >= sinceMs && run.reportedAt.atMs <= statement.atMs && !reactionTo(run, session.runs, statement.atMs).recovered
  );
}
function stillAtWork(session, statement) {
  return session.runs.filter(
    (run) => run.by === session.main && run.launch !== void 0 && run.outcome !== "refused" && run.outcome !== "stopped" && !run.isTeammate && run.spans.length > 0 && run.startMs < statement.atMs && run.endMs > statement.atMs
  );
}
function failedTest(session, statement) {
  if (!claimsTestsPass(statement.text)) return [];
  const checks = conversationsOf(session).flatMap((conversation) => conversation.steps).filter(
    (step) => step.kind === "check" && step.of !== "look" && step.atMs <= statement.atMs
  ).sort((a, b) => a.atMs - b.atMs);
  const lastTest = checks.findLast((check) => check.of === "test");
  const lastPassed = checks.findLast((check) => check.failed !== true);
  if (lastTest?.failed !== true || (lastPassed?.atMs ?? 0) >= lastTest.atMs) return [];
  return [phrase`the last test run (${{ quoted: lastTest.command }}) had failed`];
}
function miscounted(session, statement) {
  const claimed = claimedAgents(statement.text);
  if (claimed === void 0 || session.main.copiedRecords > 0 || session.unreadAgents > 0) return [];
  if (session.agents.length > session.runs.length) return [];
  const completed = session.runs.filter(
    (run) => run.outcome === "completed" && run.endMs <= statement.atMs || isUnknown(run)
  ).length;
  if (claimed <= completed) return [];
  return [phrase`only ${completed} of ${claimed} agents had completed`];
}
function isUnknown({ outcome, spans, isTeammate }) {
  return isTeammate || outcome !== "refused" && outcome !== "failed" && spans.length === 0;
}
function claimIn(text) {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/);
  return sentences.find((sentence) => claimsSuccess(sentence) || claimsTestsPass(sentence)) ?? sentences.find((sentence) => claimedAgents(sentence) !== void 0) ?? text;
}

// mcp-server/src/audit/rules/dependent-together.ts
var ORDER = /\b(?:after|once|when|as soon as|wait (?:for|until))\b[^.\n]{3,120}?\b(?:finish(?:es|ed)?|complete[ds]?|(?:is|are) (?:done|ready|available|in place)|has (?:run|finished|completed))\b/gi;
var COMMON = /^(?:task|agent|create|write|implement|update|test|tests|code|file|files|module|review|build|with|from|that|this)$/;
var dependentTogether = {
  id: "dependent-together",
  title: "Dependent tasks launched together",
  criterion: "Of two agents that were launched in one message and worked at the same moment, one looked for a file that was not there yet and that the other wrote afterwards; or it read a file that its prompt names before the other wrote it; or its prompt says to wait for what the other's description names.",
  instead: "Launch what needs a result when the result is there, and hand it over in the prompt.",
  find: (session) => burstsOf(session).flatMap(
    ({ runs }) => runs.flatMap(
      (later) => runs.filter((earlier) => earlier !== later && overlapInTime(earlier, later)).flatMap((earlier) => judge2(earlier, later)).slice(0, 1)
    )
  )
};
function judge2(earlier, later) {
  const why = readTooEarly(earlier, later) ?? saysToWait(earlier, later);
  return why === void 0 ? [] : [{ ...why, lostMs: 0, agents: [earlier, later], wasted: [later] }];
}
function readTooEarly(earlier, later) {
  const { conversation } = later;
  for (const [key, { path, line, firstMs, missingMs }] of conversation?.reads ?? []) {
    const written = earlier.conversation?.writes.get(key);
    if (conversation === void 0 || written === void 0 || conversation.writes.has(key)) continue;
    const wasMissing = missingMs !== void 0 && missingMs < written.lastMs;
    if (!wasMissing && !(namesFile(later.prompt, path) && firstMs < written.firstMs)) continue;
    const how = wasMissing ? "looked for" : "read";
    return {
      file: conversation.file,
      place: { line, atMs: missingMs ?? firstMs },
      what: phrase`${{ quoted: later.name }} ${how} ${{ quoted: pathWithin(later.by, path) }} before ${{ quoted: earlier.name }}, launched in the same message, had written it`
    };
  }
  return void 0;
}
function saysToWait(earlier, later) {
  const { launch } = later;
  if (launch === void 0 || later.isFromPlan) return void 0;
  const names = wordsOf(earlier.name).filter((word) => !wordsOf(later.name).includes(word));
  const order = [...launch.prompt.matchAll(ORDER)].find(([sentence]) => {
    const said = wordsOf(sentence);
    return names.length > 0 && names.every((word) => said.includes(word));
  });
  if (order === void 0) return void 0;
  return {
    file: later.by.file,
    place: { line: launch.line, atMs: launch.atMs },
    what: phrase`${{ quoted: later.name }} was told ${{ quoted: order[0] }}, and launched in the same message as ${{ quoted: earlier.name }}`
  };
}
function wordsOf(text) {
  const words2 = text.toLowerCase().match(/[\p{L}\p{N}]{4,}/gu) ?? [];
  return words2.filter((word) => !COMMON.test(word));
}

// mcp-server/src/audit/rules/failures-ignored.ts
var failuresIgnored = {
  id: "failures-ignored",
  title: "Failures ignored",
  criterion: "An agent failed, was refused or reported nothing, its launcher learnt of it and went on, and up to its end neither said anything of a failure, nor gave the task to anybody again, nor wrote a file itself. When its last words claim success as well, it is a contradicted claim instead.",
  instead: "Look at each result; retry, do without it and say so, or ask.",
  find: (session) => {
    const claimed = contradictedBy(session);
    return session.runs.filter((run) => isIgnored(session, run) && !claimed.has(run)).map(ignored);
  }
};
function isIgnored(session, run) {
  if (run.outcome !== "failed" && run.outcome !== "refused" || run.by.skipped.steps > 0) return false;
  const { mentioned, recovered, continued } = reactionTo(run, session.runs, Number.POSITIVE_INFINITY);
  return continued && !mentioned && !recovered;
}
function ignored(run) {
  const how = run.outcome === "refused" ? "never started" : "failed";
  return {
    file: run.by.file,
    place: run.reportedAt ?? { line: run.launch?.line ?? 1, atMs: run.startMs },
    what: phrase`${{ quoted: run.name }} ${how} (${{ quoted: run.cause }}), and nothing followed from it`,
    lostMs: 0,
    agents: [run],
    wasted: [run]
  };
}

// mcp-server/src/audit/rules/lost-agents.ts
var UNKNOWN_ID = /no (?:task|agent|shell|background)[^.]{0,40}\bfound|not found|unknown (?:task|agent)|does not exist/i;
var lostAgents = {
  id: "lost-agents",
  title: "Lost agents",
  criterion: "A background agent worked, and no result of it reached the conversation that launched it before that conversation ended; or a result was asked for under an id that no launch had returned. Sessions that still go on or were cut off, teammates, and agents that were stopped on purpose, are left alone.",
  instead: "Keep every agent id, and end only when each agent has been collected or stopped.",
  find: (session) => [
    ...measuredRuns(session.runs).filter((run) => isLost(session, run)).map(lost),
    ...conversationsOf(session).flatMap((by) => wrongIds(session, by))
  ]
};
function isLost(session, run) {
  return !session.isLive && run.launch !== void 0 && run.isBackground && !run.isTeammate && // Cut off in the middle of its work, a conversation could collect nobody.
  run.by.closing !== void 0 && run.reportedAt === void 0 && run.outcome !== "stopped";
}
function lost(run) {
  const how = run.outcome === "unfinished" ? "was cut off: its launcher ended first" : "ended, and its result never reached its launcher";
  return {
    file: run.by.file,
    place: { line: run.launch?.line ?? 1, atMs: run.launch?.atMs ?? run.startMs },
    what: phrase`${{ quoted: run.name }} ${how}`,
    lostMs: 0,
    agents: [run],
    wasted: [run]
  };
}
function wrongIds(session, by) {
  if (!session.runs.some((run) => run.by === by && run.isBackground)) return [];
  const known = new Set(session.runs.map((run) => run.agentId));
  if (by.copiedRecords > 0) return [];
  return by.steps.filter(
    (step) => step.kind === "collect" && !known.has(step.agentId) && step.answer?.isError === true && !/no such tool/i.test(step.answer.text) && UNKNOWN_ID.test(step.answer.text)
  ).map((step) => ({
    file: by.file,
    place: { line: step.line, atMs: step.atMs },
    what: phrase`A result was asked for under the id ${{ quoted: step.agentId }}, which no launch had returned`,
    lostMs: 0,
    agents: [],
    wasted: []
  }));
}

// import:report.mjs in audit/rules.mjs
import { MAX_SILENCE_MS, coveredMs, totalMs } from "../report.mjs";

// import:text.mjs in audit/rules.mjs
import { formatDuration } from "../text.mjs";

// mcp-server/src/audit/rules/overloaded-agent.ts
var MIN_AGENTS = 3;
var MIN_TAIL_MS = 6e4;
var overloadedAgent = {
  id: "overloaded-agent",
  title: "One agent overloaded while others idled",
  criterion: "Of at least three agents that were launched in one message, the last one worked alone for at least a minute and at least half of the whole time, took at least twice as long as the second longest, and hardly anybody else was at work meanwhile.",
  instead: "Split the longest task, or start it first and keep launching others beside it.",
  find: (session) => burstsOf(session).flatMap((burst) => judge3(session, burst))
};
function judge3(session, burst) {
  const runs = measuredRuns(burst.runs);
  const [last, next] = [...runs].sort((a, b) => b.endMs - a.endMs);
  const [, second] = runs.map(durationOf).sort((a, b) => b - a);
  if (runs.length < MIN_AGENTS || last?.launch === void 0 || next === void 0 || second === void 0) {
    return [];
  }
  const tail = clipSpans(last.spans, next.endMs, last.endMs);
  const tailMs = totalMs(tail);
  if (tailMs < MIN_TAIL_MS || tailMs < burst.wallMs / 2 || durationOf(last) < 2 * second) return [];
  const others = spansOf(session.runs.filter((run) => run !== last));
  const besideMs = coveredMs(tail.flatMap(({ startMs, endMs }) => clipSpans(others, startMs, endMs)));
  if (besideMs > tailMs / 2) return [];
  return [
    {
      file: last.by.file,
      place: { line: last.launch.line, atMs: last.launch.atMs },
      what: phrase`${{ quoted: last.name }} worked alone for the last ${formatDuration(tailMs)} while the other ${runs.length - 1} agents of its message had ended`,
      // Had the rest been shared out among all of them.
      lostMs: Math.round(tailMs * (1 - 1 / runs.length)),
      agents: runs,
      wasted: []
    }
  ];
}

// mcp-server/src/audit/rules/same-file.ts
var sameFile = {
  id: "same-file",
  title: "Agents wrote the same file",
  criterion: "Two agents that were at work at the same moment both wrote one path with a file tool (worktrees have paths of their own).",
  instead: "Give each agent files of its own, or run those that share one after another.",
  find: (session) => pairsOf(session).flatMap(([a, b]) => judge4(a, b))
};
function pairsOf(session) {
  const writers = startedRuns(session.runs).filter((run) => (run.conversation?.writes.size ?? 0) > 0);
  return writers.flatMap(
    (a, i) => writers.slice(i + 1).filter((b) => overlapInTime(a, b)).map((b) => [a, b])
  );
}
function judge4(a, b) {
  const shared = sharedFiles(a, b);
  const [first] = shared;
  if (first === void 0) return [];
  const lostWork = shared.flatMap(([ofA, ofB]) => overwritten(a, ofA, b, ofB));
  const [victim] = lostWork;
  const later = first[0].lastMs > first[1].lastMs ? { run: a, writes: first[0] } : { run: b, writes: first[1] };
  const paths = shared.map(([{ path }]) => pathWithin(a.by, path));
  const harm = victim === void 0 ? "" : phrase`; what ${{ quoted: victim.name }} had written was replaced as a whole`;
  return [
    {
      file: (later.run.conversation ?? later.run.by).file,
      place: { line: later.writes.line, atMs: later.writes.firstMs },
      what: phrase`${{ quoted: a.name }} and ${{ quoted: b.name }} both wrote ${namesOf(paths)} while both were at work${harm}`,
      lostMs: 0,
      agents: [a, b],
      wasted: lostWork
    }
  ];
}
function sharedFiles(a, b) {
  return [...a.conversation?.writes ?? []].flatMap(([key, ofA]) => {
    const ofB = b.conversation?.writes.get(key);
    return ofB !== void 0 && ofA.firstMs <= a.endMs && ofB.firstMs <= b.endMs ? [[ofA, ofB]] : [];
  });
}
function overwritten(a, ofA, b, ofB) {
  if (ofB.replacedMs !== void 0 && ofB.replacedMs > ofA.lastMs) return [a];
  return ofA.replacedMs !== void 0 && ofA.replacedMs > ofB.lastMs ? [b] : [];
}

// mcp-server/src/audit/rules/short-work.ts
var WORTH_AN_AGENT_MS = 3e4;
var shortWork = {
  id: "short-work",
  title: "Work under 30 seconds parallelised",
  criterion: "Every agent of a message that launched at least two completed in less than 30 s; those of a plan and teammates are left alone.",
  instead: "Do work this small in the main conversation, or give one agent several pieces of it.",
  find: (session) => burstsOf(session).flatMap(judge5)
};
function judge5({ by, place, runs }) {
  const isShort = runs.every(
    (run) => run.outcome === "completed" && run.spans.length > 0 && !run.isFromPlan && !run.isTeammate && durationOf(run) < WORTH_AN_AGENT_MS
  );
  if (runs.length < 2 || !isShort) return [];
  const names = runs.map((run) => run.name);
  const longest = Math.ceil(Math.max(...runs.map(durationOf)) / 1e3);
  return [
    {
      file: by.file,
      place,
      what: phrase`${runs.length} agents took at most ${longest} s each: ${namesOf(names)}`,
      lostMs: 0,
      agents: runs,
      wasted: []
    }
  ];
}

// mcp-server/src/audit/rules/too-many-at-once.ts
var AGENTS_AT_ONCE = 5;
var REFUSED = /concurrent|limit reached|too many/i;
var OVERLOADED = /\brate.?limit|\boverloaded\b|\busage limit\b|\b(?:429|529)\b|too many requests/i;
var tooManyAtOnce = {
  id: "too-many-at-once",
  title: "Too many agents at once",
  criterion: `More than ${AGENTS_AT_ONCE} agents were at work at the same moment (one finding a session, at its highest point), or the host refused a launch because too many were. A plan's agents alone are as many as its policy allows, and no finding.`,
  instead: `Launch at most ${AGENTS_AT_ONCE}, and the next one when one ends.`,
  find: (session) => judge6(session)
};
function judge6(session) {
  const runs = startedRuns(session.runs);
  const peak = mostAtOnce(runs);
  const refused = session.runs.filter((run) => run.outcome === "refused" && REFUSED.test(run.cause));
  const worst = refused[0] ?? peak.at(-1);
  const areTooMany = peak.length > AGENTS_AT_ONCE && !peak.every((run) => run.isFromPlan);
  if (worst === void 0 || !areTooMany && refused.length === 0) return [];
  const overloaded = peak.filter((run) => run.outcome === "failed" && OVERLOADED.test(run.cause));
  const harm = [
    ...refused.length > 0 ? [`the host refused ${refused.length}`] : [],
    ...overloaded.length > 0 ? [`${overloaded.length} failed at a limit`] : []
  ].join(", ");
  return [
    {
      file: worst.by.file,
      place: { line: worst.launch?.line ?? 1, atMs: worst.launch?.atMs ?? worst.startMs },
      what: phrase`${peak.length} agents were at work at once${harm === "" ? "; nothing broke this time" : `: ${harm}`}`,
      lostMs: 0,
      agents: peak,
      wasted: overloaded
    }
  ];
}

// import:node:path in audit/rules.mjs
import { extname } from "node:path";

// mcp-server/src/audit/rules/validation-skipped.ts
var SCRATCH = /^(?:\/private)?\/(?:tmp|var\/(?:tmp|folders))\/|\/AppData\/Local\/Temp\/|\/\.claude\/(?!worktrees\/)/i;
var PROSE = /* @__PURE__ */ new Set([".md", ".mdx", ".txt", ".rst", ".adoc", ".log", ".csv", ".svg", ".png"]);
var validationSkipped = {
  id: "validation-skipped",
  title: "Validation skipped",
  criterion: "Agents that worked at the same moment wrote files that are no prose; one of them ran no test, build, linter or comparison after its last write, and after its end its launcher neither did, nor read one of its files, nor launched anybody else, and closed with words of its own.",
  instead: "Check each result by itself (tests, a diff, a review), then all of them together.",
  find: (session) => session.isLive ? [] : conversationsOf(session).flatMap((by) => judge7(session, by))
};
function judge7(session, by) {
  if (by.closing === void 0 || by.skipped.steps > 0) return [];
  const writers = startedRuns(session.runs).filter(
    (run) => run.by === by && run.outcome === "completed" && codeOf(run).length > 0
  );
  const together = writers.filter(
    (run) => writers.some((other) => other !== run && overlapInTime(run, other))
  );
  const unchecked = together.filter((run) => !wasChecked(run, by));
  const last = unchecked.at(-1);
  if (last?.reportedAt === void 0) return [];
  const names = unchecked.map((run) => run.name);
  const files = unchecked.flatMap(codeOf).map(({ path }) => pathWithin(by, path));
  return [
    {
      file: by.file,
      place: last.reportedAt,
      what: phrase`Nobody checked what ${namesOf(names)} wrote (${namesOf(files)})`,
      lostMs: 0,
      agents: unchecked,
      wasted: []
    }
  ];
}
function codeOf({ conversation }) {
  if (conversation === void 0) return [];
  return [...conversation.writes.values()].filter(({ path }) => {
    const isScratch = SCRATCH.test(path) && pathWithin(conversation, path) === path;
    return !isScratch && !PROSE.has(extname(path).toLowerCase());
  });
}
function wasChecked(run, by) {
  const { conversation, reportedAt } = run;
  if (conversation === void 0 || reportedAt === void 0) return true;
  const lastWriteMs = Math.max(...[...conversation.writes.values()].map((file) => file.lastMs));
  const checkedItself = conversation.steps.some((step) => step.kind === "check" && step.atMs >= lastWriteMs);
  return checkedItself || allSteps(by).some((step) => step.line > reportedAt.line && isLook(step, reportedAt)) || codeOf(run).some(({ path }) => wasReadAfter(by, transcriptPathKey(path), reportedAt.line));
}
function isLook(step, reportedAt) {
  return step.kind === "check" || step.kind === "launch" && step.atMs >= reportedAt.atMs;
}

// mcp-server/src/audit/rules/waited-for-each.ts
var MIN_LOST_MS = 3e4;
var waitedForEach = {
  id: "waited-for-each",
  title: "Waited for each agent after launching it",
  criterion: `Two or more agents, each launched alone in its message after the one before had ended, with no work, no word of the user and no long silence between; none needs another: no review or repair of it, no prompt that points back or names what only a report brought up, no file that another wrote. Launched together, ${AGENTS_AT_ONCE} at once, they would have taken at least ${MIN_LOST_MS / 1e3} s less. Agents that a plan handed out are left alone.`,
  instead: "Launch all agents that do not need each other in one message, then collect.",
  find: (session) => conversationsOf(session).flatMap((by) => chainsOf(session, by).flatMap((chain) => judge8(session, chain)))
};
function chainsOf(session, by) {
  const runs = measuredRuns(session.runs).filter((run) => run.by === by && run.launch !== void 0);
  const sizes = /* @__PURE__ */ new Map();
  for (const { burst } of runs) sizes.set(burst, (sizes.get(burst) ?? 0) + 1);
  const prompts = by.steps.filter((step) => step.kind === "prompt");
  const chains = [];
  let before;
  for (const run of runs) {
    const chain = chains.at(-1);
    const continues = chain !== void 0 && chain.at(-1) === before && follows(by, before, run);
    const isFree = sizes.get(run.burst) === 1 && !run.isFromPlan && !run.isTeammate && run.outcome !== "unfinished";
    const earlierPrompts = prompts.filter((prompt) => prompt.line < (run.launch?.line ?? 0));
    if (continues && isFree && !chain.some((earlier) => isPrerequisite(earlier, run, earlierPrompts))) {
      chain.push(run);
    } else if (isFree) chains.push([run]);
    before = run;
  }
  return chains.filter((chain) => chain.length > 1);
}
function follows(by, before, run) {
  const { launch } = run;
  if (launch === void 0 || before?.launch === void 0 || before.reportedAt === void 0) return false;
  if (before.reportedAt.line > launch.line || before.endMs > run.startMs) return false;
  if (run.startMs - before.endMs > MAX_SILENCE_MS) return false;
  return !stepsBetween(by, before.launch.line, launch.line).some(needsThought);
}
function needsThought(step) {
  return ["prompt", "work", "check", "message"].includes(step.kind);
}
function judge8(session, chain) {
  const [first] = chain;
  if (first?.launch === void 0) return [];
  const times = chain.map(durationOf);
  const totalMs2 = times.reduce((sum, ms) => sum + ms, 0);
  const gaps = gapsOf(chain);
  const wallMs = coveredMs(spansOf(chain)) + gaps.reduce((sum, gap) => sum + gap.endMs - gap.startMs, 0);
  const bestMs = Math.max(...times, totalMs2 / AGENTS_AT_ONCE);
  const lostMs = Math.round(wallMs - bestMs);
  if (lostMs < MIN_LOST_MS) return [];
  const names = chain.map((run) => run.name);
  const how = chain.every((run) => run.isBackground) ? ", in the background but each waited for at once" : "";
  return [
    {
      file: first.by.file,
      place: { line: first.launch.line, atMs: first.launch.atMs },
      what: phrase`${chain.length} agents ran one after another${how}, though none needed another: ${namesOf(names)}`,
      lostMs,
      idleMs: idleIn(gaps, session),
      agents: chain,
      wasted: []
    }
  ];
}
function gapsOf(chain) {
  return chain.slice(1).flatMap((run, i) => {
    const startMs = chain[i]?.endMs ?? run.startMs;
    return run.startMs > startMs ? [{ startMs, endMs: run.startMs }] : [];
  });
}
function idleIn(stretches, session) {
  const spans = spansOf(measuredRuns(session.runs));
  return stretches.reduce(
    (sum, { startMs, endMs }) => sum + endMs - startMs - coveredMs(clipSpans(spans, startMs, endMs)),
    0
  );
}

// mcp-server/src/audit/rules/index.ts
var rules = [
  contradictedClaim,
  failuresIgnored,
  sameFile,
  lostAgents,
  waitedForEach,
  dependentTogether,
  overloadedAgent,
  validationSkipped,
  tooManyAtOnce,
  shortWork
];
export {
  AGENTS_AT_ONCE,
  contradictedBy,
  contradictedClaim,
  dependentTogether,
  failuresIgnored,
  isPrerequisite,
  isSameTask,
  lostAgents,
  namesFile,
  namesOf,
  overloadedAgent,
  phrase,
  phraseText,
  reactionTo,
  rules,
  sameFile,
  shortWork,
  tooManyAtOnce,
  touchesWorkOf,
  validationSkipped,
  waitedForEach
};
