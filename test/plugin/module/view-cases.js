// Run by `claude plugin test`, which gives the module the host's own interface; what `on` answers stands for the host.
import { expect, mock, test } from "claude-code/testing";

const FILE = "/data/band-1.json";
const NOW = 1_000_000;

const row = (id, group, rest = {}) => ({
  id,
  subject: `Do ${id}`,
  group,
  waitsFor: [],
  attempts: group === "running" ? [{ state: "running", startMs: NOW - 120_000 }] : [],
  ...rest,
});

const band = ({
  head = {},
  rows = [row("1", "running"), row("2", "waits", { reason: "after 1" })],
  ...rest
} = {}) => ({
  v: 1,
  writtenAtMs: NOW,
  head: {
    plan: "demo",
    title: "The demo",
    seq: 7,
    atMs: NOW,
    status: "open",
    done: false,
    runBy: { words: "it runs beside a conversation" },
    counts: { total: 5, completed: 3, running: 1, delivering: 0, failed: 0 },
    forecast: { leftMs: 240_000 },
    cost: { tokens: 181_600, money: { amount: 0.4, currency: "USD" } },
    needs: [],
    ...head,
  },
  rows,
  needed: head.needs?.length ?? 0,
  left: 0,
  agents: { a1: "1" },
  others: 0,
  ...rest,
});

/** A host with a server and its file, and what happened in it. */
function host(on, { version = "2.1.329", file = band(), agents = [], stored = {}, answer, evaluated } = {}) {
  const seen = {
    file,
    mtimeMs: 1,
    requests: [],
    toasts: [],
    status: [],
    opened: [],
    closed: [],
    looks: 0,
    panes: [],
  };
  seen.clock = mock.clock(on, { now: NOW });
  on("session.start", (_, e) => ({ cwd: e.cwd }));
  on("command.register", () => ({ value: { command: "parallel-view" } }));
  on("session.version", () => ({ value: { version, base: version, builtAt: "" } }));
  on("env.get", () => ({ value: evaluated }));
  on("store.get", (_, { key }) => ({ value: stored[key] }));
  on("store.set", (_, { key, value }) => {
    stored[key] = value;
    return { value: undefined };
  });
  on("mcp.call", (_, { args }) => {
    seen.requests.push(args);
    if (seen.isAway) return { value: { content: [], isError: true } };
    const said = args.engine === "watch" ? { file: FILE } : (answer?.(args) ?? { text: "Done." });
    return { value: { content: [{ type: "text", text: JSON.stringify(said) }], isError: false } };
  });
  on("fs.stat", () => {
    seen.looks += 1;
    if (!seen.file) throw new Error("there is no such file");
    return { value: { kind: "file", size: 1, mtimeMs: seen.mtimeMs, isLink: false } };
  });
  on("fs.read", () => ({ value: typeof seen.file === "string" ? seen.file : JSON.stringify(seen.file) }));
  on("agent.list", () => ({ value: agents }));
  on("ui.panes", () => ({ value: seen.panes }));
  on("ui.open", (_, e) => {
    seen.opened.push(e.id);
    seen.panes = [{ id: e.id }];
    return { value: { isPlaced: true } };
  });
  on("ui.close", (_, e) => {
    seen.closed.push(e.id);
    seen.panes = [];
    return { value: undefined };
  });
  on("ui.toast", (_, e) => {
    seen.toasts.push(e.text);
    return { value: undefined };
  });
  on("ui.status", (_, e) => {
    seen.status.push(e.text);
    return { value: undefined };
  });
  on("ui.invalidate", () => ({ value: undefined }));
  on("ui.render", ($, e) => {
    const { Text } = $.ui.resolve(e);
    return h(Text, null, "the host's own");
  });
  return seen;
}

const start = ($, isInteractive = true) =>
  $.session.start({ cwd: "/", surface: isInteractive ? "terminal" : null, isInteractive });
/** The session has begun, the server has named the file, and it was read. */
async function begun($, seen) {
  await start($);
  await seen.clock.advance(1_000);
  await seen.clock.advance(1_000);
}
const view = ($, args = "") => $.command.run({ command: "parallel-view", args });
const BAND = {
  plugin: "parallel-view",
  surface: "terminal",
  component: "AbovePrompt",
  props: {
    hasSurvey: false,
    isCollapsed: false,
    isWorking: false,
    maxRows: 10,
    bodyColumns: 100,
    scroll: { offset: 0, bodyRows: 10 },
    view: {},
  },
};
const PANE = {
  plugin: "parallel-view",
  surface: "terminal",
  component: "Pane",
  requestId: "parallel-view",
  props: {
    title: "Plan",
    isFocused: false,
    bodyColumns: 60,
    placement: "dock",
    scroll: { offset: 0, bodyRows: 40 },
    view: {},
  },
};

/** The words that are drawn, in order. */
async function words($, site) {
  const ui = await $.ui.mount(site);
  const drawn = (await ui.findAll({ type: "Text" })).map(({ text }) => text);
  await ui.unmount();
  return drawn.join("\n");
}

test("the band says what runs, what is done, how long still and what it costs", async ($, on) => {
  const seen = host(on);
  await begun($, seen);
  expect(await words($, BAND)).toContain("1 running · 3 of 5 done · ~ 4 min left · 182k tokens · ≈ $0.40");
});

test("what waits for the user comes first", async ($, on) => {
  const needs = [{ task: "2", kind: "question", text: "Which?", actions: ["answer"] }];
  const seen = host(on, { file: band({ head: { needs } }) });
  await begun($, seen);
  expect(await words($, BAND)).toMatch(/^1 waits for you · 1 running/);
});

test("tokens and money of agents at work are the host's, as far as the server has not measured them", async ($, on) => {
  const usage = [
    {
      model: "m",
      input_tokens: 1_000,
      output_tokens: 9_000,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 5_000,
    },
  ];
  const seen = host(on, {
    agents: [
      { id: "a1", usage, cost: { usd: 0.35 } },
      { id: "b", usage, cost: { usd: 9 } },
    ],
  });
  await begun($, seen);
  expect(await words($, BAND)).toContain("192k tokens · ≈ $0.75");
  expect(await words($, PANE)).toContain("● 1 Do 1 · 2 min · 10k tokens · ≈ $0.35");
});

test("the pane says why each other task does not start", async ($, on) => {
  const seen = host(on);
  await begun($, seen);
  expect(await words($, PANE)).toContain("○ 2 Do 2 · after 1");
});

test("a plan of thousands is drawn as forty rows, and long texts are cut", async ($, on) => {
  const rows = Array.from({ length: 3_000 }, (_, i) =>
    row(String(i), "waits", { reason: "x".repeat(5_000) }),
  );
  const seen = host(on, { file: band({ rows, left: 10 }) });
  await begun($, seen);
  const drawn = (await words($, PANE)).split("\n");
  expect(drawn.length).toBeLessThan(60);
  expect(Math.max(...drawn.map(({ length }) => length))).toBeLessThan(210);
  expect(drawn.join("\n")).toContain("and 2970 more");
});

test("the file is looked at once a second and read when it has changed; the server is asked again within the minute", async ($, on) => {
  const seen = host(on);
  await start($);
  for (let i = 0; i < 45; i += 1) await seen.clock.advance(1_000);
  expect(seen.looks).toBe(44);
  expect(seen.requests).toEqual([{ engine: "watch" }, { engine: "watch" }, { engine: "watch" }]);
});

test("a server that is away leaves nothing drawn after a minute, and is found again", async ($, on) => {
  const seen = host(on);
  await begun($, seen);
  seen.isAway = true;
  for (let i = 0; i < 90; i += 1) await seen.clock.advance(1_000);
  expect(await words($, BAND)).toBe("the host's own");
  seen.isAway = false;
  for (let i = 0; i < 4; i += 1) await seen.clock.advance(1_000);
  expect(await words($, BAND)).toContain("1 running");
});

test("a file that is gone, broken or of another version draws nothing", async ($, on) => {
  const seen = host(on);
  await begun($, seen);
  for (const file of ["{", "null", '{"v":2}', undefined]) {
    seen.file = band();
    seen.mtimeMs += 1;
    await seen.clock.advance(1_000);
    expect(await words($, BAND)).toContain("1 running");
    seen.file = file;
    seen.mtimeMs += 1;
    await seen.clock.advance(1_000);
    expect(await words($, BAND)).toBe("the host's own");
  }
});

test("a headless session is asked nothing, drawn nothing and looks at nothing", async ($, on) => {
  const seen = host(on);
  await start($, false);
  for (let i = 0; i < 30; i += 1) await seen.clock.advance(1_000);
  expect(seen.requests).toEqual([]);
  expect(seen.looks).toBe(0);
});

test("the command opens the pane, and its text is not for the model", async ($, on) => {
  const seen = host(on);
  await start($);
  expect(await view($)).toEqual({ text: "Opened.", isTextDisplayOnly: true });
  expect(seen.opened).toEqual(["parallel-view"]);
});

test("a task is stopped by the second press", async ($, on) => {
  const seen = host(on);
  await begun($, seen);
  const ui = await $.ui.mount(PANE);
  await ui.press({ key: "stop-1" });
  const acts = () => seen.requests.filter(({ engine }) => engine === "act");
  expect(acts()).toEqual([]);
  await ui.press({ key: "stop-1" });
  expect(acts()).toEqual([{ engine: "act", plan: "demo", seq: 7, do: "cancel", task: "1" }]);
  expect(seen.toasts).toEqual(["Done."]);
  await ui.unmount();
});

test("a question is answered in the pane", async ($, on) => {
  const needs = [{ task: "2", kind: "question", text: "Which?", actions: ["answer"] }];
  const seen = host(on, { file: band({ head: { needs } }) });
  await begun($, seen);
  const ui = await $.ui.mount(PANE);
  await ui.input({ key: "need-0-answer", text: "The blue one" });
  expect(seen.requests.at(-1)).toEqual({
    engine: "act",
    plan: "demo",
    seq: 7,
    do: "answer",
    task: "2",
    text: "The blue one",
  });
  await ui.unmount();
});

test("hidden, it tells below the prompt what waits for the user", async ($, on) => {
  const seen = host(on);
  await begun($, seen);
  await view($, "hide");
  expect(await words($, BAND)).toBe("the host's own");
  expect(seen.status).toEqual([]);
  const needs = [{ task: "2", kind: "question", text: "Which?", actions: ["answer"] }];
  seen.file = band({ head: { needs } });
  seen.mtimeMs = 2;
  await seen.clock.advance(1_000);
  expect(seen.status).toEqual(["1 of the plan wait for you: /parallel-view"]);
});

test("switched off, it leaves nothing behind and stays off in later sessions", async ($, on) => {
  const stored = {};
  const seen = host(on, { stored });
  await begun($, seen);
  await view($, "off");
  const before = seen.looks;
  for (let i = 0; i < 30; i += 1) await seen.clock.advance(1_000);
  expect(seen.looks).toBe(before);
  expect(seen.closed).toEqual(["parallel-view"]);
  expect(await words($, BAND)).toBe("the host's own");
  expect(stored).toEqual({ isOff: true });
});

test("a host that would ask the person for each call is asked nothing", async ($, on) => {
  const seen = host(on, { version: "2.1.328" });
  await start($);
  await seen.clock.advance(30_000);
  expect(seen.requests).toEqual([]);
});

test("in an evaluation, where a model answers for the server, nothing is asked of it", async ($, on) => {
  const seen = host(on, { evaluated: "1" });
  await start($);
  await seen.clock.advance(30_000);
  expect(seen.requests).toEqual([]);
});
