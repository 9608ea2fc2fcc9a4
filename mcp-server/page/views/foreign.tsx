import type { JSX } from "preact";

/** Text by others: whatever direction its letters have, it does not turn around what stands beside it. */
export function Foreign({
  text,
  class: name,
}: {
  readonly text: string;
  readonly class?: string;
}): JSX.Element {
  return <bdi {...(name === undefined ? {} : { class: name })}>{text}</bdi>;
}
