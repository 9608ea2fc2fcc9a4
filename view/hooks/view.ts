// Shows what a plan is at: a band above the prompt and a pane. It decides nothing and nothing waits for it: it draws what
// the server writes into a file, and its buttons ask the server for what the person wants. Claude Code takes one module
// per plugin, and unloads a plugin's module that hangs: so it is a plugin of its own, beside the one that runs the plan.

import { type Band, bandWords, cut, type Need, type PaneRow, paneWords, type UsedByTask } from "./words.ts";

const SERVER = "plugin:parallel:tasks";
const PANE = "parallel-view";
/** The file is looked at this often. */
const LOOK_MS = 1_000;
/** The server writes for a minute after it was asked. */
const ASK_MS = 20_000;
/** One that has not answered yet, or is away. */
const ASK_AGAIN_MS = 3_000;
/** Without an answer for so long, what the file says is old. */
const MAX_AGE_MS = 60_000;
/** So long a second press may take that confirms the first. */
const CONFIRM_MS = 5_000;

/** What is used here of the host's interface, which declares itself for each of its builds. */
interface Host {
  readonly mcp: {
    call(
      server: string,
      tool: string,
      request: object,
    ): Promise<{ content: { text?: string }[]; isError: boolean }>;
  };
  readonly agent: { list(): Promise<HostAgent[]> };
  readonly session: { version(): Promise<{ version: string; base?: string }> };
  readonly env: { get(name: string): Promise<string | undefined> };
  readonly fs: {
    stat(path: string): Promise<{ mtimeMs: number }>;
    read(path: string): Promise<string>;
  };
  readonly clock: { now(): Promise<number>; every(ms: number, then: () => unknown): { cancel(): void } };
  readonly command: { register(command: object): Promise<unknown> };
  readonly store: { get(key: string): Promise<unknown>; set(key: string, value: unknown): Promise<void> };
  readonly ui: {
    resolve(event: HostEvent): Elements;
    invalidate(event: "ui.render"): void;
    status(text: string | undefined): void;
    toast(text: string): void;
    open(pane: object): Promise<{ isPlaced: boolean; reason?: string }>;
    close(pane: { id: string }): Promise<void>;
    panes(): Promise<readonly { id: string }[]>;
  };
}

/** An agent as the host counts it. */
interface HostAgent {
  readonly id: string;
  readonly cost?: { readonly usd: number };
  readonly usage?: readonly {
    readonly input_tokens: number;
    readonly output_tokens: number;
    readonly cache_creation_input_tokens: number;
  }[];
}

/** What the host tells of an event; each has some of these. */
interface HostEvent {
  readonly isInteractive: boolean;
  readonly args: string;
  readonly props: { readonly hasSurvey?: boolean; readonly bodyColumns?: number };
}

type Hook = (
  $: Host,
  event: HostEvent,
  next: (event: HostEvent) => Promise<unknown>,
) => Promise<unknown> | unknown;

type On = (event: string, ...rest: [Hook] | [object, Hook]) => { catch(hook: Hook): void };

type Element = unknown;
type Elements = Readonly<Record<"Box" | "Text" | "Button" | "Input" | "Link", Element>> & {
  readonly Progress?: Element;
};
declare const h: (element: Element, props: object | null, ...children: unknown[]) => Element;

/** What the server named at the last hello. */
let file: string | undefined;
let answeredMs = Number.NEGATIVE_INFINITY;
let askedMs = Number.NEGATIVE_INFINITY;
let readMs = 0;
let band: Band | undefined;
let used: UsedByTask = new Map();
/** What was drawn last, so that nothing is drawn twice. */
let drawn = "";
let statusLine: string | undefined;
let isOff = false;
let isHidden = false;
let isLooking = false;
/** The press that waits for a second one, and until when. */
let armed: { readonly what: string; readonly untilMs: number } | undefined;
/** Where the page is, once the person wanted it. */
let page: string | undefined;
let timer: { cancel(): void } | undefined;

/** @throws an error with what the server says is wrong. */
async function ask($: Host, request: object): Promise<Record<string, unknown>> {
  const { content, isError } = await $.mcp.call(SERVER, "batch_collect", request);
  const text = content.map((block) => block.text ?? "").join("");
  if (isError) throw new Error(text);
  return JSON.parse(text);
}

/** Says that somebody looks, and learns which file to look at. A server that is away is asked again later. */
async function hello($: Host, nowMs: number): Promise<void> {
  askedMs = nowMs;
  try {
    const answer = await ask($, { engine: "watch" });
    answeredMs = nowMs;
    if (answer.file !== file) readMs = 0;
    file = String(answer.file);
  } catch {
    // Not connected yet, or gone: what is known grows old.
  }
}

/** One look, once a second: at the file, and at what the host counts of the agents in it. */
async function look($: Host): Promise<void> {
  if (isLooking || isOff) return;
  isLooking = true;
  try {
    const nowMs = await $.clock.now();
    // A call to a server that ends in it is never answered.
    if (nowMs - askedMs >= (answeredMs < askedMs ? ASK_AGAIN_MS : ASK_MS)) void hello($, nowMs);
    if (nowMs - answeredMs > MAX_AGE_MS) forget();
    else if (file !== undefined) await readBand($, file).catch(() => undefined);
    used = band && Object.keys(band.agents).length > 0 ? await usedByAgents($, band) : new Map();
    if (armed && armed.untilMs < nowMs) armed = undefined;
    await redraw($, nowMs);
  } catch {
    // Nothing waits for this look, and the next one comes.
  } finally {
    isLooking = false;
  }
}

/** What was read is of no use any more, and would be read again. */
function forget(): void {
  band = undefined;
  readMs = 0;
}

async function readBand($: Host, path: string): Promise<void> {
  const found = await $.fs.stat(path).catch(() => undefined);
  if (!found) forget();
  if (!found || found.mtimeMs === readMs) return;
  readMs = found.mtimeMs;
  // Meanwhile something may be drawn, from what was read before.
  const read = await $.fs
    .read(path)
    .then((text) => JSON.parse(text) as Band | null)
    .catch(() => undefined);
  band = read?.v === 1 ? read : undefined;
}

async function usedByAgents($: Host, { agents }: Band): Promise<UsedByTask> {
  const listed = await $.agent.list();
  return new Map(
    listed.flatMap(({ id, usage = [], cost }) => {
      const task = Object.hasOwn(agents, id) ? agents[id] : undefined;
      const tokens = usage.reduce(
        (sum, one) => sum + one.input_tokens + one.output_tokens + one.cache_creation_input_tokens,
        0,
      );
      return task === undefined ? [] : [[task, { tokens, usd: cost?.usd }] as const];
    }),
  );
}

/** Draws again where that would show something else than before. */
async function redraw($: Host, nowMs: number): Promise<void> {
  const isOpen = (await $.ui.panes()).some(({ id }) => id === PANE);
  const next = JSON.stringify([
    band && bandWords(band, used, nowMs),
    isHidden,
    isOpen && band && paneWords(band, used, nowMs),
    armed?.what ?? "",
    page ?? "",
  ]);
  if (next === drawn) return;
  drawn = next;
  const needed = band?.needed ?? 0;
  const status = isHidden && needed > 0 ? `${needed} of the plan wait for you: /parallel-view` : undefined;
  if (status !== statusLine) $.ui.status(status);
  statusLine = status;
  $.ui.invalidate("ui.render");
}

/** Asks for what the person wants, and tells what came of it. */
async function act($: Host, what: { do: string; task?: string | undefined; text?: string }): Promise<void> {
  if (!band) return;
  const { plan, seq } = band.head;
  try {
    const answer = await ask($, { engine: "act", plan, seq, ...what });
    $.ui.toast(cut(String(answer.text)));
  } catch (error) {
    $.ui.toast(cut(error instanceof Error ? error.message : String(error)));
  }
  $.ui.invalidate("ui.render");
}

/** What cannot be taken back takes a second press. */
async function actConfirmed($: Host, what: { do: string; task?: string | undefined }): Promise<void> {
  const name = `${what.do} ${what.task ?? ""}`;
  const nowMs = await $.clock.now();
  const isSecond = armed?.what === name && nowMs <= armed.untilMs;
  armed = isSecond ? undefined : { what: name, untilMs: nowMs + CONFIRM_MS };
  if (isSecond) await act($, what);
  $.ui.invalidate("ui.render");
}

function confirmLabel(label: string, what: string, task = ""): string {
  return armed?.what === `${what} ${task}` ? `${label}: sure?` : label;
}

async function openPage($: Host): Promise<void> {
  try {
    const answer = await ask($, { engine: "page", plan: band?.head.plan ?? "" });
    page = typeof answer.url === "string" ? answer.url : undefined;
    $.ui.toast(cut(String(answer.says)));
  } catch (error) {
    $.ui.toast(cut(error instanceof Error ? error.message : String(error)));
  }
  $.ui.invalidate("ui.render");
}

async function openPane($: Host): Promise<string> {
  const opened = await $.ui.open({ id: PANE, title: "Plan", columns: 60, closeOnEscape: true });
  return opened.isPlaced ? "Opened." : cut(opened.reason ?? "It cannot be shown here.");
}

async function hide($: Host, isToHide: boolean): Promise<void> {
  isHidden = isToHide;
  await redraw($, await $.clock.now());
}

/** Begins to look, once. */
function begin($: Host): void {
  timer ??= $.clock.every(LOOK_MS, () => look($));
}

/** Nothing is looked at, asked for or drawn any more. */
async function end($: Host): Promise<void> {
  isOff = true;
  timer?.cancel();
  timer = undefined;
  forget();
  drawn = "";
  $.ui.status(undefined);
  await $.ui.close({ id: PANE });
  $.ui.invalidate("ui.render");
}

async function command($: Host, words: readonly string[]): Promise<string> {
  const [what, task] = words;
  if (what === "off" || what === "on") {
    await $.store.set("isOff", what === "off");
    if (what === "off") {
      await end($);
      return "The view is off, in later sessions too: /parallel-view on brings it back.";
    }
    isOff = false;
    isHidden = false;
    begin($);
    return "The view is on.";
  }
  if (isOff) return "The view is off: /parallel-view on brings it back.";
  if (what === undefined) {
    await hide($, false);
    return openPane($);
  }
  if (!["stop", "retry", "pause", "resume", "page", "hide"].includes(what))
    return "/parallel-view [hide | on | off | page | pause | resume | stop [TASK] | retry TASK]";
  if (what === "hide") {
    await hide($, true);
    return "Hidden; what waits for you is told below the prompt.";
  }
  if (!band) return "No plan goes on here.";
  if (what === "page") await openPage($);
  else if (what === "stop" && task !== undefined) await act($, { do: "cancel", task });
  else await act($, { do: what, task });
  return "Asked for.";
}

/** What is done by one press, and what by two. */
const BY_ONE_PRESS: Readonly<Record<string, string>> = { retry: "Retry", resume: "Resume", accept: "Accept" };
const BY_TWO_PRESSES: Readonly<Record<string, string>> = { cancel: "Give up", stop: "Stop" };

function needRow($: Host, { Box, Text, Button, Input }: Elements, need: Need, index: number): Element {
  const { task, actions } = need;
  const key = (action: string) => `need-${index}-${action}`;
  return h(
    Box,
    { flexDirection: "column" },
    h(Text, { color: "warning", wrap: "wrap" }, `${task === undefined ? "" : `${task} `}${need.text}`),
    actions.includes("answer") &&
      h(Input, {
        key: key("answer"),
        label: "Answer: ",
        submitLabel: "send",
        onSubmit: (text: string) => act($, { do: "answer", task, text }),
      }),
    h(
      Box,
      { gap: 1 },
      ...actions.map((action) => {
        const label = BY_ONE_PRESS[action];
        const twice = BY_TWO_PRESSES[action];
        if (label !== undefined)
          return h(Button, { key: key(action), label, onPress: () => act($, { do: action, task }) });
        return (
          twice !== undefined &&
          h(Button, {
            key: key(action),
            label: confirmLabel(twice, action, task),
            onPress: () => actConfirmed($, { do: action, task }),
          })
        );
      }),
    ),
  );
}

function taskRow($: Host, { Box, Text, Button }: Elements, row: PaneRow): Element {
  return h(
    Box,
    { gap: 1 },
    h(
      Text,
      { ...(row.isRunning ? { color: "success" } : { dimColor: true }), wrap: "truncate-end" },
      `${row.isRunning ? "●" : "○"} ${row.words}`,
    ),
    row.isRunning &&
      h(Button, {
        key: `stop-${row.id}`,
        plain: true,
        label: confirmLabel("stop", "cancel", row.id),
        onPress: () => actConfirmed($, { do: "cancel", task: row.id }),
      }),
  );
}

/** Whether the host lets a module call tools without asking the person: an older one opens a dialog for each call. */
async function asksNobody($: Host): Promise<boolean> {
  try {
    const { version, base } = await $.session.version();
    const [major = 0, minor = 0, patch = 0] = (base ?? version).split(".").map(Number.parseFloat);
    const seen = [2, 1, 329] as const;
    if (major !== seen[0]) return major > seen[0];
    return minor !== seen[1] ? minor > seen[1] : patch >= seen[2];
  } catch {
    return false;
  }
}

export const register = (on: On): void => {
  on("session.start", async ($, event, next) => {
    const started = await next(event);
    // In `claude plugin eval` a model stands in the server's place.
    const isEvaluated = (await $.env.get("CLAUDE_CODE_EVAL_CONFINED")) !== undefined;
    if (!event.isInteractive || isEvaluated || !(await asksNobody($))) return started;
    isOff = (await $.store.get("isOff").catch(() => false)) === true;
    await $.command.register({
      name: "parallel-view",
      description: "Shows what the plan is at: what runs, what waits and why, what needs you",
      argumentHint: "[hide | on | off | page | pause | resume | stop [TASK] | retry TASK]",
      immediate: true,
    });
    if (!isOff) begin($);
    return started;
  });

  on("command.run", { command: "parallel-view" }, async ($, event) => {
    const text = await command($, event.args.split(/\s+/).filter(Boolean)).catch((error) =>
      cut(String(error)),
    );
    return { text, isTextDisplayOnly: true };
  });

  on("ui.render", { component: "AbovePrompt" }, async ($, event, next) => {
    if (isOff || isHidden || !band || event.props.hasSurvey === true) return next(event);
    const words = bandWords(band, used, await $.clock.now());
    const { Box, Text, Button } = $.ui.resolve(event);
    return h(
      Box,
      { gap: 1 },
      h(
        Text,
        { wrap: "truncate-end" },
        ...words.map(([color, text], i) =>
          h(Text, color === undefined ? { dimColor: true } : { color }, i === 0 ? text : ` · ${text}`),
        ),
      ),
      h(Button, { key: "open", label: "Open", onPress: () => openPane($) }),
      h(Button, { key: "hide", label: "Hide", role: "dismiss", onPress: () => hide($, true) }),
    );
  }).catch((_, event, next) => next(event));

  on("ui.render", { component: "Pane", requestId: PANE }, async ($, event) => {
    const elements = $.ui.resolve(event);
    const { Box, Text, Button, Progress, Link } = elements;
    const nowMs = await $.clock.now();
    if (!band) return h(Text, { dimColor: true }, "No plan goes on here.");
    const words = paneWords(band, used, nowMs);
    const { counts, status, done } = band.head;
    const others = words.rows.filter(({ isRunning }) => !isRunning);
    return h(
      Box,
      { flexDirection: "column" },
      h(Text, { bold: true, wrap: "truncate-end" }, words.title),
      // An older host has no bar.
      Progress === undefined
        ? h(Text, null, `${counts.completed} of ${counts.total} done`)
        : h(Progress, {
            label: "Completed",
            value: counts.completed,
            max: Math.max(1, counts.total),
            valueText: `${counts.completed} of ${counts.total}`,
          }),
      words.by !== "" && h(Text, { dimColor: true, wrap: "wrap" }, words.by),
      ...words.needs.map((need, i) => needRow($, elements, need, i)),
      ...words.rows.filter(({ isRunning }) => isRunning).map((row) => taskRow($, elements, row)),
      ...others.map((row) => taskRow($, elements, row)),
      words.left > 0 && h(Text, { dimColor: true }, `and ${words.left} more`),
      h(
        Box,
        { gap: 1 },
        !done &&
          status === "open" &&
          h(Button, { key: "pause", label: "Pause", onPress: () => act($, { do: "pause" }) }),
        !done &&
          status === "paused" &&
          h(Button, { key: "resume", label: "Resume", onPress: () => act($, { do: "resume" }) }),
        !done &&
          status !== "stopped" &&
          h(Button, {
            key: "stop",
            label: confirmLabel("Stop", "stop"),
            onPress: () => actConfirmed($, { do: "stop" }),
          }),
        h(Button, { key: "page", label: "Page", onPress: () => openPage($) }),
        h(Button, { key: "close", label: "Close", role: "dismiss", onPress: () => $.ui.close({ id: PANE }) }),
      ),
      page !== undefined && h(Link, { href: page, label: page }),
    );
  }).catch((_, event, next) => next(event));
};
