import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ActionName, Need } from "../../src/live/snapshot.ts";
import { act, isActing, mayAct, question } from "../state/actions.ts";
import { openTask } from "../state/address.ts";
import { nowMs } from "../state/plan-state.ts";
import { roughLength } from "../time/words.ts";
import { Foreign } from "./foreign.tsx";

/** So many cards are shown until somebody asks for all. */
const MAX_CARDS = 3;
/** So many ids are named of those that wait behind. */
const MAX_NAMED = 6;

/** What goes no further without a person, always on top. */
export function Needs({ needs }: { readonly needs: readonly Need[] }): JSX.Element | null {
  const showsAll = useSignal(false);
  if (needs.length === 0) return null;
  const shown = showsAll.value ? needs : needs.slice(0, MAX_CARDS);
  return (
    <section class="needs" aria-label="Needs you">
      <h2>
        Needs you <span class="num">{needs.length}</span>
        {needs.length > MAX_CARDS && (
          <button
            type="button"
            class="small"
            aria-expanded={showsAll.value}
            onClick={() => {
              showsAll.value = !showsAll.value;
            }}
          >
            {showsAll.value ? "fewer" : `${needs.length - MAX_CARDS} more…`}
          </button>
        )}
      </h2>
      <ul class="cards">
        {shown.map((need) => (
          <Card key={`${need.kind} ${need.task ?? ""}`} need={need} />
        ))}
      </ul>
    </section>
  );
}

const WHAT: Readonly<Record<Need["kind"], string>> = {
  question: "asks",
  failed: "failed",
  cancelled: "was cancelled",
  decision: "waits for your decision",
  limit: "has reached a limit",
  review: "was rejected in review",
};

function Card({ need }: { readonly need: Need }): JSX.Element {
  const { task, kind, text, sinceMs, holdsUp } = need;
  const details = [
    ...(sinceMs === undefined ? [] : [`waits ${roughLength(nowMs.value - sinceMs)}`]),
    ...(holdsUp.length === 0 ? [] : [`holds up ${named(holdsUp)}`]),
  ].join(" · ");
  return (
    <li class={`card ${kind}`} data-need={task ?? "plan"}>
      <div class="words">
        <p>
          {task === undefined ? (
            <b>The plan {WHAT[kind]}</b>
          ) : (
            <>
              <button type="button" class="link mono" data-open={task} onClick={() => openTask(task)}>
                <Foreign text={task} />
              </button>{" "}
              <b>{WHAT[kind]}</b>
            </>
          )}
          {text !== "" && (
            <>
              {": "}
              <Foreign text={text} />
            </>
          )}
        </p>
        {details !== "" && (
          <small class="dim num">
            <Foreign text={details} />
          </small>
        )}
      </div>
      {mayAct.value && <Actions need={need} />}
    </li>
  );
}

function Actions({ need: { task, actions } }: { readonly need: Need }): JSX.Element {
  return (
    <div class="actions">
      {actions.includes("answer") && <Answer {...(task === undefined ? {} : { task })} />}
      {actions
        .filter((action) => action !== "answer")
        .map((action) => (
          <ActionButton key={action} action={action} {...(task === undefined ? {} : { task })} />
        ))}
    </div>
  );
}

function Answer({ task }: { readonly task?: string }): JSX.Element {
  const text = useSignal("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const answer = text.value.trim();
        if (answer === "") return;
        void act({ do: "answer", text: answer, ...(task === undefined ? {} : { task }) }).then((isDone) => {
          if (isDone) text.value = "";
        });
      }}
    >
      <input
        aria-label={task === undefined ? "Answer" : `Answer to ${task}`}
        placeholder="Your answer"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <button type="submit" disabled={isActing.value || text.value.trim() === ""}>
        Answer
      </button>
    </form>
  );
}

/** What is said on buttons; what is asked about first ends with an ellipsis. */
const LABELS: Readonly<Record<ActionName, string>> = {
  pause: "Pause",
  resume: "Resume",
  stop: "Stop…",
  cap: "Agents…",
  retry: "Retry…",
  cancel: "Cancel…",
  answer: "Answer…",
  accept: "Accept…",
  reject: "Reject…",
  restore: "Restore…",
};
const AT_ONCE: ReadonlySet<ActionName> = new Set(["pause", "resume"]);

export function ActionButton({
  action,
  task,
  text,
}: {
  readonly action: ActionName;
  readonly task?: string;
  readonly text?: string;
}): JSX.Element {
  const what = { ...(task === undefined ? {} : { task }), ...(text === undefined ? {} : { text }) };
  return (
    <button
      type="button"
      disabled={isActing.value}
      onClick={() => {
        if (AT_ONCE.has(action)) void act({ do: action, ...what });
        else question.value = { action, ...what };
      }}
    >
      {LABELS[action]}
    </button>
  );
}

/** `2.2, 4.1 and 7 more` */
export function named(ids: readonly string[]): string {
  const first = ids.slice(0, MAX_NAMED).join(", ");
  return ids.length > MAX_NAMED ? `${first} and ${ids.length - MAX_NAMED} more` : first;
}
