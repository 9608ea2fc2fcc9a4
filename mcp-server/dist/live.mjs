// import:report.mjs in live.mjs
import { DELIVERING_MARK, MARKS } from "./report.mjs";

// import:text.mjs in live.mjs
import { formatDuration, plural } from "./text.mjs";

// mcp-server/src/live/snapshot.ts
var MAX_TROUBLE = 50;
var ACTIONS = [
  "pause",
  "resume",
  "stop",
  "cap",
  "retry",
  "cancel",
  "answer",
  "accept",
  "reject",
  "restore"
];
var INCIDENTS = [
  "failed",
  "lost",
  "unreported",
  "blocked",
  "refused-write",
  "refused-token",
  "overwritten",
  "returned-report",
  "conflict",
  "gate",
  "limit",
  "rejected"
];
var ROW_GROUPS = ["running", "couldStart", "waits", "cannotRun", "done"];
var WAIT_KINDS = [
  "next",
  "cap",
  "role",
  "files",
  "turn",
  "retry",
  "schedule",
  "level",
  "limit",
  "elsewhere",
  "machine",
  "held",
  "tasks",
  "question",
  "failed",
  "behind"
];
function applyUpdate(before, update) {
  const changed = new Map(update.rows.map((row) => [row.id, row]));
  const gone = new Set(update.gone);
  const tasks = [];
  for (const row of !update.reset && before?.tasks || []) {
    const now = changed.get(row.id);
    changed.delete(row.id);
    if (now) tasks.push(now);
    else if (!gone.has(row.id)) tasks.push(row);
  }
  tasks.push(...changed.values());
  return { ...update.head, tasks: tasks.sort((a, b) => a.position - b.position) };
}

// mcp-server/src/live/groups.ts
var TITLES = {
  running: "Running",
  couldStart: "Could start",
  waits: "Wait for others",
  cannotRun: "Cannot run",
  done: "Done"
};
var WAIT_WORDS = {
  next: "next",
  cap: "without a free agent",
  role: "with their role busy",
  files: "with files held",
  turn: "in turn",
  retry: "after a retry",
  schedule: "held back",
  level: "after the level before",
  limit: "at a limit",
  elsewhere: "elsewhere",
  machine: "no machine",
  held: "paused",
  tasks: "waiting for others",
  question: "asking",
  failed: "failed",
  behind: "waiting for those"
};
function rowGroups(tasks) {
  const rows = new Map(ROW_GROUPS.map((group) => [group, []]));
  for (const task of tasks) rows.get(task.group)?.push(task);
  return ROW_GROUPS.flatMap((group) => {
    const own = rows.get(group) ?? [];
    if (own.length === 0) return [];
    return [{ group, title: TITLES[group], rows: own.sort(ORDER[group]), summary: summaryOf(group, own) }];
  });
}
var startOf = ({ expected }) => expected?.startMs ?? Number.MAX_SAFE_INTEGER;
var lastOf = ({ attempts }) => attempts.at(-1);
var byExpectedStart = (a, b) => startOf(a) - startOf(b) || a.position - b.position;
var ORDER = {
  running: (a, b) => (lastOf(a)?.startMs ?? 0) - (lastOf(b)?.startMs ?? 0) || a.position - b.position,
  couldStart: byExpectedStart,
  waits: byExpectedStart,
  cannotRun: (a, b) => Number(a.why === "behind") - Number(b.why === "behind") || a.position - b.position,
  done: (a, b) => (lastOf(b)?.endMs ?? 0) - (lastOf(a)?.endMs ?? 0) || a.position - b.position
};
function summaryOf(group, rows) {
  if (group === "running") return "";
  if (group === "done") {
    const retried = rows.filter(({ attempts }) => attempts.length > 1).length;
    const cancelled = rows.filter(({ status }) => status === "cancelled").length;
    return [
      ...retried > 0 ? [`${retried} tried more than once`] : [],
      ...cancelled > 0 ? [`${cancelled} cancelled`] : []
    ].join(" · ");
  }
  const counts = WAIT_KINDS.map((kind) => [kind, rows.filter(({ why }) => why === kind).length]);
  return counts.filter(([, count]) => count > 0).filter(([kind]) => kind !== "tasks").sort(([one, a], [other, b]) => Number(one === "behind") - Number(other === "behind") || b - a).map(([kind, count]) => `${count} ${WAIT_WORDS[kind]}`).join(" · ");
}
function signOf(row) {
  if (row.why === "question") return "?";
  const isDelivering = row.status === "in_progress" && row.attempts.at(-1)?.state === "delivering";
  return isDelivering ? DELIVERING_MARK : MARKS[row.status];
}
var OVER = 1.25;
function tookMs(row, nowMs) {
  const last = row.attempts.at(-1);
  return last && Math.max(0, (last.endMs ?? nowMs) - last.startMs);
}
function isOverdue(row, nowMs) {
  if (row.group !== "running" || !row.expected) return false;
  return (tookMs(row, nowMs) ?? 0) > OVER * row.expected.durationMs;
}
function silentMs(row, nowMs) {
  if (row.lastSeenMs === void 0 || row.silentAtMs === void 0 || nowMs < row.silentAtMs)
    return void 0;
  return nowMs - row.lastSeenMs;
}
function rowWords(row, nowMs) {
  const silent = silentMs(row, nowMs);
  if (silent !== void 0) return `silent for ${formatDuration(silent)}`;
  if (row.group === "running") {
    const { state, number = 0 } = row.attempts.at(-1) ?? {};
    if (state === "offered") return "offered to an agent";
    if (state === "delivering") return "its work is on the way onto the branch";
    return number > 1 ? `attempt ${number}` : "";
  }
  return row.reason ?? "";
}
function leftWords({ forecast }) {
  if (!forecast) return "";
  const { leftMs, lowerBoundMs } = forecast;
  const bound = lowerBoundMs >= leftMs || lowerBoundMs <= 0 ? "" : `, at least ${formatDuration(lowerBoundMs)}`;
  return `≈ ${formatDuration(leftMs)} left${bound}`;
}
function countWords({ counts }) {
  const { total, completed, ...rest } = counts;
  const others = Object.entries(rest).flatMap(([name, count]) => count > 0 ? [`${count} ${name}`] : []);
  return [`${completed} of ${plural(total, "task")} completed`, ...others].join(", ");
}
function planActions({ status, done }) {
  if (status === "stopped") return ["resume"];
  if (status === "paused") return ["resume", "stop", "cap"];
  return done ? ["cap"] : ["pause", "stop", "cap"];
}
function taskActions({ status, why }) {
  if (status === "completed") return [];
  if (why === "question") return ["answer", "retry", "cancel"];
  if (status === "failed") return ["retry", "cancel"];
  if (status === "cancelled") return ["retry"];
  return status === "in_progress" ? ["retry", "cancel"] : ["cancel"];
}
export {
  ACTIONS,
  INCIDENTS,
  MAX_TROUBLE,
  ROW_GROUPS,
  WAIT_KINDS,
  applyUpdate,
  countWords,
  isOverdue,
  leftWords,
  planActions,
  rowGroups,
  rowWords,
  signOf,
  silentMs,
  taskActions,
  tookMs
};
