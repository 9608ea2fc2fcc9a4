import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { rowWords, signOf } from "../../src/live/groups.ts";
import type { AttemptDetail, EvidenceLine, TaskDetail, TaskFile, TaskRow } from "../../src/live/snapshot.ts";
import { mayAct } from "../state/actions.ts";
import { address, openTask } from "../state/address.ts";
import { nowMs, plan, replay } from "../state/plan-state.ts";
import { detail } from "../state/task-detail.ts";
import { clockLength, moment, moneyAmount, timeOfDay, tokenCount } from "../time/words.ts";
import { Foreign } from "./foreign.tsx";
import { ActionButton } from "./needs.tsx";
import { toneOf } from "./run-list.tsx";

/** Everything about one task. */
export function TaskPanel({ task }: { readonly task: string }): JSX.Element {
  const row = plan.value?.tasks.find(({ id }) => id === task);
  const known = detail.value;
  const full = known !== undefined && "row" in known && known.row.id === task ? known : undefined;
  return (
    <Side label={`Task ${task}`} onClose={() => openTask(undefined)}>
      {row === undefined ? (
        <p>
          {plan.value === undefined
            ? "Loading…"
            : `There is no task ${task} in this plan${replay.value ? " yet" : ""}.`}
        </p>
      ) : (
        <>
          <h2 tabIndex={-1} id="panel-title">
            <span class={`sign tone-${toneOf(row)}`}>{signOf(row)}</span>{" "}
            <span class="mono">
              <Foreign text={row.id} />
            </span>{" "}
            <Foreign text={row.subject} />
          </h2>
          <Facts row={row} full={full} />
          {mayAct.value && full && full.actions.length > 0 && (
            <div class="actions">
              {full.actions.map((action) => (
                <ActionButton key={action} action={action} task={row.id} />
              ))}
            </div>
          )}
          {full ? (
            <Details full={full} />
          ) : (
            <p class="dim">{known !== undefined && "refusal" in known ? known.refusal : "Loading…"}</p>
          )}
        </>
      )}
    </Side>
  );
}

/** The panel beside the list, or over it where there is no room. */
export function Side({
  label,
  onClose,
  children,
}: {
  readonly label: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (element.current) element.current.scrollTop = 0;
  }, [label]);
  return (
    <section class="side" aria-label={label} ref={element} tabIndex={-1}>
      <button type="button" class="close" aria-label="Close" onClick={onClose}>
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
          <path class="cross" d="M4 4l8 8M12 4l-8 8" />
        </svg>
      </button>
      {children}
    </section>
  );
}

function Facts({ row, full }: { readonly row: TaskRow; readonly full: TaskDetail | undefined }): JSX.Element {
  const words = rowWords(row, nowMs.value);
  const dependents =
    full?.dependents ??
    plan.value?.tasks.filter(({ needs }) => needs.includes(row.id)).map(({ id }) => id) ??
    [];
  return (
    <dl class="facts num">
      {words !== "" && (
        <Fact name={row.group === "running" ? "Now" : "Why"}>
          <Foreign text={words} />
        </Fact>
      )}
      {(row.role !== undefined || row.model !== undefined) && (
        <Fact name="Role, model">
          <Foreign text={[row.role, row.model].filter(Boolean).join(" · ")} />
        </Fact>
      )}
      {row.phase !== undefined && (
        <Fact name="Phase">
          <Foreign text={row.phase} />
        </Fact>
      )}
      {full && (
        <Fact name="Writes">
          {full.writes === undefined ? (
            <span class="dim">not declared</span>
          ) : (
            <Paths paths={full.writes} none="nothing" />
          )}
        </Fact>
      )}
      {full && full.reads.length > 0 && (
        <Fact name="Reads">
          <Paths paths={full.reads} none="" />
        </Fact>
      )}
      {full && full.resources.length > 0 && (
        <Fact name="Resources">
          <Paths paths={full.resources} none="" />
        </Fact>
      )}
      {row.needs.length > 0 && (
        <Fact name={row.group === "waits" ? "Waits for" : "Needs"}>
          <TaskLinks ids={row.needs} />
        </Fact>
      )}
      {dependents.length > 0 && (
        <Fact name="Holds up">
          <TaskLinks ids={dependents} />
        </Fact>
      )}
      {row.expected && row.group !== "running" && (
        <Fact name="Expected">
          {moment(row.expected.startMs, nowMs.value)} to {moment(row.expected.endMs, nowMs.value)}
        </Fact>
      )}
    </dl>
  );
}

function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Paths({ paths, none }: { readonly paths: readonly string[]; readonly none: string }): JSX.Element {
  if (paths.length === 0) return <span class="dim">{none}</span>;
  return (
    <span class="mono">
      {paths.map((path, n) => (
        <span key={path}>
          {n > 0 && ", "}
          <Foreign text={path} />
        </span>
      ))}
    </span>
  );
}

/** So many are named at once. */
const MAX_LINKS = 30;

function TaskLinks({ ids }: { readonly ids: readonly string[] }): JSX.Element {
  const rows = new Map(plan.value?.tasks.map((row) => [row.id, row]));
  return (
    <>
      {ids.slice(0, MAX_LINKS).map((id, n) => {
        const row = rows.get(id);
        return (
          <span key={id}>
            {n > 0 && ", "}
            <button type="button" class="link mono" title={row?.subject ?? id} onClick={() => openTask(id)}>
              <Foreign text={id} />
            </button>
            {row && ` ${signOf(row)}`}
          </span>
        );
      })}
      {ids.length > MAX_LINKS && ` and ${ids.length - MAX_LINKS} more`}
    </>
  );
}

function Details({ full }: { readonly full: TaskDetail }): JSX.Element {
  return (
    <>
      {full.attempts.length > 0 && (
        <Part title={full.attempts.length === 1 ? "Attempt" : "Attempts"}>
          {full.attempts.map((attempt, n) => (
            <Attempt key={attempt.number} attempt={attempt} isOpen={n === 0} />
          ))}
        </Part>
      )}
      {full.files.length + full.unlisted > 0 && (
        <Part title="Changed files">
          {full.files.map((file) => (
            <ChangedFile key={file.path} file={file} task={full.row.id} />
          ))}
          {full.unlisted > 0 && <p class="dim">and {full.unlisted} more</p>}
        </Part>
      )}
      {full.notes.length > 0 && (
        <Part title="Notes for its agent">
          <ul>
            {full.notes.map((note, n) => (
              <li key={n}>
                <LongText text={note} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title="Brief">
        <LongText text={full.description} />
        {full.acceptance.length > 0 && (
          <ul class="acceptance">
            {full.acceptance.map(({ criterion, command }) => (
              <li key={criterion}>
                <Foreign text={criterion} />
                {command !== undefined && (
                  <>
                    {" "}
                    <code>
                      <Foreign text={command} />
                    </code>
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </Part>
      {full.events.length > 0 && (
        <Part title="Events">
          <ol class="events num">
            {full.events.map(({ seq, atMs, text, actor }) => (
              <li key={seq}>
                {timeOfDay(atMs, true)} <Foreign text={text} /> <span class="dim">{actor}</span>
              </li>
            ))}
          </ol>
        </Part>
      )}
    </>
  );
}

function Part({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section class="part" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

const STATE_WORDS: Readonly<Record<AttemptDetail["state"], string>> = {
  offered: "○ offered",
  running: "▶ running",
  delivering: "→ on the way to the branch",
  completed: "✓ completed",
  failed: "✗ failed",
  blocked: "? blocked",
  lost: "~ lost",
  cancelled: "⊘ cancelled",
  unreported: "✗ ended without a report",
};

function Attempt({
  attempt,
  isOpen,
}: {
  readonly attempt: AttemptDetail;
  readonly isOpen: boolean;
}): JSX.Element {
  const { number, state, startMs, endMs, tokens, money, machine, agentType, model, checkout, isolation } =
    attempt;
  const figures = [
    moment(startMs, nowMs.value),
    clockLength((endMs ?? nowMs.value) - startMs),
    ...(tokens === undefined ? [] : [`${tokenCount(tokens)} tokens`]),
    ...(money === undefined ? [] : [moneyAmount(money.amount, money.currency)]),
  ].join(" · ");
  const where = [
    agentType,
    ...(model === undefined ? [] : [model]),
    ...(machine === undefined ? [] : [machine]),
  ].join(" · ");
  return (
    <details class={`attempt ${state}`} open={isOpen}>
      <summary class="num">
        <b>{number}</b> {STATE_WORDS[state]} <span class="dim">{figures}</span>
      </summary>
      <p class="dim">
        <Foreign text={where} />
        {checkout !== "" && (
          <>
            {` · ${isolation === "worktree" ? "worktree " : ""}`}
            <Foreign class="mono" text={checkout} />
          </>
        )}
      </p>
      {attempt.verdict !== undefined && <p>Verdict: {attempt.verdict}</p>}
      {attempt.summary !== undefined && <LongText text={attempt.summary} />}
      {attempt.cause !== undefined && (
        <p>
          <Foreign text={attempt.cause} />
        </p>
      )}
      {attempt.evidence.length > 0 && (
        <Part title="Evidence">
          {attempt.evidence.map((line, n) => (
            <Evidence key={n} line={line} />
          ))}
        </Part>
      )}
      {attempt.findings.length > 0 && (
        <Part title="Findings">
          <ul>
            {attempt.findings.map(({ severity, text, file }, n) => (
              <li key={n}>
                <b class={`severity-${severity}`}>{severity}</b> <Foreign text={text} />
                {file !== undefined && <Foreign class="mono dim" text={` ${file}`} />}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {attempt.notes.length > 0 && (
        <Part title="Notes">
          <ul>
            {attempt.notes.map((note, n) => (
              <li key={n}>
                <LongText text={note} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {attempt.filesReported.length > 0 && (
        <p class="dim">
          Files that it names: <Paths paths={attempt.filesReported} none="" />
        </p>
      )}
    </details>
  );
}

/** What a standing means, for who points at it. */
const STANDING_WORDS: Readonly<Record<EvidenceLine["standing"], string>> = {
  run: "the server ran it itself, with this exit code",
  seen: "the host ran it, with this exit code, and no file of the task changed afterwards",
  stale: "the host ran it, and a file of the task changed afterwards",
  contradicted: "it was seen to end otherwise",
  claimed: "nobody saw it",
  inspected: "the agent says that it looked at it",
  "not-verified": "the agent says that it did not verify it",
};

function Evidence({ line }: { readonly line: EvidenceLine }): JSX.Element {
  const { criterion, standing, command, exitCode, text, seen } = line;
  return (
    <div class="evidence">
      <p>
        {command !== undefined && (
          <code>
            <Foreign text={command} />
          </code>
        )}
        {exitCode !== undefined && ` → exit ${exitCode}`}{" "}
        <span class={`standing ${standing}`} title={STANDING_WORDS[standing]}>
          {standing === "not-verified" ? "not verified" : standing}
        </span>
      </p>
      {criterion !== undefined && (
        <p class="dim">
          <Foreign text={criterion} />
        </p>
      )}
      {text !== "" && <LongText text={text} />}
      {seen !== undefined && (
        <p class="dim">
          <Foreign text={seen} />
        </p>
      )}
    </div>
  );
}

const KIND_WORDS: Readonly<Record<TaskFile["kind"], string>> = {
  added: "new",
  removed: "removed",
  changed: "",
};

function ChangedFile({ file, task }: { readonly file: TaskFile; readonly task: string }): JSX.Element {
  const { path, kind, hunks, instead, uncertain, restorable, open } = file;
  const lines = hunks?.split("\n") ?? [];
  const added = lines.filter((line) => line.startsWith("+")).length;
  const removed = lines.filter((line) => line.startsWith("-")).length;
  const isShown = useSignal(false);
  return (
    <div class="changed">
      <details
        onToggle={(event) => {
          isShown.value = event.currentTarget.open;
        }}
      >
        <summary>
          <Foreign class="mono" text={path} />{" "}
          <span class="num dim">
            {KIND_WORDS[kind]}
            {lines.length > 0 && ` +${added} −${removed}`}
            {uncertain && " · this task or another call"}
          </span>
        </summary>
        {isShown.value && lines.length > 0 && <Difference lines={lines} />}
        {instead !== undefined && <p class="dim">{instead}</p>}
        <button type="button" class="small" onClick={() => void navigator.clipboard.writeText(path)}>
          Copy the path
        </button>{" "}
        {open && <a href={open}>Open in the editor</a>}
      </details>
      {restorable && mayAct.value && <ActionButton action="restore" task={task} text={path} />}
    </div>
  );
}

/** Longer ones are shown in part: a page is no editor. */
const MAX_DIFF_LINES = 400;

function Difference({ lines }: { readonly lines: readonly string[] }): JSX.Element {
  return (
    <pre class="difference" tabIndex={0}>
      {lines.slice(0, MAX_DIFF_LINES).map((line, n) => {
        const kind = line.startsWith("+")
          ? "added"
          : line.startsWith("-")
            ? "removed"
            : line.startsWith("@@")
              ? "place"
              : "same";
        return (
          <span key={n} class={kind}>
            {`${line}\n`}
          </span>
        );
      })}
      {lines.length > MAX_DIFF_LINES && (
        <span class="dim">{`… ${lines.length - MAX_DIFF_LINES} more lines\n`}</span>
      )}
    </pre>
  );
}

const MAX_TEXT = 2000;

/** Text by others over several lines; what is very long folds. */
function LongText({ text }: { readonly text: string }): JSX.Element {
  const isWhole = useSignal(false);
  const isLong = text.length > MAX_TEXT;
  return (
    <div class="long-text">
      <Foreign text={isLong && !isWhole.value ? `${text.slice(0, MAX_TEXT)}…` : text} />
      {isLong && (
        <button
          type="button"
          class="small"
          onClick={() => {
            isWhole.value = !isWhole.value;
          }}
        >
          {isWhole.value ? "Less" : `All ${text.length.toLocaleString("en-US")} characters`}
        </button>
      )}
    </div>
  );
}

/** Puts the focus where the panel begins. */
export function focusPanel(): void {
  document.getElementById("panel-title")?.focus();
}

/** Whether there is a panel now. */
export function hasPanel(): boolean {
  const { task, trouble } = address.peek();
  return task !== undefined || trouble === true;
}
