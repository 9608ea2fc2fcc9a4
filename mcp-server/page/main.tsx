import { effect } from "@preact/signals";
import { options, render } from "preact";
import type { PlanEntry } from "../src/live/snapshot.ts";
import { followPlan } from "./connection/follow-plan.ts";
import { load, openSession, session } from "./connection/session.ts";
import { followKeys } from "./keys.ts";
import { address, followAddress, writeAddress } from "./state/address.ts";
import { followAnnouncements } from "./state/announcements.ts";
import { tick } from "./state/clock.ts";
import { cursor, find, flags, folded, isPrinting } from "./state/list-state.ts";
import { forgetPlan, plans } from "./state/plan-state.ts";
import { runReplay } from "./state/replay.ts";
import { followTask } from "./state/task-detail.ts";
import { readTheme } from "./state/theme.ts";
import { Page } from "./views/page.tsx";

/** The list of plans is asked for, not streamed: it is seldom looked at. */
const PLANS_POLL_MS = 2000;
/** With one plan in view the others are only counted. */
const OTHER_PLANS_POLL_MS = 60_000;
const TICK_MS = 1000;

readTheme();
followPaper();
await openSession().catch(() => {
  session.value = "refused";
});
followAddress();
render(<Page />, document.getElementById("page") as HTMLElement);
if (session.value === "open") {
  followKeys();
  followTask();
  followAnnouncements();
  followPlans();
  followAddressedPlan();
  runReplay();
  setInterval(() => {
    if (!document.hidden) tick();
  }, TICK_MS);
}

/** Follows the plan of the address, and stops following the one before it. */
function followAddressedPlan(): void {
  let followed: string | undefined;
  let stop: AbortController | undefined;
  effect(() => {
    const { of } = address.value;
    if (of === followed) return;
    followed = of;
    stop?.abort();
    forgetPlan();
    find.value = "";
    flags.value = new Set();
    folded.value = new Map();
    cursor.value = undefined;
    if (!of) return;
    stop = new AbortController();
    void followPlan(of, stop.signal);
  });
}

/** Keeps the list of plans; where there is only one, the page opens it. */
function followPlans(): void {
  let isFirst = true;
  const look = async () => {
    if (session.peek() !== "open") return;
    if (!document.hidden) {
      try {
        const { plans: all } = await load<{ plans: readonly PlanEntry[] }>("/api/plans");
        plans.value = all;
        const [only] = all;
        if (isFirst && all.length === 1 && only && address.peek().of === undefined) {
          const to = { of: only.address, view: "run" } as const;
          history.replaceState(null, "", writeAddress(to));
          address.value = to;
        }
        isFirst &&= all.length === 0;
      } catch {
        // The stream of the plan says that the server is away.
      }
    }
    setTimeout(() => void look(), address.peek().of === undefined ? PLANS_POLL_MS : OTHER_PLANS_POLL_MS);
  };
  void look();
}

/** On paper all rows are there, at once, because the browser does not wait for what is drawn later. */
function followPaper(): void {
  const set = (isPaper: boolean) => {
    const later = options.debounceRendering;
    options.debounceRendering = (draw) => draw();
    isPrinting.value = isPaper;
    if (later === undefined) delete options.debounceRendering;
    else options.debounceRendering = later;
  };
  addEventListener("beforeprint", () => set(true));
  addEventListener("afterprint", () => set(false));
  const paper = matchMedia("print");
  paper.addEventListener("change", () => set(paper.matches));
}
