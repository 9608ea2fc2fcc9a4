import { expect, it } from "vitest";
import { untilFirstOf } from "../../mcp-server/src/host/until-first-of.ts";

it("a signal of several is aborted with the first of them, and not by one that was forgotten", () => {
  const [one, other] = [new AbortController(), new AbortController()];
  const both = untilFirstOf(one.signal, other.signal);
  const forgotten = untilFirstOf(one.signal);
  forgotten.forget();
  other.abort();
  one.abort();
  expect([both.signal.aborted, forgotten.signal.aborted]).toEqual([true, false]);
  expect(untilFirstOf(one.signal).signal.aborted).toBe(true);
});
