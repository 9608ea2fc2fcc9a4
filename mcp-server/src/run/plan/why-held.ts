import { raiseLimit, spentText } from "../../policy/token-limit.ts";
import { type LoadedPlan, pauseSeconds } from "./load-plan.ts";

/** Why nothing of an open plan starts now, whatever is ready; undefined where nothing keeps it. */
export function whyHeld(loaded: LoadedPlan): string | undefined {
  const { stored, pauseMs, spent } = loaded;
  if (stored.status !== "open") return undefined;
  if (spent) return `${spentText(spent)} ${raiseLimit(stored.slug)}`;
  if (pauseMs === 0) return undefined;
  return `A rate or usage limit was reached; nothing starts for ${pauseSeconds(loaded)} s.`;
}
