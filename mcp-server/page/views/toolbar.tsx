import type { ComponentChildren, JSX } from "preact";
import { address, goTo, type View, writeAddress } from "../state/address.ts";
import { find } from "../state/list-state.ts";
import { plan } from "../state/plan-state.ts";

/** What stands above either view: the way to the other one, the search, and what this one has. */
export function Toolbar({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="toolbar">
      <nav aria-label="Views">
        <ViewLink name="run" label="Run" />
        <ViewLink name="graph" label="Graph" />
      </nav>
      <input
        id="find"
        type="search"
        aria-label="Find tasks"
        placeholder="/ find"
        value={find.value}
        onInput={(event) => {
          find.value = event.currentTarget.value;
        }}
      />
      <TroubleButton />
      {children}
    </div>
  );
}

function ViewLink({ name, label }: { readonly name: View; readonly label: string }): JSX.Element {
  const at = address.value;
  return (
    <a
      href={writeAddress({ ...at, view: name })}
      {...(at.view === name ? { "aria-current": "page" as const } : {})}
    >
      {label}
    </a>
  );
}

function TroubleButton(): JSX.Element | null {
  const count = plan.value?.trouble.length ?? 0;
  if (count === 0) return null;
  const { of, view, trouble } = address.value;
  const closed = { ...(of === undefined ? {} : { of }), view };
  return (
    <button
      type="button"
      class="small"
      aria-pressed={trouble === true}
      onClick={() => goTo(trouble ? closed : { ...closed, trouble: true })}
    >
      trouble <span class="num">{count}</span>
    </button>
  );
}
