import { computed, effect, signal } from "@preact/signals";
import type { TaskDetail } from "../../src/live/snapshot.ts";
import { pathPart, planPath } from "../connection/paths.ts";
import { load } from "../connection/session.ts";
import { address } from "./address.ts";
import { livePlan } from "./plan-state.ts";

/** The task in the panel, or why it cannot be had; undefined: not known yet. */
export const detail = signal<TaskDetail | { readonly refusal: string } | undefined>(undefined);

/** The row of the task in the panel, the same object until it changes. */
const row = computed(() => livePlan.value?.tasks.find(({ id }) => id === address.value.task));

/** Between two questions about the same task. */
const PAUSE_MS = 300;

/** Loads the task of the address, and again whenever its row has changed. @returns what ends that. */
export function followTask(): () => void {
  let loading: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: string | undefined;
  return effect(() => {
    const { of, task } = address.value;
    // Read for its changes.
    row.value;
    loading?.abort();
    clearTimeout(timer);
    const key = JSON.stringify([of, task]);
    const isOther = key !== shown;
    if (isOther) detail.value = undefined;
    shown = key;
    if (of === undefined || task === undefined) return;
    loading = new AbortController();
    const { signal: abort } = loading;
    timer = setTimeout(
      () => {
        load<TaskDetail>(planPath(of, `tasks/${pathPart(task)}`), abort).then(
          (loaded) => {
            detail.value = loaded;
          },
          (problem: unknown) => {
            if (!abort.aborted && detail.peek() === undefined)
              detail.value = { refusal: problem instanceof Error ? problem.message : String(problem) };
          },
        );
      },
      isOther ? 0 : PAUSE_MS,
    );
  });
}
