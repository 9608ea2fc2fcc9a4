import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { PageServer } from "../../mcp-server/src/serve/http-server.ts";
import { readPageFiles } from "../../mcp-server/src/serve/page-files.ts";
import { contextOf } from "../live/graph-context.ts";
import { report, task } from "../support/checkout.ts";
import { graphOf, query } from "../support/graph-file.ts";
import { offeredPlan } from "../support/plan-of.ts";
import { FINDING, reviewedPlan } from "../support/reviewed-plan.ts";
import { twoAtWork } from "../support/two-at-work.ts";
import { FOREIGN_NAME, hasNoBrowser, pageTests, type Watched } from "./browser.ts";

describe.skipIf(hasNoBrowser)("the page over the real server", () => {
  const { open, folder } = pageTests();
  let watched: Watched | undefined;

  afterEach(async () => {
    await watched?.page.context().close();
    watched = undefined;
  });

  async function start(checkout: string, port = 0): Promise<PageServer> {
    const contexts = [await contextOf(checkout)] as const;
    const files = readPageFiles(folder());
    const server = await PageServer.start({
      contexts,
      files,
      port,
      allowedHosts: new Set(),
      readOnly: false,
    });
    onTestFinished(() => server.close());
    return server;
  }

  async function opened(checkout: string): Promise<{ page: Page; server: PageServer }> {
    const server = await start(checkout);
    watched = await open(server.link("p"));
    await watched.page.locator(".line").first().waitFor();
    return { page: watched.page, server };
  }

  const row = (page: Page, id: string) => page.locator(`.row[data-task="${id}"]`);
  /** What a person has done, by the log. */
  const byPerson = (checkout: string) =>
    query(graphOf(checkout), "select type from events where actor = 'person'").map(({ type }) => type);

  it("the page does each action by the same use case as the tools, and shows what came of it", async () => {
    const plan = await offeredPlan(
      [task("ask"), task("fail"), task("drop"), task("behind", { dependencies: ["drop"] }), task("last")],
      { retries: 0, maxParallel: 5 },
    );
    const question = {
      outcome: "blocked",
      evidence: [],
      summary: "Stuck.",
      blockedOn: { question: "Which port?" },
    };
    await report(plan.server, "p", plan.item("ask"), question);
    for (const id of ["fail", "drop"])
      await report(plan.server, "p", plan.item(id), {
        outcome: "failed",
        evidence: [],
        summary: "The key is missing.",
      });
    await plan.brief(plan.item("last"));
    const { page } = await opened(plan.folder);
    const dialog = page.getByRole("dialog");
    const card = (id: string) => page.locator(`[data-need="${id}"]`);

    await card("ask").getByRole("textbox").fill("Port 3000.");
    await card("ask").getByRole("button", { name: "Answer" }).click();
    await expect.poll(() => card("ask").count()).toBe(0);
    expect(await plan.statusOf("ask")).toMatchObject({ status: "pending" });

    await card("fail").getByRole("button", { name: "Retry…" }).click();
    await dialog.getByRole("textbox").fill("It is in docs/bank.md.");
    await dialog.getByRole("button", { name: "Retry" }).click();
    await expect.poll(() => card("fail").count()).toBe(0);

    await card("drop").getByRole("button", { name: "Cancel…" }).click();
    expect(await dialog.textContent()).toContain("behind");
    await dialog.getByRole("button", { name: "Cancel the task" }).click();
    await expect.poll(async () => (await plan.statusOf("drop"))?.status).toBe("cancelled");

    await page.getByRole("button", { name: "One agent less at once" }).click();
    await page.getByText(/^\d of 4 agents$/).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.locator(".state b", { hasText: "paused" }).waitFor();
    expect((await plan.next()).launch).toEqual([]);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const [asked] = await plan.launch();
    expect(asked && (await plan.brief(asked))).toContain("Port 3000.");
    expect(JSON.stringify(await plan.statusOf("fail"))).toContain("It is in docs/bank.md.");

    await page.getByRole("button", { name: "Stop…" }).click();
    expect(await dialog.textContent()).toContain("last");
    await dialog.getByRole("button", { name: "Stop the plan" }).click();
    await page.locator(".state b", { hasText: "stopped" }).waitFor();
    expect((await plan.statusOf("last"))?.status).not.toBe("in_progress");
    expect(new Set(byPerson(plan.folder))).toEqual(
      new Set(["task.annotated", "task.status", "plan.updated", "plan.status", "attempt.ended"]),
    );
    expect(watched?.faults).toEqual([]);
  });

  it.each([
    ["Accept…", "Accept", "It is good enough.", "accepted"],
    ["Reject…", "Reject", "Names are still empty.", "rejected"],
  ])(
    "the page has a person decide on work that was rejected for the last time: %s",
    async (first, second, text) => {
      const plan = await reviewedPlan([task("a", { review: true }), task("b", { dependencies: ["a"] })]);
      for (;;) {
        const [next] = await plan.next();
        if (next === undefined) break;
        const isReview = next.task.includes("review");
        await report(plan.server, "p", next, isReview ? { verdict: "rejected", findings: [FINDING] } : {});
      }
      const { page } = await opened(plan.folder);
      await page.getByRole("button", { name: first }).click();
      await page.getByRole("dialog").getByRole("textbox").fill(text);
      await page.getByRole("dialog").getByRole("button", { name: second }).click();
      await expect.poll(() => page.locator(".card").count()).toBe(0);
      const [started] = await plan.next();
      // What was accepted lets go on what waited for it; what was rejected is fixed.
      expect(started?.task === "b").toBe(second === "Accept");
    },
  );

  it("the page puts back what somebody has overwritten", async () => {
    const { folder: checkout, server } = await twoAtWork({}, undefined, { PARALLEL_GUARD: "warn" });
    const file = join(checkout, "src/b/two.ts");
    for (const [agent, text] of [
      ["agent-2", "mine\n"],
      ["agent-1", "theirs\n"],
    ] as const) {
      const call = {
        session: "s",
        cwd: checkout,
        agent,
        use: agent,
        tool: "Bash",
        input: '{"command":"sh x.sh"}',
      };
      await server.hook({ ...call, event: "PreToolUse" });
      writeFileSync(file, text);
      await server.hook({ ...call, event: "PostToolUse", response: "{}" });
    }
    const { page } = await opened(checkout);
    await row(page, "2").click();
    const changed = page.locator(".changed", { hasText: "src/b/two.ts" });
    await changed.locator("summary").click();
    await changed.locator(".difference").waitFor();
    await changed.getByRole("button", { name: "Restore…" }).click();
    await page.getByRole("button", { name: "Restore the file" }).click();
    await page.getByText("src/b/two.ts is again what 2 had in it.").waitFor();
    expect(readFileSync(file, "utf8")).toBe("mine\n");
  });

  it("the page shows what happens as it happens", async () => {
    const plan = await offeredPlan([task("1"), task("2", { dependencies: ["1"] })]);
    const { page } = await opened(plan.folder);
    const seen = async (id: string, tone: string) => {
      const from = performance.now();
      await page.locator(`.row.tone-${tone}[data-task="${id}"]`).waitFor();
      return Math.round(performance.now() - from);
    };
    await plan.brief(plan.item("1"));
    const delays = [await seen("1", "runs")];
    await report(plan.server, "p", plan.item("1"));
    delays.push(await seen("1", "completed"));
    console.log(`from the answer to a call to the page: ${delays.join(" and ")} ms`);
  });

  it("the page says that its key is void when its server was started anew, and goes on with a fresh link", async () => {
    const plan = await offeredPlan([task("1")]);
    const { page, server } = await opened(plan.folder);
    await page.getByText("● live").waitFor();
    const { port } = server;
    await server.close();
    await report(plan.server, "p", plan.item("1"));
    const other = await start(plan.folder, port);
    await page.getByText("This page has no key").waitFor();
    await page.goto(other.link("p"));
    await page.locator(".state b", { hasText: "done" }).waitFor();
  });

  it("the page gives nothing to another site, whether by its own name or by one that means this machine", async () => {
    const plan = await offeredPlan([task("1")]);
    const { page, server } = await opened(plan.folder);
    const token = await page.evaluate("sessionStorage.getItem('parallel-session')");
    const target = `http://127.0.0.1:${server.port}`;
    const evil = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end("<!doctype html><title>evil</title>");
    });
    evil.listen(0, "127.0.0.1");
    await once(evil, "listening");
    onTestFinished(() => void evil.close());
    const other = await page.context().newPage();
    await other.goto(`http://${FOREIGN_NAME}:${(evil.address() as AddressInfo).port}/`);
    const got = await other.evaluate(
      async ([to, bearer]) => {
        const headers = { authorization: `Bearer ${bearer}` };
        const tried = await Promise.allSettled([
          fetch(`${to}/api/plans`, { headers }).then((answer) => answer.text()),
          fetch(`${to}/api/plans`, { headers, mode: "no-cors" }).then((answer) => answer.text()),
          fetch(`${to}/api/plans/p/act`, {
            method: "POST",
            mode: "no-cors",
            body: '{"do":"stop","seq":0}',
          }).then((answer) => answer.text()),
          new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.src = `${to}/page.js`;
            script.onload = resolve;
            script.onerror = () => reject(new Error("refused"));
            document.head.append(script);
          }),
          new Promise((resolve, reject) => {
            const events = new EventSource(`${to}/api/plans/p/events`);
            events.onmessage = resolve;
            events.onerror = () => reject(new Error("refused"));
          }),
        ]);
        return tried.map((one) => (one.status === "fulfilled" ? String(one.value) : "refused"));
      },
      [target, String(token)],
    );
    expect(got.map((text) => (text === "" ? "refused" : text))).toEqual(Array(5).fill("refused"));
    const rebound = await other.goto(`http://${FOREIGN_NAME}:${server.port}/`);
    expect(rebound?.status()).toBe(403);
    expect(byPerson(plan.folder)).toEqual([]);
  });
});
