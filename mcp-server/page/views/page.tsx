import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { session } from "../connection/session.ts";
import { outcome } from "../state/actions.ts";
import { address } from "../state/address.ts";
import { announcement } from "../state/announcements.ts";
import { livePlan, plan, planRefusal } from "../state/plan-state.ts";
import { ActionDialog } from "./dialog.tsx";
import { Foreign } from "./foreign.tsx";
import { Graph } from "./graph.tsx";
import { Header, Notices } from "./header.tsx";
import { Help } from "./help.tsx";
import { Needs } from "./needs.tsx";
import { PlanList } from "./plan-list.tsx";
import { RunList } from "./run-list.tsx";
import { Strip } from "./strip.tsx";
import { TaskPanel } from "./task-panel.tsx";
import { TroublePanel } from "./trouble.tsx";

/** The page: all plans, or one of them. */
export function Page(): JSX.Element {
  if (session.value === "refused") return <NoSession />;
  if (session.value === "opening") return <main class="message">Connecting…</main>;
  if (address.value.of === undefined) return <PlanList />;
  if (planRefusal.value !== undefined) {
    return (
      <main class="message">
        <h1>This plan is not shown</h1>
        <p>
          <Foreign text={planRefusal.value} />
        </p>
        <p>
          <a href="#/">All plans</a>
        </p>
      </main>
    );
  }
  const snapshot = plan.value;
  if (snapshot === undefined) return <main class="message">Loading…</main>;
  const { view, task, trouble } = address.value;
  return (
    <div class={task !== undefined || trouble ? "plan with-panel" : "plan"}>
      <Header snapshot={snapshot} />
      <section class="above" aria-label="Attention">
        <Notices />
        <Needs needs={snapshot.needs} />
      </section>
      <Main>
        {view === "graph" ? <Graph /> : <RunList />}
        {task !== undefined ? <TaskPanel task={task} /> : trouble && <TroublePanel />}
      </Main>
      <Strip />
      <Outcome />
      <ActionDialog />
      <Help />
      <div class="unseen" role="status" aria-live="polite">
        {livePlan.value && announcement.value}
      </div>
    </div>
  );
}

/** What stands above it grows over it, and moves it only when the pointer leaves: nobody clicks at what has just moved. */
function Main({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const element = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const main = element.current as HTMLElement;
    const above = main.previousElementSibling as HTMLElement;
    let heldAt: number | undefined;
    const endAbove = () => above.offsetTop + above.offsetHeight;
    const place = () => {
      main.style.top = heldAt === undefined ? "" : `${heldAt - endAbove()}px`;
    };
    main.onpointerenter = ({ pointerType }) => {
      if (pointerType === "mouse") heldAt = endAbove();
    };
    const release = () => {
      heldAt = undefined;
      place();
    };
    main.onpointerleave = release;
    addEventListener("resize", release);
    const observer = new ResizeObserver(place);
    observer.observe(main);
    return () => {
      removeEventListener("resize", release);
      observer.disconnect();
    };
  }, []);
  return <main ref={element}>{children}</main>;
}

function NoSession(): JSX.Element {
  return (
    <main class="message">
      <h1>This page has no key</h1>
      <p>
        Its server has ended, or the link has been used before: a link works once, in one tab. Press{" "}
        <kbd>o</kbd> in the terminal of <code>parallel-tasks serve</code> for another one, or start it again.
      </p>
    </main>
  );
}

/** What came of the last action, until somebody closes it. */
function Outcome(): JSX.Element {
  const last = outcome.value;
  return (
    <div class="outcome" role="status">
      {last && (
        <p class={last.isDone ? "done" : "refused"}>
          <Foreign text={last.text} />{" "}
          <button
            type="button"
            class="small"
            onClick={() => {
              outcome.value = undefined;
            }}
          >
            Close
          </button>
        </p>
      )}
    </div>
  );
}
