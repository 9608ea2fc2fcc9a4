const DEFAULT_WIDTH = 100;

/** In how many columns an answer is set. A pipe has none, and some terminals say 0: they do not know. */
export function terminalWidth({ columns }: { readonly columns?: number | undefined }): number {
  return columns || DEFAULT_WIDTH;
}
