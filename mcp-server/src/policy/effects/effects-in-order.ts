import type { AttributedEffect, ContentId, HeldFilesChanged } from "../../graph/effect.ts";

/** An effect with the two looks between which it was seen. */
export interface SeenEffect {
  readonly file: AttributedEffect;
  readonly look: HeldFilesChanged;
}

/** All changes of held files, oldest first. Where one look did not know what stood in a file, the one before it tells. */
export function effectsInOrder(seen: readonly HeldFilesChanged[]): SeenEffect[] {
  const last = new Map<string, ContentId>();
  return [...seen]
    .sort((a, b) => a.untilMs - b.untilMs)
    .flatMap((look) =>
      look.files.map((file) => {
        const before = file.before ?? last.get(file.path);
        last.set(file.path, (file.undone && before) || file.after);
        return { file: { ...file, ...(before !== undefined && { before }) }, look };
      }),
    );
}
