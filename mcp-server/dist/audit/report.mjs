// import:errors.mjs in audit/report.mjs
import { CallerError } from "../errors.mjs";

// import:audit/session.mjs in audit/report.mjs
import { burstsOf, conversationsOf, durationOf, mostAtOnce, readFamily, sessionFamilies, spansOf, startedRuns, usageOfAgents } from "./session.mjs";

// import:graph.mjs in audit/report.mjs
import { NO_USAGE, addUsage, newTokens } from "../graph.mjs";

// import:audit/rules.mjs in audit/report.mjs
import { phraseText, rules } from "./rules.mjs";

// mcp-server/src/audit/report/audit-report.ts
function reportOf(audits, sessionsUnreadable = 0) {
  const sum2 = (figure) => audits.reduce((total, audit) => total + figure(audit), 0);
  const withAgents = audits.filter((audit) => audit.hasAgents);
  const bursts2 = audits.flatMap((audit) => audit.bursts);
  const agentsMs = sum2((audit) => audit.agentsMs);
  const elapsedMs = sum2((audit) => audit.elapsedMs);
  const lostMs = sum2((audit) => audit.lostMs);
  const mainUsage = withAgents.map((audit) => audit.mainUsage).reduce(addUsage, NO_USAGE);
  const known = audits.flatMap((audit) => audit.agentsUsage ?? []);
  const agentsUsage = known.length === 0 ? void 0 : known.reduce(addUsage, NO_USAGE);
  const agentsWithoutUsage = sum2((audit) => audit.agentsWithoutUsage);
  return {
    sessionsRead: audits.length,
    sessionsUnreadable,
    sessions: audits.filter((audit) => audit.agents > 0 || audit.findings.length > 0).sort((a, b) => b.endMs - a.endMs),
    agents: sum2((audit) => audit.agents),
    agentsUnmeasured: sum2((audit) => audit.agentsUnmeasured),
    agentsWithoutUsage,
    hostTokens: sum2((audit) => audit.hostTokens),
    bursts: bursts2.length,
    largestBurst: bursts2.reduce((most, burst) => Math.max(most, burst.agents.length), 0),
    atOnce: audits.reduce((most, audit) => Math.max(most, audit.atOnce), 0),
    agentsMs,
    elapsedMs,
    lostMs,
    wastedMs: sum2((audit) => audit.wastedMs),
    speedup: ratio(agentsMs, elapsedMs),
    possibleSpeedup: ratio(agentsMs, elapsedMs - lostMs),
    mainUsage,
    agentsUsage,
    shareOfAgents: agentsWithoutUsage === 0 ? shareOf(agentsUsage, mainUsage) : void 0,
    findings: audits.flatMap((audit) => audit.findings).sort(byCost),
    skipped: {
      brokenLines: sum2((audit) => audit.skipped.brokenLines),
      longLines: sum2((audit) => audit.skipped.longLines),
      steps: sum2((audit) => audit.skipped.steps),
      launches: sum2((audit) => audit.skipped.launches)
    }
  };
}
var GRAVITY = new Map(rules.map((rule, i) => [rule.id, i]));
function byCost(a, b) {
  const cost = (found2) => found2.lostMs + found2.wastedMs;
  return cost(b) - cost(a) || (GRAVITY.get(a.rule) ?? 0) - (GRAVITY.get(b.rule) ?? 0);
}
function shareOf(agents, main) {
  return agents && ratio(newTokens(agents), newTokens(agents) + newTokens(main));
}
function ratio(value, by) {
  return by > 0 ? value / by : void 0;
}

// import:report.mjs in audit/report.mjs
import { coveredMs, renderTimeline, totalMs, waitsOf } from "../report.mjs";

// mcp-server/src/audit/report/session-audit.ts
var TITLE_LIMIT = 200;
function unmeasuredIn({ agents }) {
  return agents.filter(({ spans }) => spans.length === 0).length;
}
function auditSession(session, hasAgents = session.runs.length > 0) {
  const runs = startedRuns(session.runs);
  const findings = rules.flatMap((rule) => rule.find(session).map((finding) => ({ rule, finding })));
  const wasted = new Set(findings.flatMap(({ finding }) => finding.wasted));
  const withoutUsage = runs.filter((run) => run.conversation?.usage === void 0);
  const waits = waitsOf(spansOf(runs.filter((run) => run.isFromPlan)));
  const elapsedMs = coveredMs([...spansOf(runs), ...waits]) + sum(findings.map(({ finding }) => finding.idleMs ?? 0));
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
    skipped: skippedOf(session)
  };
}
function found(session, rule, finding) {
  const { file, place: place3, what, lostMs, agents, wasted } = finding;
  return {
    ...{ rule, session: session.id, file, what, lostMs },
    place: { line: place3.line, atMs: place3.atMs },
    agents: agents.map(agentFigures),
    wastedMs: sum(wasted.map(durationOf))
  };
}
function figuresOf({ by, place: place3, runs, wallMs, agentsMs, atOnce }) {
  return {
    ...{ file: by.file, line: place3.line, atMs: place3.atMs, wallMs, agentsMs, atOnce },
    agents: runs.map(agentFigures)
  };
}
function agentFigures({ name, startMs, endMs, spans, outcome }) {
  return { name, startMs, endMs, spans, outcome };
}
var COMMAND = /<command-name>([^<]*)<\/command-name>/;
var ARGUMENTS = /<command-args>([^<]*)<\/command-args>/;
function titleOf({ main }) {
  const prompt = main.steps.find((step) => step.kind === "prompt" && step.text !== "");
  if (prompt?.kind !== "prompt") return "";
  const command = COMMAND.exec(prompt.text)?.[1];
  if (command === void 0) return prompt.text.slice(0, TITLE_LIMIT);
  return `${command} ${ARGUMENTS.exec(prompt.text)?.[1] ?? ""}`.trim().slice(0, TITLE_LIMIT);
}
function skippedOf(session) {
  const all = conversationsOf(session).map((conversation) => conversation.skipped);
  return {
    brokenLines: sum(all.map((skipped) => skipped.brokenLines)),
    longLines: sum(all.map((skipped) => skipped.longLines)),
    steps: sum(all.map((skipped) => skipped.steps)),
    launches: sum(all.map((skipped) => skipped.launches)) + session.unreadAgents
  };
}
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

// mcp-server/src/audit/report/audit-files.ts
async function auditFiles(files, nowMs, onProgress) {
  const audits = [];
  let unreadable = 0;
  let number = 0;
  for (const family of await sessionFamilies(files)) {
    number += family.length;
    onProgress(number);
    const paths = family.map(({ path }) => path);
    const sessions2 = await readFamily(paths, nowMs, () => unreadable++);
    const withAgents = sessions2.some(({ runs, agents }) => runs.length > 0 || agents.length > 0);
    audits.push(...sessions2.map((session) => auditSession(session, withAgents)));
  }
  if (audits.length === 0) {
    throw new CallerError(
      "bad_input",
      "No transcript could be opened.",
      "Check who may read them.",
      "session"
    );
  }
  if (audits.every(({ endMs }) => endMs === 0)) {
    throw new CallerError(
      "bad_input",
      files.length === 1 ? "The file holds no conversation." : "None of the files holds a conversation.",
      "Give a transcript that Claude Code wrote, or a folder of those.",
      "session"
    );
  }
  return reportOf(audits, unreadable);
}

// import:text.mjs in audit/report.mjs
import { NAME_LIMIT, cellWidth, cleanText, escapeMarkdown, formatCount, formatDay, formatDuration, formatFactor, formatMoment, formatPercent, plural, visibleJson, wrapText } from "../text.mjs";

// mcp-server/src/audit/report/by-rule.ts
function byRule({
  findings
}) {
  const groups = /* @__PURE__ */ new Map();
  for (const one of findings) groups.set(one.rule, [...groups.get(one.rule) ?? [], one]);
  return [...groups].flatMap(([id, found2]) => {
    const rule = ruleOf(id);
    return rule === void 0 ? [] : [{ rule, found: found2 }];
  });
}
function ruleOf(id) {
  return rules.find((rule) => rule.id === id);
}

// mcp-server/src/audit/report/audit-json.ts
var QUOTE_LIMIT = 240;
function auditJson(report) {
  const findings = report.findings.map(findingJson);
  const sessions2 = report.sessions.map(({ findings: findings2, startMs, endMs, bursts: bursts2, ...session }) => ({
    ...session,
    start: moment(startMs),
    end: moment(endMs),
    agentsUsage: session.agentsUsage ?? null,
    bursts: bursts2.map(burstJson),
    findings: findings2.length
  }));
  const { agentsUsage = null, shareOfAgents = null, speedup = null, possibleSpeedup = null } = report;
  return visibleJson({
    ...report,
    ...{ agentsUsage, shareOfAgents, speedup, possibleSpeedup, findings, sessions: sessions2 }
  });
}
function findingJson({ rule, session, file, place: place3, what, lostMs, wastedMs, agents }) {
  return {
    rule,
    title: ruleOf(rule)?.title,
    ...{ session, file, line: place3.line, at: moment(place3.atMs) },
    what: phraseText(what, (quoted) => `“${cleanText(quoted, QUOTE_LIMIT)}”`),
    instead: ruleOf(rule)?.instead,
    ...{ lostMs, wastedMs },
    agents: agents.map(agentJson)
  };
}
function burstJson(figures) {
  const { atMs, agents, ...burst } = figures;
  const isUnknown = unmeasuredIn(figures) === agents.length;
  const none = isUnknown ? { wallMs: null, agentsMs: null, atOnce: null } : {};
  return { at: moment(atMs), ...burst, ...none, agents: agents.map(agentJson) };
}
function agentJson({ spans, ...agent }) {
  return { ...agent, workedMs: spans.length === 0 ? null : totalMs(spans) };
}
function moment(atMs) {
  return new Date(atMs).toISOString();
}

// mcp-server/src/audit/report/finding-timeline.ts
var MAX_ROWS = 12;
var KINDS = {
  completed: "completed",
  failed: "failed",
  refused: "failed",
  stopped: "cancelled",
  // The transcript ends before it did.
  unfinished: "running"
};
function findingTimeline({ agents }, options) {
  const isMeasured = agents.every(({ spans }) => spans.length > 0);
  if (!isMeasured || agents.length < 2 || agents.length > MAX_ROWS) return void 0;
  const rows = agents.map(({ name, spans, outcome }, i) => ({
    task: String(i + 1),
    subject: name,
    bars: spans.map(({ startMs, endMs }) => ({ startMs, endMs, kind: KINDS[outcome] }))
  }));
  return renderTimeline(rows, options);
}

// mcp-server/src/audit/report/summary.ts
var NOTICEABLE = 1.05;
function costOf(found2) {
  const lostMs = found2.reduce((sum2, one) => sum2 + one.lostMs, 0);
  const wastedMs = found2.reduce((sum2, one) => sum2 + one.wastedMs, 0);
  return [
    ...lostMs > 0 ? [`${formatDuration(lostMs)} lost`] : [],
    ...wastedMs > 0 ? [`${formatDuration(wastedMs)} of agents' work at stake`] : []
  ].join(", ");
}
function summaryLines(report) {
  const { agents, agentsUnmeasured, agentsMs, elapsedMs, speedup, possibleSpeedup, lostMs, wastedMs } = report;
  const launches = `${plural(agents, "agent")} in ${plural(report.bursts, "burst")} (at most ${report.largestBurst} launched by one message)${atOnceWords(report)}`;
  const gained = speedup === void 0 ? "How long they worked could not be measured" : `${formatDuration(agentsMs)} of work in ${formatDuration(elapsedMs)}: ${faster(speedup)}`;
  const unmeasured = speedup !== void 0 && agentsUnmeasured > 0 ? [`Not in it, because nothing says how long they worked: ${plural(agentsUnmeasured, "agent")}`] : [];
  const lost = lostMs > 0 && possibleSpeedup !== void 0 ? [`${formatDuration(lostMs)} lost waiting: ${formatFactor(possibleSpeedup)} was possible`] : [];
  const wasted = wastedMs > 0 ? [`${formatDuration(wastedMs)} of agents' work was lost or is at stake`] : [];
  return [launches, gained, ...unmeasured, ...lost, ...wasted, ...tokenLine(report)];
}
function atOnceWords({ atOnce, agentsUnmeasured }) {
  if (agentsUnmeasured > 0) return atOnce > 1 ? `, at least ${atOnce} at work at once` : "";
  return atOnce > 0 ? `, at most ${atOnce} at work at once` : "";
}
function faster(speedup) {
  if (speedup >= NOTICEABLE) return `${formatFactor(speedup)} faster than one after another`;
  return speedup > 1 / NOTICEABLE ? "as fast as one after another" : "not faster than one after another";
}
function tokenLine(report) {
  const { mainUsage, agentsUsage, shareOfAgents } = report;
  const main = newTokens(mainUsage);
  if (main === 0 && agentsUsage === void 0) return [];
  return [`Tokens without cache reads: main ${formatCount(main)}, ${agentTokens(report, shareOfAgents)}`];
}
function agentTokens({ agents, agentsUsage, agentsWithoutUsage, hostTokens }, share) {
  const counted = hostTokens > 0 ? `; the host counted ${formatCount(hostTokens)} with cache reads` : "";
  if (agentsUsage === void 0) return `agents not measured${counted}`;
  const known = `agents ${formatCount(newTokens(agentsUsage))}`;
  if (share !== void 0) return `${known} (${formatPercent(share)} stayed out of the main context)`;
  return `${known}, without ${agentsWithoutUsage} of ${plural(agents, "agent")} that were not measured${counted}`;
}
function burstWords(burst) {
  const { agents, atOnce, agentsMs, wallMs } = burst;
  const unmeasured = unmeasuredIn(burst);
  const launched = plural(agents.length, "agent");
  if (unmeasured === agents.length) return `${launched}, not measured`;
  const beside = unmeasured > 0 ? `, without ${unmeasured} that ${unmeasured === 1 ? "was" : "were"} not measured` : "";
  return `${launched}, ${atOnce} at once, ${formatDuration(agentsMs)} of work in ${formatDuration(wallMs)}${beside}`;
}
function gapLines({ skipped, sessionsUnreadable }) {
  return [
    ...sessionsUnreadable > 0 ? [`${plural(sessionsUnreadable, "transcript")} could not be opened`] : [],
    ...skipped.longLines > 0 ? [`${plural(skipped.longLines, "line")} passed over as too long`] : [],
    ...skipped.brokenLines > 0 ? [`${plural(skipped.brokenLines, "line")} broken or half written`] : [],
    ...skipped.launches > 0 ? [`${plural(skipped.launches, "agent")} beyond what is kept of one session`] : [],
    ...skipped.steps > 0 ? [`${plural(skipped.steps, "step")} beyond what is kept of one conversation`] : []
  ];
}
function auditShareLine(report) {
  const { agents, sessions: sessions2, speedup, possibleSpeedup, lostMs, findings } = report;
  if (agents === 0) return "no agents yet: nothing gained, nothing lost";
  const who = `${plural(agents, "agent")} in ${plural(sessions2.length, "session")}`;
  const gained = speedup === void 0 ? "" : `, ${faster(speedup)}`;
  const lost = lostMs > 0 && possibleSpeedup !== void 0 ? `; ${formatFactor(possibleSpeedup)} was possible, ${formatDuration(lostMs)} lost waiting` : "";
  const found2 = findings.length === 0 ? "; no anti-patterns" : `; ${plural(findings.length, "anti-pattern")} found`;
  return `${who}${gained}${lost}${found2}`;
}

// mcp-server/src/audit/report/render-markdown.ts
var PATH_LIMIT = 400;
var TIMELINE_WIDTH = 96;
function renderAuditMarkdown(report) {
  const blocks = [
    "# Parallel audit",
    `Agents in ${report.sessions.length} of ${plural(report.sessionsRead, "session")}.`,
    report.agents === 0 ? "" : bullets(summaryLines(report)),
    verdict(report),
    ...report.findings.flatMap((found2, i) => place(found2, i + 1)),
    sessionTable(report),
    burstTable(report),
    criteria(report),
    gapLines(report).length === 0 ? "" : `Not read: ${gapLines(report).join(", ")}.`,
    `**${auditShareLine(report)}**`
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}
`;
}
function verdict(report) {
  if (report.agents === 0 && report.findings.length === 0) {
    return "No agent was launched: there is nothing to judge.";
  }
  if (report.findings.length === 0) return "✓ No anti-patterns found.";
  const rows = byRule(report).map(
    ({ rule, found: found2 }) => `| ${rule.title} | ${found2.length} | ${costOf(found2) || "not measured"} |`
  );
  return ["| Anti-pattern | Places | Cost |", "| --- | --- | --- |", ...rows].join("\n");
}
function place(found2, number) {
  const rule = ruleOf(found2.rule);
  const cost = costOf([found2]);
  const timeline = findingTimeline(found2, { width: TIMELINE_WIDTH, colour: false });
  return [
    `## ${number}. ${rule?.title}${cost === "" ? "" : `: ${cost}`}`,
    `${phraseText(found2.what, quote)}.`,
    ...timeline === void 0 ? [] : [`\`\`\`text
${timeline}
\`\`\``],
    bullets([
      `Instead: ${rule?.instead}`,
      `Place: ${escapeMarkdown(found2.file, PATH_LIMIT)}, line ${found2.place.line}, ${formatMoment(found2.place.atMs)}`
    ])
  ];
}
function criteria(report) {
  const groups = byRule(report);
  if (groups.length === 0) return "";
  return `What counts as an anti-pattern:

${bullets(groups.map(({ rule }) => `**${rule.title}**: ${rule.criterion}`))}`;
}
function sessionTable({ sessions: sessions2 }) {
  if (sessions2.length < 2) return "";
  const rows = sessions2.map(sessionRow);
  return [
    "| Session | Day | Asked for | Agents | Bursts | Speedup | Lost | Findings |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ...rows
  ].join("\n");
}
function sessionRow(session) {
  const { id, title, startMs, agents, bursts: bursts2, agentsMs, elapsedMs, lostMs, findings } = session;
  const cells = [
    escapeMarkdown(id, NAME_LIMIT),
    formatDay(startMs),
    title === "" ? "" : quote(title),
    agents,
    bursts2.length,
    elapsedMs > 0 ? formatFactor(agentsMs / elapsedMs) : "not measured",
    formatDuration(lostMs),
    findings.length
  ];
  return `| ${cells.join(" | ")} |`;
}
function burstTable({ sessions: sessions2 }) {
  const rows = sessions2.flatMap(
    ({ id, bursts: bursts2 }) => bursts2.map((burst) => {
      const { atMs, line, agents, atOnce, agentsMs, wallMs } = burst;
      const figures = unmeasuredIn(burst) === agents.length ? ["not measured", "not measured", "not measured"] : [atOnce, formatDuration(agentsMs), formatDuration(wallMs)];
      const cells = [escapeMarkdown(id, NAME_LIMIT), line, formatMoment(atMs), agents.length, ...figures];
      return `| ${cells.join(" | ")} |`;
    })
  );
  if (rows.length === 0) return "";
  return [
    "Bursts (the agents of one message):",
    "",
    "| Session | Line | When | Agents | At once | Their times added up | Wall time |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows
  ].join("\n");
}
function bullets(lines) {
  return lines.map((line) => `- ${line}`).join("\n");
}
function quote(quoted) {
  return `“${escapeMarkdown(quoted, NAME_LIMIT)}”`;
}

// import:node:os in audit/report.mjs
import { homedir } from "node:os";

// import:node:path in audit/report.mjs
import { sep } from "node:path";

// import:lib/picocolors.mjs in audit/report.mjs
import { createColors } from "../lib/picocolors.mjs";

// mcp-server/src/audit/report/render-terminal.ts
var SHOWN_FINDINGS = 8;
var SHOWN_TIMELINES = 2;
var SHOWN_SESSIONS = 10;
var QUOTE_LIMIT2 = 80;
var PATH_LIMIT2 = 400;
var ID_LIMIT = 80;
var SHORT_ID = 8;
var SHOWN_BURSTS = 20;
var MAX_WIDTH = 110;
var MIN_WIDTH = 20;
function renderTerminal(report, options) {
  const width = Math.max(MIN_WIDTH, Math.min(options.width, MAX_WIDTH));
  const style = { width, colours: createColors(options.colour) };
  const blocks = [
    heading(report, style),
    ...report.agents > 0 ? [summaryLines(report).flatMap((line) => paragraph(line, style, "  "))] : [],
    verdict2(report, style),
    ...places(report, style),
    bursts(report, style),
    sessions(report, style),
    gaps(report, style),
    paragraph(`Share: ${auditShareLine(report)}`, style, "", style.colours.bold)
  ];
  return `${blocks.filter((block) => block.length > 0).map((block) => block.join("\n")).join("\n\n")}
`;
}
function heading({ sessions: sessions2, sessionsRead }, style) {
  const times = sessions2.flatMap((session) => [session.startMs, session.endMs]).filter((ms) => ms > 0);
  const days = [...new Set([Math.min(...times), Math.max(...times)].filter(Number.isFinite).map(formatDay))];
  const when = days.length === 0 ? "" : `, ${days.join(" to ")}`;
  const title = `parallel audit: agents in ${sessions2.length} of ${plural(sessionsRead, "session")}${when}`;
  return paragraph(title, style, "", style.colours.bold);
}
function verdict2(report, style) {
  const { colours } = style;
  if (report.agents === 0 && report.findings.length === 0) {
    return paragraph("No agent was launched: there is nothing to judge.", style, "");
  }
  if (report.findings.length === 0) return paragraph("✓ No anti-patterns found.", style, "", colours.green);
  const groups = byRule(report);
  const titles = groups.map(
    ({ rule, found: found2 }) => `✗ ${rule.title}${found2.length > 1 ? ` (${found2.length}×)` : ""}`
  );
  const widest = Math.max(...titles.map(cellWidth));
  return [
    ...paragraph(`Anti-patterns: ${report.findings.length}`, style, "", colours.bold),
    ...groups.flatMap(({ found: found2 }, i) => {
      const title = titles[i] ?? "";
      const line = `${title}${" ".repeat(widest - cellWidth(title))}  ${costOf(found2)}`.trimEnd();
      return cellWidth(line) + 2 <= style.width ? [`  ${colours.red(line.slice(0, 1))}${line.slice(1)}`] : paragraph(`${title}: ${costOf(found2)}`.replace(/: $/, ""), style, "  ");
    })
  ];
}
function places({ findings }, style) {
  const shown = findings.slice(0, SHOWN_FINDINGS);
  const folder = commonFolder(findings.map((found2) => found2.file));
  let timelines = 0;
  const blocks = shown.map((found2, i) => {
    const timeline = timelines < SHOWN_TIMELINES ? findingTimeline(found2, { width: style.width - 3, colour: style.colours.isColorSupported }) : void 0;
    if (timeline !== void 0) timelines++;
    return place2(found2, i + 1, folder, timeline, style);
  });
  const rest = findings.length - shown.length;
  if (folder !== "")
    blocks.push(paragraph(`Places are below ${ownPath(folder)}`, style, "", style.colours.dim));
  if (rest > 0) blocks.push(paragraph(`and ${rest} more: --markdown and --json have them all`, style, ""));
  return blocks;
}
function place2(found2, number, folder, timeline, style) {
  const { colours } = style;
  const rule = ruleOf(found2.rule);
  const cost = costOf([found2]);
  const where = `${ownPath(found2.file.slice(folder.length))}:${found2.place.line}, ${formatMoment(found2.place.atMs)}`;
  return [
    ...paragraph(`${number}. ${rule?.title}${cost === "" ? "" : `: ${cost}`}`, style, "", colours.bold),
    ...paragraph(`${phraseText(found2.what, quote2)}.`, style, "   "),
    ...timeline === void 0 ? [] : timeline.split("\n").map((line) => `   ${line}`),
    ...paragraph(`Instead: ${rule?.instead}`, style, "   ", colours.cyan),
    ...paragraph(where, style, "   ", colours.dim)
  ];
}
function commonFolder(files) {
  const [first = "", ...others] = files;
  let folder = first.slice(0, first.lastIndexOf(sep) + 1);
  while (!others.every((file) => file.startsWith(folder))) {
    folder = folder.slice(0, folder.lastIndexOf(sep, folder.length - 2) + 1);
  }
  return folder;
}
function ownPath(path) {
  const home = homedir();
  return cleanText(path.startsWith(home) ? `~${path.slice(home.length)}` : path, PATH_LIMIT2);
}
function bursts({ sessions: sessions2 }, style) {
  const [session] = sessions2;
  if (session === void 0 || sessions2.length > 1 || session.bursts.length === 0) return [];
  const lines = session.bursts.slice(0, SHOWN_BURSTS).map((burst) => `${formatMoment(burst.atMs)}, line ${burst.line}: ${burstWords(burst)}`);
  const rest = session.bursts.length - lines.length;
  return [
    ...paragraph("Bursts (the agents of one message)", style, "", style.colours.bold),
    ...lines.flatMap((line) => paragraph(line, style, "  ")),
    ...rest > 0 ? paragraph(`and ${rest} more`, style, "  ") : []
  ];
}
function sessions(report, style) {
  if (report.sessions.length < 2) return [];
  const shown = report.sessions.slice(0, SHOWN_SESSIONS);
  const rest = report.sessions.length - shown.length;
  return [
    ...paragraph("Sessions", style, "", style.colours.bold),
    ...shown.flatMap((session) => paragraph(sessionLine(session), style, "  ")),
    ...rest > 0 ? paragraph(`and ${rest} more`, style, "  ") : []
  ];
}
function sessionLine(session) {
  const { id, title, startMs, agents, bursts: bursts2, agentsMs, elapsedMs, lostMs, findings } = session;
  const figures = [
    plural(agents, "agent"),
    plural(bursts2.length, "burst"),
    ...elapsedMs > 0 ? [formatFactor(agentsMs / elapsedMs)] : [],
    ...lostMs > 0 ? [`${formatDuration(lostMs)} lost`] : [],
    plural(findings.length, "finding")
  ].join(", ");
  return `${cleanText(id, ID_LIMIT).slice(0, SHORT_ID)} ${formatDay(startMs)} ${title === "" ? "" : `${quote2(title)} `}${figures}`;
}
function gaps(report, style) {
  const lines = gapLines(report);
  return lines.length === 0 ? [] : paragraph(`Not read: ${lines.join(", ")}.`, style, "", style.colours.dim);
}
function paragraph(text, { width }, indent, paint = (line) => line) {
  return wrapText(text, width - indent.length).map((line) => `${indent}${paint(line)}`);
}
function quote2(quoted) {
  return `“${cleanText(quoted, QUOTE_LIMIT2)}”`;
}
export {
  auditFiles,
  auditJson,
  auditSession,
  auditShareLine,
  burstWords,
  byRule,
  costOf,
  findingTimeline,
  gapLines,
  renderAuditMarkdown,
  renderTerminal,
  reportOf,
  ruleOf,
  summaryLines,
  unmeasuredIn
};
