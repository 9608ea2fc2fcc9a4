import axe from "axe-core";
import type { Locator, Page } from "playwright-core";
import { afterEach, describe, expect, it } from "vitest";
import type { PlanSnapshot } from "../../mcp-server/src/live/snapshot.ts";
import { type SimulatedPlan, simulatedPlan } from "../live/simulated-plan.ts";
import { HOSTILE_TEXTS, MARK, UNSEEN } from "../support/hostile-texts.ts";
import { hasNoBrowser, pageTests, picture, type Watched } from "./browser.ts";
import { hostilePlan } from "./hostile-plan.ts";

const MINUTE = 60_000;

describe.skipIf(hasNoBrowser)("the page", () => {
  const { server, open } = pageTests();
  let watched: Watched | undefined;

  afterEach(async () => {
    await watched?.page.context().close();
    watched = undefined;
  });

  /** Opens the page with a plan, and lets it draw. */
  async function seen(plan: SimulatedPlan, snapshot: PlanSnapshot, options = {}): Promise<Watched> {
    server().show("orders", { snapshot, history: plan.history, clashes: clashesOf(snapshot) });
    const opened = await open(server().link("orders"), options);
    watched = opened;
    await opened.page.locator(".line").first().waitFor();
    return opened;
  }

  /** Nothing went wrong, and nothing but this server was asked. */
  function expectQuiet({ faults, requests }: Watched): void {
    expect(faults).toEqual([]);
    for (const url of requests)
      expect(url.startsWith(`${server().origin}/`) || url.startsWith("data:")).toBe(true);
  }

  it("the page reads to a screen reader as the run is: what needs it, what runs, what could, what waits, what ended", async () => {
    const plan = simulatedPlan({ tasks: 12, trouble: 4 });
    const opened = await seen(plan, plan.snapshotAt(plan.startMs + 14 * MINUTE));
    const { page } = opened;
    await expectGolden(page.locator(".plan"), "run-12");
    await page.locator(".row.tone-completed").first().click();
    await page.getByText("Evidence").first().waitFor();
    await expectGolden(page.locator(".side"), "task");
    await page.getByRole("link", { name: "Graph" }).click();
    await page.locator(".chip").first().waitFor();
    await expectGolden(page.locator(".graph"), "graph-12");
    expectQuiet(opened);
  });

  it.each(["light", "dark"] as const)(
    "the page has nothing that axe finds fault with, in %s colours",
    async (colorScheme) => {
      const plan = simulatedPlan({ tasks: 60 });
      const opened = await seen(plan, plan.snapshotAt(plan.startMs + 30 * MINUTE), { colorScheme });
      const { page } = opened;
      expect(await violations(page)).toEqual([]);
      await page.locator(".row").first().click();
      await page.getByText("Brief").first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("g");
      await page.locator(".chip").first().waitFor();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Stop…" }).click();
      await page.getByRole("dialog").waitFor();
      expect(await violations(page)).toEqual([]);
      expectQuiet(opened);
    },
  );

  it("the page is used with keys alone: find, choose, read, answer, and close", async () => {
    const plan = simulatedPlan({ tasks: 60, trouble: 3 });
    const snapshot = plan.snapshotAt(plan.startMs + 40 * MINUTE);
    const opened = await seen(plan, snapshot);
    const { page } = opened;
    const asking = snapshot.needs.find(({ kind }) => kind === "question")?.task ?? "";
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("j");
    const second = snapshot.tasks
      .filter(({ group }) => group === "running")
      .sort((a, b) => (a.attempts.at(-1)?.startMs ?? 0) - (b.attempts.at(-1)?.startMs ?? 0))[1];
    await page.locator(`[data-task="${second?.id}"][aria-selected="true"]`).waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("panel-title");
    expect(page.url()).toContain(`task=${second?.id}`);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator(".side").count()).toBe(0);
    await page.keyboard.press("n");
    await page.locator(`.side[aria-label^="Task "]`).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await page.keyboard.type(asking);
    await page.locator(`[data-task="${asking}"]`).waitFor();
    await page.keyboard.press("Escape");
    const field = page.getByLabel(`Answer to ${asking}`);
    await field.focus();
    await page.keyboard.type("With a surcharge.");
    await page.keyboard.press("Enter");
    await page.getByText("It is done.").waitFor();
    expect(server().actions.at(-1)).toEqual({
      do: "answer",
      task: asking,
      text: "With a surcharge.",
      seq: snapshot.seq,
    });
    expectQuiet(opened);
  });

  it("the page asks before it takes work away, says what follows, and does at once what can be undone", async () => {
    const plan = simulatedPlan({ tasks: 60, trouble: 3 });
    const snapshot = plan.snapshotAt(plan.startMs + 40 * MINUTE);
    const opened = await seen(plan, snapshot);
    const { page } = opened;
    const done = () => server().actions.map(({ seq, ...action }) => action);
    const before = done().length;
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "One agent more at once" }).click();
    await expect.poll(() => done().length).toBe(before + 2);
    await page.getByRole("button", { name: "Stop…" }).click();
    const dialog = page.getByRole("dialog");
    const running = snapshot.tasks.filter(({ group }) => group === "running");
    await expect(await dialog.textContent()).toContain(running[0]?.id);
    await page.keyboard.press("Escape");
    await expect.poll(() => dialog.count()).toBe(0);
    await page.getByRole("button", { name: "Stop…" }).click();
    await dialog.getByRole("button", { name: "Stop the plan" }).click();
    const failed = snapshot.needs.find(({ kind }) => kind === "failed");
    const card = page.locator(`[data-need="${failed?.task}"]`);
    await card.getByRole("button", { name: "Retry…" }).click();
    await dialog.getByRole("textbox").fill("The key is in docs/bank.md.");
    await dialog.getByRole("button", { name: "Retry" }).click();
    await expect.poll(() => dialog.count()).toBe(0);
    await card.getByRole("button", { name: "Cancel…" }).click();
    for (const id of snapshot.tasks.filter(({ needs }) => needs.includes(failed?.task ?? "")).slice(0, 3))
      expect(await dialog.textContent()).toContain(id.id);
    await dialog.getByRole("button", { name: "Cancel the task" }).click();
    await expect
      .poll(() => done().slice(before))
      .toEqual([
        { do: "pause" },
        { do: "cap", value: snapshot.cap.allowed + 1 },
        { do: "stop" },
        { do: "retry", task: failed?.task, text: "The key is in docs/bank.md." },
        { do: "cancel", task: failed?.task },
      ]);
    expectQuiet(opened);
  });

  it("the page keeps rows in place under the pointer, and puts them in order when it leaves", async () => {
    const plan = simulatedPlan({ tasks: 60 });
    const { page } = await seen(plan, plan.snapshotAt(plan.startMs + 20 * MINUTE));
    const order = () =>
      page.locator(".row").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-task")));
    const before = await order();
    await page.locator(".row").nth(6).hover();
    server().show("orders", { snapshot: plan.snapshotAt(plan.startMs + 30 * MINUTE), history: plan.history });
    await page.getByRole("button", { name: /changes? of order waits?/ }).waitFor();
    const held = await order();
    expect(held.slice(0, 8)).toEqual(before.slice(0, 8));
    await page.mouse.move(700, 5);
    await expect.poll(order).not.toEqual(held);
  });

  it("the page moves nothing under the pointer when something needs the user, or no longer does", async () => {
    const plan = simulatedPlan({ tasks: 60 });
    const calm = { ...plan.snapshotAt(plan.startMs + 20 * MINUTE), needs: [] };
    const asked = {
      ...calm,
      seq: calm.seq + 1,
      needs: [{ kind: "decision", text: "Which of both?", holdsUp: [], actions: ["resume"] }],
    } satisfies PlanSnapshot;
    const { page } = await seen(plan, calm);
    const row = page.locator(".row").nth(6);
    const placeOf = async () => Math.round((await row.boundingBox())?.y ?? -1);
    const before = await placeOf();
    await row.hover();
    server().show("orders", { snapshot: asked, history: plan.history });
    await page.locator(".needs").getByText("Which of both?").waitFor();
    expect(await placeOf()).toBe(before);
    await page.mouse.move(700, 5);
    await expect.poll(placeOf).toBeGreaterThan(before);
    const below = await placeOf();
    await row.hover();
    server().show("orders", { snapshot: { ...calm, seq: calm.seq + 2 }, history: plan.history });
    await page.locator(".needs").getByText("Which of both?").waitFor({ state: "detached" });
    expect(await placeOf()).toBe(below);
  });

  it("the page shows a run as it was, and at its end as it is", async () => {
    const plan = simulatedPlan({ tasks: 60 });
    const end = plan.snapshotAt(plan.endMs);
    const opened = await seen(plan, end);
    const { page } = opened;
    const figures = () => page.locator(".progress small").textContent();
    const atEnd = await figures();
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Home");
    await page.getByText("as it was").first().waitFor();
    await expect.poll(figures).toContain("0 of 60 done");
    expect(await page.getByRole("button", { name: "Stop…" }).count()).toBe(0);
    await page.getByRole("button", { name: "On to the next event" }).click();
    await page.keyboard.press("Tab");
    const middle = (plan.startMs + plan.endMs) / 2;
    await slider.evaluate((element, value) => {
      (element as HTMLInputElement).value = String(value);
      element.dispatchEvent(new Event("input", { bubbles: true }));
    }, 500);
    await expect.poll(figures).toContain(`${plan.snapshotAt(middle).counts.completed} of 60 done`);
    await page.evaluate("document.activeElement.blur()");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Hold" }).waitFor();
    await page.getByLabel("Speed").selectOption("600");
    await slider.focus();
    await page.keyboard.press("End");
    await expect.poll(figures).toBe(atEnd);
    await page.getByRole("button", { name: "Back to now" }).click();
    await expect.poll(figures).toBe(atEnd);
    expectQuiet(opened);
  });

  it("the page says when it is not live, stops its clock, lets nothing be done, and goes on by itself", async () => {
    const plan = simulatedPlan({ tasks: 12 });
    const snapshot = plan.snapshotAt(plan.startMs + 10 * MINUTE);
    const { page } = await seen(plan, snapshot);
    await page.getByText("● live").waitFor();
    server().goAway();
    await page.getByText(/^Not live since \d\d:\d\d:\d\d/).waitFor();
    const clock = () => page.locator(".live-mark").textContent();
    const stopped = await clock();
    expect(await page.getByRole("button", { name: "Pause" }).count()).toBe(0);
    const later = plan.snapshotAt(plan.startMs + 20 * MINUTE);
    server().show("orders", { snapshot: later, history: plan.history });
    expect(await clock()).toBe(stopped);
    server().goAway(false);
    await page.getByText("● live").waitFor();
    expect(await page.locator(".progress small").textContent()).toContain(
      `${later.counts.completed} of 12 done`,
    );
    await page.getByRole("button", { name: "Pause" }).waitFor();
  });

  it("the page ends its stream while it is hidden, so that many tabs do not use up the browser's connections", async () => {
    const plan = simulatedPlan({ tasks: 12 });
    const { page } = await seen(plan, plan.snapshotAt(plan.startMs + 10 * MINUTE));
    await expect.poll(() => server().streams).toBe(1);
    await setHidden(page, true);
    await expect.poll(() => server().streams).toBe(0);
    server().show("orders", { snapshot: plan.snapshotAt(plan.endMs), history: plan.history });
    await setHidden(page, false);
    await expect.poll(() => page.locator(".state b").textContent()).toBe("done");
    expect(server().streams).toBe(1);
  });

  it("the page needs its link once: it works again after a reload, and in no other tab", async () => {
    const plan = simulatedPlan({ tasks: 12 });
    const link = server().link("orders");
    server().show("orders", { snapshot: plan.snapshotAt(plan.endMs) });
    watched = await open(link);
    const { page } = watched;
    await page.locator(".line").first().waitFor();
    expect(page.url()).toBe(`${server().origin}/#/orders/run`);
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.reload();
    await page.locator(".line").first().waitFor();
    const other = await page.context().newPage();
    await other.goto(link);
    await other.getByText("This page has no key").waitFor();
  });

  it("the page lists the plans of all repositories, and opens the only one by itself", async () => {
    const [orders, stock] = ["orders", "stock"].map((name, seed) =>
      simulatedPlan({ tasks: 12, plan: name, seed }),
    );
    if (!orders || !stock) throw new Error("no plans");
    server().show("orders", { snapshot: orders.snapshotAt(orders.startMs + 10 * MINUTE) });
    server().show("1~stock", { snapshot: { ...stock.snapshotAt(stock.endMs), repository: "depot" } });
    watched = await open(server().link());
    const { page } = watched;
    await page.getByRole("link", { name: /stock/ }).waitFor();
    await expectGolden(page.locator("main"), "plans");
    await page.getByRole("link", { name: /stock/ }).click();
    await page.locator("header h1", { hasText: "stock" }).waitFor();
    expect(page.url()).toContain("#/1~stock/run");
    await page.getByRole("link", { name: "all plans" }).click();
    await page.getByRole("link", { name: /orders/ }).waitFor();
    server().hide("1~stock");
  });

  it("the page shows hostile texts as texts, in every field of every view", async () => {
    const { snapshot, history, detail, clashes } = hostilePlan(HOSTILE_TEXTS);
    server().show("hostile", { snapshot, history, detail, clashes });
    watched = await open(server().link("hostile"));
    const { page } = watched;
    const elements = () =>
      page.evaluate(
        'document.querySelectorAll(\'script:not([src="/page.js"]), img, iframe, object, embed, a[href^="javascript"], [onerror], [style*=url]\').length',
      );
    await page.locator(".line").first().waitFor();
    expect(await page.locator("body").textContent()).toContain(MARK);
    for (const button of await page.locator(".fold[aria-expanded=false]").all()) await button.click();
    for (const { position } of snapshot.tasks) {
      await page.locator(`#row-${position}`).click();
      await page.getByRole("heading", { name: "Brief" }).waitFor();
      const changed = page.locator(".side .changed summary");
      if ((await changed.count()) > 0) {
        await changed.first().click();
        await page.locator(".difference").first().waitFor();
      }
      expect(await elements()).toBe(0);
    }
    await page.getByRole("button", { name: /^trouble/ }).click();
    await page.locator(".trouble li").first().waitFor();
    await page.keyboard.press("g");
    await page.locator(".chip").first().waitFor();
    await page.keyboard.press("r");
    await page.getByRole("slider").press("Home");
    await page.getByText("as it was").first().waitFor();
    expect(await elements()).toBe(0);
    expect(await page.title()).not.toMatch(UNSEEN);
    await page.getByRole("button", { name: "Back to now" }).click();
    await page.getByRole("button", { name: "Stop…" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await elements()).toBe(0);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expectQuiet(watched);
  });

  it("the page has at most 60 rows in the document at 3,000 tasks, and no long task once it is drawn", async () => {
    const plan = simulatedPlan({ tasks: 3000 });
    const middle = plan.startMs + (plan.endMs - plan.startMs) / 2;
    const opened = await seen(plan, plan.snapshotAt(middle));
    const { page } = opened;
    await page.getByRole("row", { name: /^Running/ }).waitFor();
    const painted = await page.evaluate(
      "performance.getEntriesByName('first-contentful-paint')[0]?.startTime",
    );
    await page.evaluate(LONG_TASKS);
    const rows = () => page.locator(".list [role=row]").count();
    const counts = [await rows()];
    for (const group of ["Wait for others", "Done", "Could start"]) {
      const button = page.getByRole("button", { name: new RegExp(`^${group} \\d`) });
      if ((await button.count()) > 0) await button.click();
    }
    for (let n = 0; n < 20; n++) {
      await page.locator("#list").evaluate((list, top) => {
        list.scrollTop = top;
      }, n * 3400);
      counts.push(await rows());
    }
    await page.locator("#list").evaluate((list) => {
      list.scrollTop = 0;
    });
    for (let n = 1; n <= 5; n++) {
      const at = middle + n * MINUTE;
      server().show("orders", { snapshot: plan.snapshotAt(at), history: plan.history });
      await expect.poll(() => page.locator(".live-mark").textContent()).toContain(clockOf(at).slice(0, 5));
    }
    await page.locator("#find").fill("bank");
    counts.push(await rows());
    await picture(page, "found-in-3000");
    await page.locator("#find").fill("");
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.locator(".chip").first().waitFor();
    const chips = await page.locator(".chip").count();
    expect(Math.max(...counts)).toBeLessThanOrEqual(60);
    expect(chips).toBeLessThanOrEqual(60);
    const long = (await page.evaluate("longTasks")) as number[];
    console.log(
      `3,000 tasks: first paint after ${Math.round(Number(painted))} ms, at most ${Math.max(...counts)} rows and ${chips} chips, tasks over 50 ms: ${long.length === 0 ? "none" : long.map(Math.round).join(", ")}`,
    );
    expectQuiet(opened);
  });
});

/** What a screen reader is told, as a file to read: without times, which go on, and with points for indentation. */
async function expectGolden(part: Locator, name: string): Promise<void> {
  const text = (await part.ariaSnapshot())
    .replace(/\b\d{1,2}:\d\d(?::\d\d)?\b/g, "0:00")
    .replace(/^ +/gm, (indent) => "·".repeat(indent.length / 2));
  await expect(text).toMatchFileSnapshot(`goldens/${name}.aria.txt`);
}

/** Collects what keeps the page from answering for more than 50 ms, from now on. */
const LONG_TASKS = `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  }).observe({ type: "longtask" });
`;

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}

async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, "hidden", { configurable: true, value: ${isHidden} });
    document.dispatchEvent(new Event("visibilitychange"));
  `);
}

function clockOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19);
}

/** Some pairs of what is still to be done. */
function clashesOf({ tasks }: PlanSnapshot) {
  const open = tasks.filter(({ group }) => group === "waits" || group === "couldStart").slice(0, 8);
  return open.slice(1).map(({ id }) => ({ tasks: [open[0]?.id ?? "", id] as const, what: "src/shop.ts" }));
}
