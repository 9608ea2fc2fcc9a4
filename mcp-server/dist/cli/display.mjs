// import:live.mjs in cli/display.mjs
import { applyUpdate, countWords, isOverdue, rowGroups, signOf, silentMs, tookMs } from "../live.mjs";

// import:report.mjs in cli/display.mjs
import { MARKS } from "../report.mjs";

// mcp-server/src/cli/display/plan-words.ts
var NEED_MARKS = {
  question: "?",
  failed: MARKS.failed,
  cancelled: MARKS.cancelled,
  decision: "‖",
  limit: "!",
  review: MARKS.failed
};
var MAX_HELD_UP = 4;
function needWords({ task, kind, holdsUp }) {
  const held = holdsUp.slice(0, MAX_HELD_UP).join(", ");
  const more = holdsUp.length > MAX_HELD_UP ? ` and ${holdsUp.length - MAX_HELD_UP} more` : "";
  const verb = NEED_VERBS[kind];
  return {
    before: task === void 0 ? "" : `${task}${verb === void 0 ? "" : ` ${verb}`}: `,
    after: holdsUp.length === 0 ? "" : `; holds up ${held}${more}`,
    short: holdsUp.length === 0 ? "" : `; holds up ${holdsUp.length}`
  };
}
var NEED_VERBS = {
  question: "asks",
  failed: "failed",
  cancelled: "was cancelled",
  review: "was rejected"
};
function runningRows({ tasks }) {
  return rowGroups(tasks).find(({ group }) => group === "running")?.rows ?? [];
}
function clockWords(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1e3));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
function shortCount(count) {
  if (count < 1e3) return String(count);
  const [value, unit] = count < 999500 ? [count / 1e3, "k"] : [count / 1e6, "M"];
  return `${value < 9.995 && unit === "M" ? value.toFixed(2) : value < 99.95 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}

// mcp-server/src/cli/display/controls.ts
function pressKey(state, key, snapshot) {
  if (key.ctrl && key.name === "c")
    return { state: without(state, "prompt"), command: { kind: "interrupt" } };
  if (key.ctrl && key.name === "z") return { state, command: { kind: "suspend" } };
  if (state.prompt) return typeInto(state, state.prompt, key);
  if (key.name === "up" || key.text === "k") return { state: moved(state, snapshot, -1) };
  if (key.name === "down" || key.text === "j") return { state: moved(state, snapshot, 1) };
  if (key.name === "escape") return { state: without(state, "selected") };
  if (key.name === "tab") return { state: {}, command: { kind: "next-plan" } };
  if (key.name === "return" || key.name === "enter") return details(state);
  return letter(state, key.text, snapshot);
}
function letter(state, text, snapshot) {
  const act2 = (request) => ({
    state,
    command: { kind: "act", request }
  });
  const { status, cap } = snapshot;
  switch (text) {
    case "p":
      return act2({ do: status === "open" ? "pause" : "resume" });
    case "s":
      return { state: { ...state, prompt: { asks: "stop", typed: "" } } };
    case "+":
    case "=":
      return act2({ do: "cap", value: cap.allowed + 1 });
    case "-":
    case "−":
      return act2({ do: "cap", value: Math.max(1, cap.allowed - 1) });
    case "a":
      return ask(state, snapshot, "answer", "No agent asks anything.");
    case "r":
      return ask(state, snapshot, "retry", "Nothing has failed that could be tried again.");
    case "o":
      return { state, command: { kind: "page" } };
    case "q":
      return { state, command: { kind: "leave" } };
    default:
      return { state };
  }
}
function ask(state, { needs }, asks, none) {
  const can = needs.filter((need) => isFor(need, asks));
  const { task } = can.find((need) => need.task === state.selected) ?? can[0] ?? {};
  if (task === void 0) return { state, command: { kind: "say", text: none } };
  return { state: { ...state, selected: task, prompt: { asks, task, typed: "" } } };
}
function isFor({ task, actions }, action) {
  return task !== void 0 && actions.includes(action);
}
function details(state) {
  const { selected } = state;
  return selected === void 0 ? { state } : { state, command: { kind: "details", task: selected } };
}
function typeInto(state, prompt, { text = "", name, ctrl }) {
  const typing = (changed) => ({
    state: { ...state, prompt: { ...prompt, ...changed } }
  });
  if (name === "paste-start") return typing({ isPasting: true });
  if (name === "paste-end") return typing({ isPasting: false });
  if (name === "escape") return { state: without(state, "prompt") };
  if (prompt.asks === "stop") {
    const isMeant = text === "y" || text === "Y";
    return {
      state: without(state, "prompt"),
      ...isMeant && { command: { kind: "act", request: { do: "stop" } } }
    };
  }
  if (name === "return" || name === "enter")
    return prompt.isPasting ? typing({ typed: `${prompt.typed} ` }) : submit(state, prompt);
  if (name === "backspace") return typing({ typed: [...prompt.typed].slice(0, -1).join("") });
  if (ctrl && name === "u") return typing({ typed: "" });
  const isText = text !== "" && !ctrl && !new RegExp("\\p{Cc}", "u").test(text);
  return isText ? typing({ typed: prompt.typed + text }) : { state };
}
function submit(state, { asks, task, typed }) {
  const text = typed.trim();
  const closed = without(state, "prompt");
  if (asks === "answer" && text === "") return { state: closed };
  const request = {
    do: asks,
    ...task !== void 0 && { task },
    ...text !== "" && { text }
  };
  return { state: closed, command: { kind: "act", request } };
}
function promptWords({ prompt }, { cap }) {
  if (!prompt) return void 0;
  const { asks, task, typed } = prompt;
  if (asks === "stop")
    return `Stop the plan? ${cap.running === 0 ? "Nothing runs." : `${cap.running} running would be cancelled.`} y stops, any other key does not `;
  return asks === "answer" ? `Answer to ${task}: ${typed}` : `Try ${task} again; a note for its agent: ${typed}`;
}
function selectable(snapshot) {
  const inGroup = (wanted) => snapshot.tasks.filter(({ group }) => group === wanted).map(({ id }) => id);
  const needs = snapshot.needs.flatMap(({ task }) => task === void 0 ? [] : [task]);
  const running = runningRows(snapshot).map(({ id }) => id);
  return [.../* @__PURE__ */ new Set([...needs, ...running, ...["couldStart", "waits", "cannotRun"].flatMap(inGroup)])];
}
function moved(state, snapshot, by) {
  const order = selectable(snapshot);
  const at = order.indexOf(state.selected ?? "");
  const next = at === -1 ? by === 1 ? 0 : order.length - 1 : Math.max(0, Math.min(order.length - 1, at + by));
  const selected = order[next];
  return selected === void 0 ? without(state, "selected") : { ...state, selected };
}
function without(state, part) {
  const { [part]: _, ...rest } = state;
  return rest;
}

// import:node:path in cli/display.mjs
import { join } from "node:path";

// import:run/live/act.mjs in cli/display.mjs
import { act } from "../run/live/act.mjs";

// import:run/live.mjs in cli/display.mjs
import { PlanWatch, taskDetail } from "../run/live.mjs";

// import:run/plan.mjs in cli/display.mjs
import { existingGraph, isDone, readGraph, readPlan } from "../run/plan.mjs";

// mcp-server/src/cli/display/display-actions.ts
var KeyActions = class {
  /** @param ends what is done when the user leaves, and with Ctrl-C. */
  constructor(ctx, pluginRoot, ends) {
    this.ctx = ctx;
    this.pluginRoot = pluginRoot;
    this.ends = ends;
  }
  ctx;
  pluginRoot;
  ends;
  #page;
  get ending() {
    return this.ends.ending;
  }
  act = (plan, request) => act(this.ctx, plan, request);
  details = async (plan, task) => taskDetail(this.ctx, await existingGraph(this.ctx, plan), plan, task, true);
  async openPage(plan) {
    this.#page ??= this.#servePage();
    const { openPage } = await import("../host/desktop/open-page.mjs");
    const link = (await this.#page).link(plan);
    const isOpened = openPage(link, { platform: process.platform, env: process.env });
    return isOpened ? `the page opens; or open ${link}` : `open ${link} (once, within two minutes)`;
  }
  leave() {
    this.ends.leave();
  }
  interrupt() {
    this.ends.interrupt();
  }
  /** Ends the page that was opened, if one was. */
  async close() {
    await (await this.#page)?.close();
  }
  async #servePage() {
    const [{ PageServer }, { readPageFiles }, { usualEditor }] = await Promise.all([
      import("../serve/http-server.mjs"),
      import("../serve/page-files.mjs"),
      import("../serve/editor-link.mjs")
    ]);
    const files = readPageFiles(join(this.pluginRoot, "mcp-server", "dist", "page"));
    return PageServer.start({
      contexts: [this.ctx],
      files,
      port: 0,
      allowedHosts: /* @__PURE__ */ new Set(),
      readOnly: false,
      editor: usualEditor(process.env)
    });
  }
};

// import:text.mjs in cli/display.mjs
import { cellWidth, cleanText, fitCells, formatDuration, plural, visibleJson, wrapText } from "../text.mjs";

// mcp-server/src/cli/display/json-display.ts
var JsonDisplay = class {
  constructor(output) {
    this.output = output;
  }
  output;
  show(_snapshot, update) {
    this.output.write(`${visibleJson(update)}
`);
  }
  say(text) {
    this.output.write(`${visibleJson({ said: text })}
`);
  }
  close() {
  }
};

// mcp-server/src/cli/display/news.ts
var MIN_CELLS = 10;
function newsBetween(before, after) {
  const line = (atMs, mark, look, text) => {
    return { atMs, plan: after.plan, mark, look, text };
  };
  if (!before)
    return [
      line(after.atMs, "·", "dim", countWords(after)),
      ...after.needs.map((need) => needLine(after, need))
    ];
  const rows = new Map(before.tasks.map((row) => [row.id, row]));
  const ofTasks = after.tasks.flatMap((row) => {
    const old = rows.get(row.id);
    return old === row ? [] : attemptNews(after.plan, row, old);
  });
  const known = new Set(before.needs.map(needKey));
  const ofNeeds = after.needs.filter((need) => need.kind !== "failed" && !known.has(needKey(need))).map((need) => needLine(after, need));
  return [...ofTasks, ...ofNeeds, ...planNews(before, after, line)].sort((a, b) => a.atMs - b.atMs);
}
function attemptNews(plan, row, old) {
  const name = `${row.id} ${row.subject}`;
  const role = row.role === void 0 ? "" : ` (${row.role})`;
  return row.attempts.flatMap((attempt) => {
    const { number, startMs, endMs, state } = attempt;
    if (number === 0) return [];
    const was = old?.attempts.find((other) => other.number === number);
    const again = number > 1 ? `, attempt ${number}` : "";
    const lines = [];
    const add = (atMs, mark, look, end) => lines.push({ atMs, plan, mark, look, text: name, end });
    if (!was) add(startMs, MARKS.in_progress, "cyan", `${role}${again}`);
    else if (isOver(was) && !isOver(attempt)) add(startMs, MARKS.in_progress, "cyan", " goes on");
    if (isOver(attempt) && endMs !== void 0 && (was === void 0 || !isOver(was))) {
      const took = formatDuration(endMs - startMs);
      if (state === "completed") add(endMs, MARKS.completed, "green", `, ${took}`);
      else add(endMs, MARKS.failed, "red", `, ${took}, ${state}${thenWords(row, attempt)}`);
    }
    return lines;
  });
}
function isOver({ state }) {
  return state !== "offered" && state !== "running" && state !== "delivering";
}
function thenWords({ status, attempts }, { number }) {
  const isLast = attempts.every((other) => other.number <= number);
  return !isLast || status === "pending" || status === "in_progress" ? "; it is tried again" : "";
}
function planNews(before, after, line) {
  const { atMs } = after;
  if (after.done && !before.done) {
    const endMs = after.endedAtMs ?? atMs;
    const took = after.startedAtMs === void 0 ? "" : `, in ${formatDuration(endMs - after.startedAtMs)}`;
    const look = after.counts.failed > 0 ? "red" : "green";
    const mark = after.counts.failed > 0 ? MARKS.failed : MARKS.completed;
    return [line(Math.max(atMs, endMs), mark, look, `done: ${countWords(after)}${took}`)];
  }
  if (after.status !== before.status) {
    if (after.status === "open") return [line(atMs, MARKS.in_progress, "cyan", "the plan goes on")];
    const mark = after.status === "paused" ? "‖" : "■";
    return [line(atMs, mark, "yellow", `the plan is ${after.status}`)];
  }
  const isHeldNow = after.held !== void 0 && before.held === void 0;
  return isHeldNow ? [line(atMs, "‖", "yellow", `nothing starts: ${after.held}`)] : [];
}
function needKey({ task, kind, text }) {
  return `${kind} ${task ?? ""} ${text}`;
}
function needLine({ plan, atMs }, need) {
  const { before, after } = needWords(need);
  const text = `${before}${need.text}${after}`;
  return { atMs: need.sinceMs ?? atMs, plan, mark: NEED_MARKS[need.kind], look: "yellow", text };
}
function heartbeatWords(snapshot, nowMs) {
  const [longest] = runningRows(snapshot);
  const longestMs = longest && tookMs(longest, nowMs);
  const runs = snapshot.cap.running === 1 ? "1 runs" : `${snapshot.cap.running} run`;
  const forHow = longestMs === void 0 ? "" : `, longest ${longest?.id} for ${formatDuration(longestMs)}`;
  const { length } = snapshot.needs;
  const needs = length === 0 ? "" : `; ${length} ${length === 1 ? "needs" : "need"} you`;
  return `${runs}${forHow}; ${countWords(snapshot)}${needs}`;
}
function timeOfDay(atMs) {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
function newsText({ atMs, plan, mark, look, text, end }, namesPlan, cells) {
  const beginning = `${timeOfDay(atMs)}  ${mark} `;
  const indent = cellWidth(beginning);
  const room = Math.max(MIN_CELLS, cells - indent);
  const whole = `${namesPlan && plan !== "" ? `${plan}: ` : ""}${text}`;
  const [first = "", ...rest] = end === void 0 ? wrapText(whole, room) : [withEnd(whole, end, room)];
  return [
    [{ text: `${timeOfDay(atMs)}  `, look: "dim" }, { text: `${mark} `, look }, { text: first }],
    ...rest.map((line) => [{ text: `${" ".repeat(indent)}${line}` }])
  ];
}
function withEnd(text, end, cells) {
  const room = Math.max(MIN_CELLS, cells - cellWidth(end));
  return `${cellWidth(text) <= room ? text : fitCells(text, room).trimEnd()}${end}`;
}

// import:lib/picocolors.mjs in cli/display.mjs
import { createColors } from "../lib/picocolors.mjs";

// mcp-server/src/cli/display/styled-line.ts
function plainText(line) {
  return line.map(({ text }) => text).join("");
}
function paintLine(line, cells, colour) {
  const colours = createColors(colour);
  let left = cells;
  let painted = "";
  const isCut = cellWidth(plainText(line)) > cells;
  for (const { text, look = "plain" } of line) {
    const width = cellWidth(text);
    const isLast = isCut && width >= left;
    const shown = isLast ? cutTo(text, left) : text;
    left -= width;
    painted += look === "plain" || shown === "" ? shown : colours[look](shown);
    if (isLast) break;
  }
  return painted;
}
function cutTo(text, cells) {
  return cellWidth(text) > cells ? fitCells(text, cells) : fitCells(`${text} `, cells);
}

// mcp-server/src/cli/display/line-display.ts
var SILENCE_MS = 6e4;
var MAX_CELLS = 1e4;
var LineDisplay = class {
  constructor(output, colour) {
    this.output = output;
    this.colour = colour;
  }
  output;
  colour;
  #plans = /* @__PURE__ */ new Map();
  #heartbeat;
  show(snapshot) {
    const news = newsBetween(this.#plans.get(snapshot.plan), snapshot);
    this.#plans.set(snapshot.plan, snapshot);
    for (const one of news) this.#write(one);
    if (news.length > 0 || this.#heartbeat === void 0) this.#waitForSilence();
  }
  say(text) {
    this.#write({ atMs: Date.now(), plan: "", mark: "·", look: "dim", text });
  }
  close() {
    clearTimeout(this.#heartbeat);
  }
  #waitForSilence() {
    clearTimeout(this.#heartbeat);
    const shownAtMs = performance.now();
    this.#heartbeat = setTimeout(() => {
      for (const snapshot of this.#plans.values()) {
        if (snapshot.done) continue;
        const atMs = snapshot.atMs + performance.now() - shownAtMs;
        const text = heartbeatWords(snapshot, atMs);
        this.#write({ atMs, plan: snapshot.plan, mark: "·", look: "dim", text });
      }
      this.#waitForSilence();
    }, SILENCE_MS);
  }
  #write(news) {
    for (const line of newsText(news, this.#plans.size > 1, MAX_CELLS))
      this.output.write(`${paintLine(line, MAX_CELLS, this.colour)}
`);
  }
};

// import:node:readline in cli/display.mjs
import { emitKeypressEvents } from "node:readline";

// import:policy.mjs in cli/display.mjs
import { moneyText } from "../policy.mjs";

// mcp-server/src/cli/display/machines-line.ts
var TITLE = "Machines: ";
var BETWEEN = " · ";
var MAX_NAME_CELLS = 24;
function machinesLine(machines, columns) {
  if (!machines.some(({ kind }) => kind !== "session")) return [];
  const isGone = ({ state }) => state === "gone";
  const ordered = [...machines.filter(isGone), ...machines.filter((one) => !isGone(one))];
  const line = [{ text: TITLE, look: "dim" }];
  let cells = cellWidth(TITLE);
  for (const [i, one] of ordered.entries()) {
    const text = `${i === 0 ? "" : BETWEEN}${wordsOf(one, machines)}`;
    const left = ordered.length - i;
    const more = `${i === 0 ? "" : BETWEEN}${left} more`;
    const behind = left === 1 ? 0 : cellWidth(`${BETWEEN}${left - 1} more`);
    if (cells + cellWidth(text) + behind > columns - 1) return [[...line, { text: more, look: "dim" }]];
    line.push({ text, look: isGone(one) ? "yellow" : "dim" });
    cells += cellWidth(text);
  }
  return [line];
}
function wordsOf({ machine, pid, kind, state, clients, runs }, all) {
  const short = cellWidth(machine) > MAX_NAME_CELLS ? fitCells(machine, MAX_NAME_CELLS).trimEnd() : machine;
  const name = all.filter((one) => one.machine === machine).length > 1 ? `${short} (${pid})` : short;
  if (state === "gone") return `${name} gone`;
  if (kind === "session") return `${name} ${runs.length} running`;
  const slots = clients.reduce((sum, client) => sum + client.slots, 0);
  return `${name} ${runs.length} of ${slots}${state === "draining" ? ", draining" : ""}`;
}

// mcp-server/src/cli/display/plan-block.ts
var MAX_BLOCK = 18;
var ROWS_ABOVE = 6;
var MIN_COLUMNS = 60;
var MIN_COLUMNS_FOR_BARS = 80;
var MAX_NEEDS = 3;
var MAX_NAMED = 8;
var MAX_LABEL = 48;
var MAX_ROLE = 20;
var BAR_CELLS = 18;
var MIN_BAR_CELLS = 6;
var TASK_BAR_CELLS = { wide: 18, narrow: 10 };
var MIN_COLUMNS_FOR_WIDE_BARS = 100;
var NEAR_LIMIT = 0.8;
var MINUTE_MS = 6e4;
function planBlock(snapshot, view) {
  const height = Math.max(1, Math.min(MAX_BLOCK, view.rows - ROWS_ABOVE));
  const isNarrow = view.columns < MIN_COLUMNS;
  const running = isNarrow ? [] : runningRows(snapshot);
  const wanted = {
    header: [header(snapshot, view)],
    counts: isNarrow ? [] : [counts(snapshot)],
    needs: needLines(snapshot, view, isNarrow ? height - 2 : MAX_NEEDS),
    held: [...endingLine(view), ...isNarrow ? [] : heldLines(snapshot)],
    machines: isNarrow || isAlone(snapshot, view) ? [] : machinesLine(snapshot.machines, view.columns),
    waiting: isNarrow ? [] : waitingLine(snapshot, view.columns),
    selected: selectedLine(snapshot, view),
    others: isNarrow ? [] : (view.others ?? []).map((other) => header(other, view)),
    prompt: view.prompt === void 0 ? [] : [promptLine(view.prompt, view.columns)],
    keys: view.prompt === void 0 && view.hasKeys && !isNarrow ? [keysLine(snapshot, view)] : []
  };
  const byImportance = [
    ...["prompt", "header", "needs", "selected", "running", "held", "waiting"],
    ...["machines", "counts", "keys", "others"]
  ];
  const room = /* @__PURE__ */ new Map();
  let left = height;
  for (const part of byImportance) {
    const lines = part === "running" ? Math.min(1, running.length) : wanted[part].length;
    room.set(part, Math.min(lines, left));
    left -= Math.min(lines, left);
  }
  const shown = (part) => wanted[part].slice(0, room.get(part));
  return [
    ...[...shown("header"), ...shown("counts"), ...shown("needs"), ...shown("held")],
    ...runningLines(running, view, (room.get("running") ?? 0) + left),
    ...[
      ...shown("waiting"),
      ...shown("machines"),
      ...shown("selected"),
      ...shown("others"),
      ...shown("prompt"),
      ...shown("keys")
    ]
  ];
}
function header(snapshot, { columns, nowMs }) {
  const { plan, counts: n, cap, forecast, startedAtMs, endedAtMs, atMs, done } = snapshot;
  const [mark, word, look] = stateOf(snapshot);
  const took = startedAtMs === void 0 ? "" : ` ${clockWords((endedAtMs ?? nowMs) - startedAtMs)}`;
  const leftMs = forecast && forecast.leftMs - (nowMs - atMs);
  const before = [
    { text: plan, look: "bold" },
    { text: `  ${mark} ${word}${took}`, look },
    { text: GAP }
  ];
  const after = [
    { text: `${n.completed}/${n.total}`, look: "bold" },
    { text: done ? "" : `   ${cap.running} of ${plural(cap.now, "agent")}` },
    { text: leftMs === void 0 || leftMs <= 0 ? "" : `   ≈ ${formatDuration(inMinutes(leftMs))} left` }
  ];
  const bar = Math.min(BAR_CELLS, columns - 1 - GAP.length - cellWidth(plainText([...before, ...after])));
  const hasBar = columns >= MIN_COLUMNS_FOR_BARS && bar >= MIN_BAR_CELLS;
  return [...before, ...hasBar ? [...progressBar(snapshot, bar), { text: GAP }] : [], ...after];
}
var GAP = "   ";
function isAlone({ machines }, { leaving }) {
  return leaving === "ends" && machines.length === 1;
}
function inMinutes(ms) {
  return ms < 2 * MINUTE_MS ? ms : Math.round(ms / MINUTE_MS) * MINUTE_MS;
}
function stateOf({ status, done, counts: n, startedAtMs }) {
  if (done) return n.failed > 0 ? [MARKS.failed, "done", "red"] : [MARKS.completed, "done", "green"];
  if (status === "stopped") return ["■", "stopped", "yellow"];
  if (status === "paused") return ["‖", "paused", "yellow"];
  return startedAtMs === void 0 ? [MARKS.pending, "not started", "dim"] : [MARKS.in_progress, "running", "cyan"];
}
function progressBar({ counts: n }, width) {
  if (n.total === 0) return [];
  let [reached, cells] = [0, 0];
  const part = (number, sign, look) => {
    reached += number;
    const to = Math.round(reached / n.total * width);
    const text = sign.repeat(to - cells);
    cells = to;
    return { text, look };
  };
  return [
    part(n.completed, "█", "green"),
    part(n.running + n.delivering, "▒", "cyan"),
    part(n.failed + n.cancelled, "×", "red"),
    part(n.waiting, "░", "dim")
  ];
}
function counts({ counts: n, cost }) {
  const numbers = [
    `${n.completed} done`,
    `${n.running} running`,
    ...n.delivering > 0 ? [`${n.delivering} delivering`] : [],
    ...n.failed > 0 ? [`${n.failed} failed`] : [],
    ...n.cancelled > 0 ? [`${n.cancelled} cancelled`] : [],
    `${n.waiting} to come`
  ];
  const { tokens, tokensPerMinute, money, limits } = cost;
  const perMinute = tokensPerMinute ? `, ${shortCount(tokensPerMinute)}/min` : "";
  const maxCost = limits.find(({ name }) => name === "maxCost");
  const ofMoney = maxCost === void 0 ? "" : ` of ${moneyText(maxCost.max, maxCost.currency ?? "USD")}`;
  const near = limits.filter((limit) => limit !== maxCost && limit.used >= NEAR_LIMIT * limit.max);
  return [
    { text: numbers.join(" · ") },
    { text: tokens === 0 ? "" : `   ${shortCount(tokens)} tokens${perMinute}`, look: "dim" },
    {
      text: money === void 0 ? "" : `   ${moneyText(money.amount, money.currency)}${ofMoney}`,
      look: "dim"
    },
    ...near.map((limit) => ({ text: `   ${shareOf(limit)}`, look: "yellow" }))
  ];
}
function shareOf({ name, used, max }) {
  return `${Math.round(100 * used / max)} % of ${name}`;
}
function needLines(snapshot, view, most) {
  const { needs } = snapshot;
  const lines = needs.slice(0, most).map((need) => needLine2(need, view));
  const more = needs.length - lines.length;
  if (more === 0 || lines.length === 0) return lines;
  return [...lines, [{ text: `  … ${more} more ${more === 1 ? "needs" : "need"} you`, look: "yellow" }]];
}
function needLine2(need, { columns, hasKeys }) {
  const { before, after, short } = needWords(need);
  const hint = hasKeys && columns >= MIN_COLUMNS ? NEED_HINTS[need.kind] ?? "" : "";
  const roomBefore = (end2) => columns - 1 - 2 - cellWidth(`${before}${end2}${hint}`);
  const end = cellWidth(need.text) <= roomBefore(after) ? after : short;
  const room = Math.max(MIN_NEED_TEXT, roomBefore(end));
  const isFailure = need.kind !== "question" && need.kind !== "limit" && need.kind !== "decision";
  return [
    { text: `${NEED_MARKS[need.kind]} `, look: isFailure ? "red" : "yellow" },
    { text: before, look: "bold" },
    { text: cellWidth(need.text) <= room ? need.text : fitCells(need.text, room) },
    { text: `${end}${hint}`, look: "dim" }
  ];
}
var MIN_NEED_TEXT = 12;
var NEED_HINTS = {
  question: "   a answer",
  failed: "   r retry",
  review: "   r retry",
  decision: "   p resume"
};
function heldLines({ held, needs, done, runBy }) {
  if (done) return [];
  const isSaid = needs.some(({ kind }) => kind === "limit" || kind === "decision");
  const lines = held === void 0 || isSaid ? [] : [[{ text: `‖ ${held}`, look: "yellow" }]];
  if (runBy.kind !== "nobody") return lines;
  const how = runBy.how === void 0 ? "" : `; ${runBy.how} goes on`;
  return [...lines, [{ text: `! ${runBy.words}${how}`, look: "yellow" }]];
}
function endingLine({ ending }) {
  return ending === void 0 ? [] : [[{ text: `‖ ${ending}`, look: "yellow" }]];
}
function runningLines(rows, view, room) {
  if (room <= 0 || rows.length === 0) return [];
  const shown = rows.length > room ? Math.max(1, room - 1) : rows.length;
  const first = firstShown(rows, view.selected, shown);
  const part = rows.slice(first, first + shown);
  const labels = part.map(({ id, subject }) => `${id} ${subject}`);
  const hasBars = view.columns >= MIN_COLUMNS_FOR_BARS;
  const roles = hasBars ? part.map((row) => roleOf(row, view)) : [];
  const roleCells = Math.min(MAX_ROLE, Math.max(0, ...roles.map(({ text }) => cellWidth(text))));
  const barCells = TASK_BAR_CELLS[view.columns < MIN_COLUMNS_FOR_WIDE_BARS ? "narrow" : "wide"];
  const ofRole = roleCells === 0 ? 0 : roleCells + 1;
  const fixed = 2 + TIME_CELLS + (hasBars ? barCells + 1 + ofRole : 0) + 1;
  const labelCells = Math.max(8, Math.min(MAX_LABEL, view.columns - 1 - fixed));
  const lines = part.map((row, i) => {
    const isSelected = row.id === view.selected;
    const label = fitCells(labels[i] ?? "", labelCells);
    return [
      { text: `${isSelected ? "›" : signOf(row)} `, look: "cyan" },
      { text: label, ...isSelected && { look: "inverse" } },
      { text: " " },
      ...roles.slice(i, i + 1).map((role) => ({ ...role, text: fitCells(role.text, ofRole) })),
      ...hasBars ? [...barOf(row, view, barCells), { text: " " }] : [],
      timeOf(row, view)
    ];
  });
  const more = rows.length - shown;
  return more > 0 && room > 1 ? [...lines, [{ text: `  … ${more} more ${more === 1 ? "runs" : "run"}`, look: "dim" }]] : lines;
}
var TIME_CELLS = 13;
function firstShown(rows, selected, shown) {
  const at = rows.findIndex(({ id }) => id === selected);
  return at < shown ? 0 : at - shown + 1;
}
function roleOf(row, { nowMs }) {
  const silent = silentMs(row, nowMs);
  return silent === void 0 ? { text: row.role ?? "", look: "dim" } : { text: `silent ${formatDuration(silent)}`, look: "yellow" };
}
function barOf(row, { nowMs }, cells) {
  const [ms, expectedMs] = [tookMs(row, nowMs), row.expected?.durationMs];
  if (ms === void 0 || !expectedMs) return [{ text: " ".repeat(cells) }];
  const full = Math.round(Math.min(1, ms / expectedMs) * cells);
  return [
    { text: "█".repeat(full), look: "cyan" },
    { text: "░".repeat(cells - full), look: "dim" }
  ];
}
function timeOf(row, { nowMs }) {
  const state = row.attempts.at(-1)?.state;
  if (state !== "running") return { text: (state ?? "").padStart(TIME_CELLS), look: "dim" };
  const expectedMs = row.expected?.durationMs;
  const isLate = isOverdue(row, nowMs);
  const text = `${clockWords(tookMs(row, nowMs) ?? 0)}${expectedMs ? `/${clockWords(expectedMs)}` : ""}${isLate ? "!" : ""}`;
  return { text: text.padStart(TIME_CELLS), ...isLate && { look: "yellow" } };
}
function waitingLine({ tasks }, columns) {
  const groups = rowGroups(tasks);
  const parts = ["couldStart", "waits", "cannotRun"].flatMap((wanted) => {
    const found = groups.find(({ group }) => group === wanted);
    if (!found) return [];
    const { title, rows, summary } = found;
    const why = summary === "" || wanted === "waits" ? "" : ` (${summary})`;
    return [{ text: `${title.toLowerCase()} ${rows.length}${why}`, rows }];
  });
  if (parts.length === 0) return [];
  const beginning = `${MARKS.pending} ${parts.map(({ text }) => text).join(" · ")}`;
  const next = parts.flatMap(({ rows }) => rows).filter(({ group }) => group !== "cannotRun");
  let names = "";
  for (const { id } of next.slice(0, MAX_NAMED)) {
    const longer = names === "" ? `   next ${id}` : `${names}, ${id}`;
    if (cellWidth(`${beginning}${longer} …`) > columns - 1) break;
    names = longer;
  }
  const isCut = names !== "" && names.split(", ").length < next.length;
  return [[{ text: `${beginning}${names}${isCut ? " …" : ""}`, look: "dim" }]];
}
function selectedLine({ tasks }, { selected, columns }) {
  const row = tasks.find(({ id }) => id === selected);
  if (!row || row.group === "running" && columns >= MIN_COLUMNS) return [];
  const reason = row.reason === void 0 ? row.status.replace("_", " ") : row.reason;
  return [
    [
      { text: "› ", look: "cyan" },
      { text: `${row.id} ${row.subject}`, look: "inverse" },
      { text: `: ${reason}` }
    ]
  ];
}
function promptLine(prompt, columns) {
  const room = columns - 2;
  let shown = prompt;
  while (cellWidth(shown) > room) shown = `…${[...shown].slice(2).join("")}`;
  return [{ text: shown, look: "bold" }, { text: "█" }];
}
var DISPENSABLE_KEYS = ["+ − cap", "o page", "↑↓ ↵ details"];
function keysLine({ status, done, needs }, view) {
  const { columns, hasPage = false, leaving } = view;
  const can = (action) => needs.some(({ actions }) => actions.includes(action));
  let keys = [
    ...done ? [] : [status === "open" ? "p pause" : "p resume"],
    ...done || status === "stopped" ? [] : ["s stop", "+ − cap"],
    "↑↓ ↵ details",
    ...can("answer") ? ["a answer"] : [],
    ...can("retry") ? ["r retry"] : [],
    ...hasPage ? ["o page"] : [],
    leaving === "ends" ? "q end" : "q leave"
  ];
  for (const one of DISPENSABLE_KEYS)
    if (cellWidth(keys.join(" · ")) >= columns) keys = keys.filter((key) => key !== one);
  return [{ text: keys.join(" · "), look: "dim" }];
}

// mcp-server/src/cli/display/redraw.ts
var BEGIN_FRAME = "\x1B[?2026h";
var END_FRAME = "\x1B[?2026l";
var CLEAR_LINE = "\x1B[K";
var CLEAR_BELOW = "\x1B[J";
var NOTHING_DRAWN = { lines: [], columns: 0 };
function redraw(before, after, staying = []) {
  const canKeep = staying.length === 0 && before.columns === after.columns && before.lines.length > 0;
  const text = canKeep ? changedLines(before.lines, after.lines) : wholeBlock(before, after, staying);
  return text === "" ? "" : `${BEGIN_FRAME}${text}${END_FRAME}`;
}
function belowBlock({ lines }) {
  return lines.length === 0 ? "" : `${move(1 - lines.length)}\r
`;
}
function wholeBlock(before, after, staying) {
  const { lines } = after;
  if (before.lines.length + lines.length + staying.length === 0) return "";
  const above = staying.map((line) => `${CLEAR_LINE}${line}\r
`).join("");
  return `${above}${lines.join(`${CLEAR_LINE}\r
`)}${CLEAR_BELOW}${move(Math.max(0, lines.length - 1))}`;
}
function changedLines(before, after) {
  const common = Math.min(before.length, after.length);
  let text = "";
  let row = 0;
  const goTo = (wanted) => {
    text += move(row - wanted);
    row = wanted;
  };
  for (const [i, line] of after.slice(0, common).entries()) {
    if (line === before[i]) continue;
    goTo(i);
    text += `${line}${CLEAR_LINE}`;
  }
  if (after.length < before.length) {
    goTo(after.length);
    text += CLEAR_BELOW;
  } else if (after.length > before.length) {
    goTo(common - 1);
    for (const line of after.slice(common)) text += `\r
${line}${CLEAR_LINE}`;
    row = after.length - 1;
  }
  if (text !== "") goTo(0);
  return text;
}
function move(lines) {
  if (lines === 0) return "\r";
  return lines > 0 ? `\x1B[${lines}A\r` : `\x1B[${-lines}B\r`;
}

// mcp-server/src/cli/display/task-details.ts
var MAX_LINES = 30;
var MAX_FILES = 8;
var MAX_EVIDENCE = 5;
var MAX_FINDINGS = 5;
var LABEL_CELLS = 11;
function taskDetails(detail, columns) {
  const { row, attempts, files, unlisted, notes, dependents, acceptance } = detail;
  const facts = [
    ["status", [`${row.status.replace("_", " ")}${row.reason === void 0 ? "" : `: ${row.reason}`}`]],
    ["role", row.role === void 0 ? [] : [`${row.role}${row.model === void 0 ? "" : `, ${row.model}`}`]],
    ["writes", detail.writes === void 0 ? ["not declared"] : [detail.writes.join(", ") || "nothing"]],
    ["waits for", row.waitsFor.length === 0 ? [] : [row.waitsFor.join(", ")]],
    ["needed by", dependents.length === 0 ? [] : [dependents.join(", ")]],
    [
      "accepted by",
      acceptance.map(
        ({ criterion, command }) => command === void 0 ? criterion : `${criterion}: ${command}`
      )
    ],
    ["attempts", attempts.map((attempt) => attemptWords(attempt, detail.atMs))],
    [
      "evidence",
      attempts[0]?.evidence.slice(0, MAX_EVIDENCE).map(({ standing, text }) => `${standing}: ${text}`) ?? []
    ],
    [
      "findings",
      attempts[0]?.findings.slice(0, MAX_FINDINGS).map(({ severity, text }) => `${severity}: ${text}`) ?? []
    ],
    [
      "changed",
      cutList(
        files.map(({ path }) => path),
        unlisted
      )
    ],
    ["notes", notes]
  ];
  const room = Math.max(20, columns - 3 - LABEL_CELLS);
  const lines = facts.flatMap(
    ([label, texts]) => texts.flatMap(
      (text, n) => wrapText(text, room).map((part, line) => {
        const name = { text: `  ${(n + line === 0 ? label : "").padEnd(LABEL_CELLS)}`, look: "dim" };
        return [name, { text: part }];
      })
    )
  );
  const title = [{ text: `${row.id} ${row.subject}`, look: "bold" }];
  const more = [{ text: `  … ${lines.length - MAX_LINES} more lines`, look: "dim" }];
  return [title, ...lines.slice(0, MAX_LINES), ...lines.length > MAX_LINES ? [more] : []];
}
function attemptWords(attempt, nowMs) {
  const { number, state, startMs, endMs, machine, summary, cause } = attempt;
  const took = formatDuration((endMs ?? nowMs) - startMs);
  const where = machine === void 0 ? "" : ` on ${machine}`;
  const said = summary ?? cause;
  return `${number === 0 ? "offered" : `${number}: ${state}`}, ${took}${where}${said === void 0 ? "" : `: ${said}`}`;
}
function cutList(paths, unlisted) {
  if (paths.length === 0) return [];
  const more = paths.length - MAX_FILES + unlisted;
  return [`${paths.slice(0, MAX_FILES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`];
}

// mcp-server/src/cli/display/terminal.ts
var DEFAULT_WIDTH = 100;
var DEFAULT_HEIGHT = 24;
function terminalWidth({ columns }) {
  return columns || DEFAULT_WIDTH;
}
function terminalHeight({ rows }) {
  return rows || DEFAULT_HEIGHT;
}
function canRedraw({ isTTY }, env) {
  return isTTY === true && !isSet(env.CI) && env.TERM !== "dumb";
}
function hasColours({ isTTY }, env) {
  if (env.NO_COLOR !== void 0 && env.NO_COLOR !== "") return false;
  return isSet(env.FORCE_COLOR) || isTTY === true && env.TERM !== "dumb";
}
function isSet(value) {
  return value !== void 0 && value !== "" && value !== "0" && value !== "false";
}

// mcp-server/src/cli/display/live-display.ts
var TICK_MS = 1e3;
var HIDE_CURSOR = "\x1B[?25l";
var SHOW_CURSOR = "\x1B[?25h";
var MARK_PASTES = "\x1B[?2004h";
var MARK_NO_PASTES = "\x1B[?2004l";
var ENDING = ["SIGHUP", "SIGTERM"];
var MAX_SAID = 500;
var LiveDisplay = class {
  /** @param input where keys come from; absent: none are read. */
  constructor(output, input, colour, actions) {
    this.output = output;
    this.input = input;
    this.colour = colour;
    this.actions = actions;
  }
  output;
  input;
  colour;
  actions;
  #plans = /* @__PURE__ */ new Map();
  /** When each came, by this process's own clock. */
  #cameAtMs = /* @__PURE__ */ new Map();
  #focus;
  #controls = {};
  #drawn = NOTHING_DRAWN;
  #timer;
  #isOpen = false;
  show(snapshot) {
    if (!this.#isOpen) this.#open();
    const news = newsBetween(this.#plans.get(snapshot.plan), snapshot);
    this.#plans.set(snapshot.plan, snapshot);
    this.#cameAtMs.set(snapshot.plan, performance.now());
    const focused = this.#focused;
    if (!focused || focused.done) this.#focus = this.#next()?.plan ?? snapshot.plan;
    this.#draw(news.flatMap((one) => newsText(one, this.#plans.size > 1, this.#cells)));
  }
  close() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.output.off("resize", this.#onResize);
    this.input?.off("keypress", this.#onKey).pause();
    for (const signal of ENDING) process.off(signal, this.#onEnding);
    process.off("SIGINT", this.#onInterrupt);
    process.off("SIGTSTP", this.#suspend).off("SIGCONT", this.#onContinue).off("exit", this.#restore);
    this.#write({ lines: [], columns: this.#columns });
    this.#restore();
  }
  /** A line that stays, by this program itself. */
  say(text) {
    const plan = this.#focus ?? "";
    const line = { atMs: this.#nowMs(plan), plan, mark: "·", look: "dim" };
    const lines = newsText({ ...line, text: cleanText(text, MAX_SAID) }, false, this.#cells);
    if (this.#isOpen) this.#draw(lines);
    else for (const one of lines) this.output.write(`${this.#paint(one)}
`);
  }
  get #focused() {
    return this.#plans.get(this.#focus ?? "");
  }
  get #columns() {
    return terminalWidth(this.output);
  }
  /** The last column stays free: a terminal would begin a new line behind it. */
  get #cells() {
    return Math.max(1, this.#columns - 1);
  }
  /** The plan after the focused one that is not done. */
  #next() {
    const plans = [...this.#plans.values()];
    const at = plans.findIndex(({ plan }) => plan === this.#focus);
    return [...plans.slice(at + 1), ...plans.slice(0, at + 1)].find(({ done }) => !done);
  }
  /** By the graph's clock. */
  #nowMs(plan) {
    const snapshot = this.#plans.get(plan);
    return snapshot === void 0 ? Date.now() : snapshot.atMs + performance.now() - (this.#cameAtMs.get(plan) ?? performance.now());
  }
  #open() {
    this.#isOpen = true;
    this.#prepare();
    this.output.on("resize", this.#onResize);
    if (this.input) {
      emitKeypressEvents(this.input);
      this.input.on("keypress", this.#onKey).resume();
    }
    for (const signal of ENDING) process.on(signal, this.#onEnding);
    process.on("SIGINT", this.#onInterrupt);
    process.on("SIGTSTP", this.#suspend).on("SIGCONT", this.#onContinue).on("exit", this.#restore);
    this.#timer = setInterval(() => this.#draw(), TICK_MS);
  }
  #prepare() {
    this.input?.setRawMode(true);
    this.output.write(`${HIDE_CURSOR}${this.input ? MARK_PASTES : ""}`);
  }
  #restore = () => {
    this.output.write(`${belowBlock(this.#drawn)}${this.input ? MARK_NO_PASTES : ""}${SHOW_CURSOR}`);
    this.input?.setRawMode(false);
  };
  #onResize = () => this.#draw();
  /** Ctrl-C is a key here; this is a signal that somebody sends. */
  #onInterrupt = () => {
    if (process.listenerCount("SIGINT") === 1) this.actions.interrupt();
  };
  /** Whoever else listens decides what follows; where nobody does, the signal ends the process as it would have anyway. */
  #onEnding = (signal) => {
    if (process.listenerCount(signal) > 1) return;
    this.close();
    process.kill(process.pid, signal);
  };
  /** The shell gets its terminal back as it was, and this process stops as it would have without a display. */
  #suspend = () => {
    if (process.platform === "win32") return;
    this.#restore();
    process.kill(process.pid, "SIGSTOP");
  };
  /** Whatever was done with the terminal meanwhile: the block comes anew below it. */
  #onContinue = () => {
    this.#drawn = NOTHING_DRAWN;
    this.#prepare();
    this.#draw();
  };
  #onKey = (text, { name, ctrl }) => {
    const snapshot = this.#focused;
    if (!snapshot) return;
    const { state, command } = pressKey(this.#controls, { text, name, ctrl }, snapshot);
    this.#controls = state;
    this.#draw();
    if (command) void this.#do(command, snapshot);
  };
  async #do(command, { plan, seq }) {
    try {
      switch (command.kind) {
        case "act":
          return this.say(`you: ${(await this.actions.act(plan, { ...command.request, seq })).text}`);
        case "details":
          return this.#draw(taskDetails(await this.actions.details(plan, command.task), this.#columns));
        case "page":
          return this.actions.openPage && this.say(await this.actions.openPage(plan));
        case "next-plan":
          this.#focus = this.#next()?.plan ?? this.#focus;
          return this.#draw();
        case "say":
          return this.say(command.text);
        case "suspend":
          return this.#suspend();
        case "leave":
          return this.actions.leave();
        case "interrupt":
          return this.actions.interrupt();
      }
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error));
    }
  }
  #draw(staying = []) {
    const snapshot = this.#focused;
    if (!this.#isOpen || !snapshot) return;
    const columns = this.#columns;
    const lines = planBlock(snapshot, {
      columns,
      rows: terminalHeight(this.output),
      nowMs: this.#nowMs(snapshot.plan),
      hasKeys: this.input !== void 0,
      hasPage: this.actions.openPage !== void 0,
      leaving: this.actions.ending && "ends",
      ending: this.actions.ending?.(),
      selected: this.#controls.selected,
      prompt: promptWords(this.#controls, snapshot),
      others: [...this.#plans.values()].filter((other) => other !== snapshot && !other.done)
    });
    this.#write(
      { lines: lines.map((line) => this.#paint(line)), columns },
      staying.map((line) => this.#paint(line))
    );
  }
  #paint(line) {
    return paintLine(line, this.#cells, this.colour);
  }
  #write(block, staying = []) {
    const text = redraw(this.#drawn, block, staying);
    if (text !== "") this.output.write(text);
    this.#drawn = block;
  }
};

// mcp-server/src/cli/display/display-for.ts
function displayFor({ output, input, env }, json, actions, lines = output) {
  if (json) return new JsonDisplay(lines);
  const colour = hasColours(output, env);
  if (!canRedraw(output, env)) return new LineDisplay(lines, colour);
  return new LiveDisplay(output, input.isTTY ? input : void 0, colour, actions);
}

// mcp-server/src/cli/display/markdown-in-terminal.ts
var ESCAPED = /\\([!-/:-@[-`{-~])|(`+).+?\2|&lt;/g;
function markdownInTerminal(markdown, width, colour) {
  const { bold } = createColors(colour);
  const shown = (line) => line.replace(ESCAPED, (found, mark) => mark ?? found.replaceAll("&lt;", "<"));
  return markdown.split("\n").flatMap((line) => {
    const [whole = "", strong] = /^\*\*(.+?)\*\*/.exec(line) ?? [];
    const text = shown(strong === void 0 ? line : `${strong}${line.slice(whole.length)}`);
    const indent = line.startsWith("- ") ? "  " : "";
    const room = width - indent.length;
    const isCopied = text.split(" ").some((word) => cellWidth(word) > room);
    const [first = "", ...rest] = isCopied ? [text] : wrapText(text, room);
    const beginning = shown(strong ?? "");
    const isBold = beginning !== "" && first.startsWith(beginning);
    return [
      isBold ? `${bold(beginning)}${first.slice(beginning.length)}` : first,
      ...rest.map((one) => `${indent}${one}`)
    ];
  }).join("\n");
}

// import:node:net in cli/display.mjs
import { Socket } from "node:net";

// mcp-server/src/cli/display/pipe-lines.ts
var ASK_MS = 1e3;
var PipeLines = class {
  /** @param end what stands between the spaces and the next line: nothing where a line may begin with spaces, as JSON may. */
  constructor(output, end) {
    this.output = output;
    this.end = end;
  }
  output;
  end;
  #timer = setInterval(() => this.#ask(), ASK_MS);
  #isBegun = false;
  write(line) {
    this.#endSpaces();
    this.output.write(line);
    this.#timer.refresh();
  }
  /** Others write after it. */
  close() {
    clearInterval(this.#timer);
    this.#endSpaces();
  }
  #endSpaces() {
    if (this.#isBegun && this.end !== "") this.output.write(this.end);
    this.#isBegun = false;
  }
  #ask() {
    if (this.output.writableLength > 0) return;
    this.output.write(" ");
    this.#isBegun = true;
  }
};
function isPipe(output) {
  return output instanceof Socket && !output.isTTY;
}

// import:node:timers/promises in cli/display.mjs
import { setTimeout as setTimeout2 } from "node:timers/promises";

// mcp-server/src/cli/display/watch-plans.ts
var LOOK_MS = 1e3;
var ONCE = (look) => look();
async function watchPlan(ctx, slug, show, signal, look = ONCE) {
  const store = await existingGraph(ctx, slug);
  await look(() => readPlan(ctx, store, slug));
  const watch = new PlanWatch(ctx, store, slug, "terminal");
  let snapshot;
  let cursor;
  try {
    for (; ; ) {
      const update = await look(() => watch.updateAfter(cursor, signal));
      if (!update) return;
      cursor = update.cursor;
      snapshot = applyUpdate(snapshot, update);
      show(snapshot, update);
      if (snapshot.done || snapshot.status === "stopped") return;
    }
  } finally {
    await watch.close();
  }
}
async function watchPlans(ctx, show, signal, look = ONCE) {
  const watched = /* @__PURE__ */ new Map();
  const failures = [];
  while (!signal.aborted) {
    const store = await ctx.graph();
    const { slugs, goOn } = store ? await look(() => plansOf(ctx, store)) : { slugs: [], goOn: [] };
    for (const slug of goOn) {
      if (watched.get(slug)?.isOver === false) continue;
      const one = { isOver: false };
      watched.set(slug, one);
      void watchPlan(ctx, slug, show, signal, look).catch((error) => failures.push(error)).finally(() => {
        one.isOver = true;
      });
    }
    if (failures.length > 0) throw failures[0];
    if (slugs.length > 0 && goOn.length === 0 && [...watched.values()].every(({ isOver: isOver2 }) => isOver2)) return;
    await setTimeout2(LOOK_MS, void 0, { signal }).catch(() => void 0);
  }
}
function plansOf(ctx, store) {
  return readGraph(ctx, store, async (view) => {
    const plans = await view.plans();
    const goOn = plans.filter((plan) => !isDone(plan) && plan.stored.status !== "stopped");
    const names = (some) => some.map(({ stored }) => stored.slug);
    return { slugs: names(plans), goOn: names(goOn) };
  });
}
export {
  JsonDisplay,
  KeyActions,
  LineDisplay,
  LiveDisplay,
  NEED_MARKS,
  NOTHING_DRAWN,
  PipeLines,
  belowBlock,
  canRedraw,
  clockWords,
  displayFor,
  hasColours,
  heartbeatWords,
  isPipe,
  machinesLine,
  markdownInTerminal,
  needWords,
  newsBetween,
  newsText,
  paintLine,
  plainText,
  planBlock,
  pressKey,
  promptWords,
  redraw,
  runningRows,
  shortCount,
  taskDetails,
  terminalHeight,
  terminalWidth,
  timeOfDay,
  watchPlan,
  watchPlans
};
