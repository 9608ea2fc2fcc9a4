import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

export const showsHelp = signal(false);

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["↑ ↓ or j k", "another task"],
  ["Enter", "open the task"],
  ["Esc", "close the panel, back to now"],
  ["n", "the next that needs you"],
  ["/", "find tasks"],
  ["r, g", "the run, the graph"],
  ["Space", "play the replay, or hold it"],
  ["o", "put rows where they belong now"],
  ["?", "these keys"],
];

/** The keys of the page. */
export function Help(): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const isShown = showsHelp.value;
  useEffect(() => {
    if (isShown) dialog.current?.showModal();
  }, [isShown]);
  if (!isShown) return null;
  const close = () => {
    showsHelp.value = false;
  };
  return (
    <dialog ref={dialog} aria-labelledby="help" onClose={close}>
      <h2 id="help">Keys</h2>
      <dl class="facts">
        {KEYS.map(([keys, what]) => (
          <>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <div class="actions">
        <button type="button" class="primary" onClick={close}>
          Close
        </button>
      </div>
    </dialog>
  );
}
