import type { FileState } from "../../git/apply/file-states.ts";
import type { FileVersion } from "../../git/apply/tree-changes.ts";

/** A file that the work of a plan changes, and how it stands in the checkout. */
export interface FileToDeliver {
  readonly path: string;
  /** As the checkout's commit has it. */
  readonly committed: FileState;
  /** As it is to be. */
  readonly wanted: FileState;
  /** Versions that the plan's own tasks brought; one of them in the checkout is nobody else's change. */
  readonly own: readonly FileVersion[];
  readonly inWorkTree: FileState;
  readonly inIndex: FileState;
  /** The task of the checkout that holds it. */
  readonly heldBy: string | undefined;
}

/** Why a file keeps the work out of the checkout. */
export type Hindrance = "changed" | "staged" | "held" | "elsewhere";

/** What is to be written, or what keeps it from being: all of the files, or none. */
export type DeliveryVerdict =
  | { readonly kind: "write"; readonly files: readonly FileToDeliver[] }
  | {
      readonly kind: "refuse";
      readonly files: readonly { readonly path: string; readonly why: Hindrance }[];
    };

/**
 * Whether the files may be written into the checkout. A file that somebody else has changed, staged or holds, or that
 * stands in the way, keeps all of them out.
 */
export function judgeDelivery(
  files: readonly FileToDeliver[],
  isSame: (a: FileVersion, b: FileVersion) => boolean,
): DeliveryVerdict {
  const same = (a: FileState, b: FileState) =>
    typeof a === "string" || typeof b === "string" ? a === b : isSame(a, b);
  const hindranceOf = (file: FileToDeliver): Hindrance | undefined => {
    const { committed, wanted, own, inWorkTree, inIndex, heldBy } = file;
    const isOurs = (state: FileState) => [committed, wanted, ...own].some((one) => same(one, state));
    if (same(inWorkTree, wanted) && isOurs(inIndex)) return undefined;
    if (inWorkTree === "elsewhere" || inIndex === "elsewhere") return "elsewhere";
    if (!isOurs(inWorkTree)) return "changed";
    if (!isOurs(inIndex)) return "staged";
    return heldBy === undefined ? undefined : "held";
  };
  const hindered = files.flatMap((file) => {
    const why = hindranceOf(file);
    return why === undefined ? [] : [{ path: file.path, why }];
  });
  if (hindered.length > 0) return { kind: "refuse", files: hindered };
  return { kind: "write", files: files.filter(({ inWorkTree, wanted }) => !same(inWorkTree, wanted)) };
}
