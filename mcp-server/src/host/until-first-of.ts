/** A signal that is aborted with the first of others. Early releases of Node 20 have no `AbortSignal.any`. */
export function untilFirstOf(...signals: readonly AbortSignal[]): {
  signal: AbortSignal;
  forget: () => void;
} {
  const first = new AbortController();
  const abort = () => first.abort();
  if (signals.some(({ aborted }) => aborted)) abort();
  for (const signal of signals) signal.addEventListener("abort", abort);
  const forget = () => {
    for (const signal of signals) signal.removeEventListener("abort", abort);
  };
  return { signal: first.signal, forget };
}
