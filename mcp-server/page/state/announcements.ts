import { effect, signal } from "@preact/signals";
import { countWords } from "../../src/live/groups.ts";
import { address } from "./address.ts";
import { livePlan } from "./plan-state.ts";

/** What a screen reader says by itself: that something new needs a person, and the end. */
export const announcement = signal("");

/** Keeps the window's title and the announcements. @returns what ends that. */
export function followAnnouncements(): () => void {
  let known:
    | { readonly plan: string; readonly needs: ReadonlySet<string>; readonly done: boolean }
    | undefined;
  return effect(() => {
    const snapshot = livePlan.value;
    if (!snapshot || address.value.of === undefined) {
      document.title = "Parallel";
      known = undefined;
      return;
    }
    const { plan, needs, done, counts } = snapshot;
    const asks = needs.length > 0 ? `(${needs.length}) ` : "";
    document.title = `${asks}${plan}, ${counts.completed} of ${counts.total} — Parallel`;
    const now = new Set(needs.map(({ kind, task }) => `${kind} ${task ?? ""}`));
    if (known?.plan === plan) {
      const before = known.needs;
      const added = needs.filter(({ kind, task }) => !before.has(`${kind} ${task ?? ""}`));
      if (added.length > 0) {
        announcement.value = `Needs you: ${added.map(({ task, kind, text }) => `${task ?? "the plan"}, ${kind}: ${text}`).join("; ")}`;
      } else if (done && !known.done) announcement.value = `${plan} is done: ${countWords(snapshot)}`;
    }
    known = { plan, needs: now, done };
  });
}
