import type { JSX } from "preact";
import type { Incident } from "../../src/live/snapshot.ts";
import { address, goTo, openTask } from "../state/address.ts";
import { nowMs, plan } from "../state/plan-state.ts";
import { moment } from "../time/words.ts";
import { Foreign } from "./foreign.tsx";
import { Side } from "./task-panel.tsx";

const KINDS: Readonly<Record<Incident["kind"], string>> = {
  failed: "failed",
  lost: "lost its agent",
  unreported: "ended without a report",
  blocked: "is blocked",
  "refused-write": "refused write",
  "refused-token": "refused token",
  overwritten: "overwritten",
  "returned-report": "report returned",
  conflict: "conflict",
  gate: "gate",
  limit: "limit",
  rejected: "rejected",
};

/** What went wrong, newest first. */
export function TroublePanel(): JSX.Element {
  const trouble = plan.value?.trouble ?? [];
  return (
    <Side
      label="Trouble"
      onClose={() => {
        const { of, view } = address.peek();
        goTo({ ...(of === undefined ? {} : { of }), view });
      }}
    >
      <h2 tabIndex={-1} id="panel-title">
        Trouble
      </h2>
      {trouble.length === 0 && <p class="dim">Nothing went wrong.</p>}
      <ol class="trouble num">
        {trouble.map(({ atMs, kind, task, text }) => (
          <li key={`${atMs} ${kind} ${task ?? ""}`}>
            <span class="dim">{moment(atMs, nowMs.value)}</span>{" "}
            {task !== undefined && (
              <button type="button" class="link mono" onClick={() => openTask(task)}>
                <Foreign text={task} />
              </button>
            )}{" "}
            <b>{KINDS[kind]}</b>
            {text !== "" && (
              <>
                {": "}
                <Foreign text={text} />
              </>
            )}
          </li>
        ))}
      </ol>
    </Side>
  );
}
