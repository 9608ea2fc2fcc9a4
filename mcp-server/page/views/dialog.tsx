import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ActionName, PlanSnapshot } from "../../src/live/snapshot.ts";
import { act, isActing, type Question, question } from "../state/actions.ts";
import { plan } from "../state/plan-state.ts";
import { Foreign } from "./foreign.tsx";
import { named } from "./needs.tsx";

/** What an action is called, what is said of it, and the field that goes with it. */
interface Form {
  readonly title: (of: string) => string;
  readonly button: string;
  readonly field?: { readonly label: string; readonly isNeeded?: true };
}

const FORMS: Readonly<Partial<Record<ActionName, Form>>> = {
  stop: { title: () => "Stop the plan?", button: "Stop the plan" },
  cap: {
    title: () => "How many agents at once?",
    button: "Set",
    field: { label: "Agents at once", isNeeded: true },
  },
  retry: {
    title: (of) => `Run ${of} again?`,
    button: "Retry",
    field: { label: "Note for the next agent (may be empty)" },
  },
  cancel: {
    title: (of) => `Cancel ${of}?`,
    button: "Cancel the task",
    field: { label: "Reason (may be empty)" },
  },
  answer: {
    title: (of) => `Answer to ${of}`,
    button: "Answer",
    field: { label: "Your answer", isNeeded: true },
  },
  accept: {
    title: (of) => `Accept the work of ${of}?`,
    button: "Accept",
    field: { label: "Note (may be empty)" },
  },
  reject: {
    title: (of) => `Reject the work of ${of}?`,
    button: "Reject",
    field: { label: "What is wrong with it", isNeeded: true },
  },
  restore: { title: (of) => `Put back what ${of} had in this file?`, button: "Restore the file" },
};

/** Asks before something is done that takes work away, or that needs words. */
export function ActionDialog(): JSX.Element | null {
  const asked = question.value;
  const form = asked && FORMS[asked.action];
  const snapshot = plan.value;
  if (!asked || !form || !snapshot) return null;
  return (
    <Asked
      key={`${asked.action} ${asked.task ?? ""} ${asked.text ?? ""}`}
      asked={asked}
      form={form}
      snapshot={snapshot}
    />
  );
}

function Asked({
  asked,
  form,
  snapshot,
}: {
  readonly asked: Question;
  readonly form: Form;
  readonly snapshot: PlanSnapshot;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useSignal("");
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const close = () => {
    question.value = undefined;
  };
  const isMissing = form.field?.isNeeded === true && text.value.trim() === "";
  const submit = (event: Event) => {
    event.preventDefault();
    if (isMissing) return;
    void act(requestOf(asked, text.value.trim())).then(close);
  };
  return (
    <dialog ref={dialog} aria-labelledby="asked" onClose={close}>
      <form onSubmit={submit}>
        <h2 id="asked">
          <Foreign text={form.title(asked.task ?? "the plan")} />
        </h2>
        <Consequence asked={asked} snapshot={snapshot} />
        {form.field && (
          <label>
            {form.field.label}
            {asked.action === "cap" ? (
              <input
                type="number"
                min="1"
                value={text.value}
                onInput={(event) => {
                  text.value = event.currentTarget.value;
                }}
              />
            ) : (
              <textarea
                rows={3}
                value={text.value}
                onInput={(event) => {
                  text.value = event.currentTarget.value;
                }}
              />
            )}
          </label>
        )}
        <div class="actions">
          <button
            type="submit"
            class={isDestructive(asked.action) ? "primary danger" : "primary"}
            disabled={isMissing || isActing.value}
          >
            {form.button}
          </button>
          <button type="button" onClick={close}>
            Leave it
          </button>
        </div>
      </form>
    </dialog>
  );
}

function requestOf({ action, task, text }: Question, said: string) {
  if (action === "cap") return { do: action, value: Number(said) };
  const words = action === "restore" ? text : said === "" ? undefined : said;
  return {
    do: action,
    ...(task === undefined ? {} : { task }),
    ...(words === undefined ? {} : { text: words }),
  };
}

function isDestructive(action: ActionName): boolean {
  return action === "stop" || action === "cancel" || action === "reject";
}

/** What follows, in words. */
function Consequence({
  asked,
  snapshot,
}: {
  readonly asked: Question;
  readonly snapshot: PlanSnapshot;
}): JSX.Element | null {
  const { action, task, text } = asked;
  if (action === "stop") {
    const running = snapshot.tasks.filter(({ group }) => group === "running").map(({ id }) => id);
    return (
      <p>
        {running.length === 0 ? (
          "Nothing runs. No task starts until somebody resumes the plan."
        ) : (
          <>
            The work of <Foreign text={named(running)} /> is given up, and no task starts until somebody
            resumes the plan.
          </>
        )}
      </p>
    );
  }
  if (action === "restore") {
    return (
      <p>
        <code>{text ?? ""}</code>: what stands there now is kept.
      </p>
    );
  }
  const row = snapshot.tasks.find(({ id }) => id === task);
  if (!row) return null;
  const behind = snapshot.tasks.filter(({ needs }) => needs.includes(row.id)).map(({ id }) => id);
  const others = behind.length === 0 ? "No other task waits for it." : `Wait for it: ${named(behind)}.`;
  const isRunning = row.status === "in_progress";
  if (action === "cancel") {
    return (
      <p>
        <Foreign text={row.subject} />. {isRunning && "Its agent is stopped. "}
        <Foreign text={behind.length === 0 ? others : `${others} They cannot run then.`} />
      </p>
    );
  }
  return (
    <p>
      <Foreign text={row.subject} />.{" "}
      {action === "retry" && isRunning && "Its agent is stopped, and another one begins. "}
      <Foreign text={others} />
    </p>
  );
}
