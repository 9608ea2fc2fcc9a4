import type { JSX } from "preact";
import type { PlanEntry } from "../../src/live/snapshot.ts";
import { writeAddress } from "../state/address.ts";
import { plans } from "../state/plan-state.ts";
import { Foreign } from "./foreign.tsx";

/** All plans that the server shows, by repository. */
export function PlanList(): JSX.Element {
  const all = plans.value;
  const repositories = new Map<string, PlanEntry[]>();
  for (const entry of all ?? []) {
    const own = repositories.get(entry.repository);
    if (own) own.push(entry);
    else repositories.set(entry.repository, [entry]);
  }
  return (
    <main class="plans">
      <h1>Plans</h1>
      {all === undefined && <p class="dim">Loading…</p>}
      {all?.length === 0 && (
        <p>There is no plan yet. One begins with /spec:execute or /parallel:run in Claude Code.</p>
      )}
      {[...repositories].map(([repository, own]) => (
        <section key={repository} aria-label={repository}>
          <h2>
            <Foreign text={repository} />
          </h2>
          <ul>
            {own.map((entry) => (
              <Entry key={entry.address} entry={entry} />
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

function Entry({ entry }: { readonly entry: PlanEntry }): JSX.Element {
  const { address, plan, title, counts, needs, done, status } = entry;
  const words = [
    done
      ? "done"
      : status === "open"
        ? counts.running > 0
          ? `${counts.running} running`
          : "nothing runs"
        : status,
    `${counts.completed} of ${counts.total} completed`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
  ].join(" · ");
  return (
    <li>
      <a href={writeAddress({ of: address, view: "run" })}>
        <b>
          <Foreign text={plan} />
        </b>{" "}
        {title !== plan && <Foreign text={title} />}
        <span class="progress-bar" aria-hidden="true">
          <i
            class="completed"
            style={{ width: `${(100 * counts.completed) / Math.max(1, counts.total)}%` }}
          />
          <i class="running" style={{ width: `${(100 * counts.running) / Math.max(1, counts.total)}%` }} />
          <i class="failed" style={{ width: `${(100 * counts.failed) / Math.max(1, counts.total)}%` }} />
        </span>
        <small class="num dim">{words}</small>
        {needs > 0 && <small class="num needs-you">needs you {needs}</small>}
      </a>
    </li>
  );
}
