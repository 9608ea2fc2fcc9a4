import type { ExportedFile } from "../../run/edits/export-plan.ts";

/** What is to be said of the files that an export wrote or left. */
export function afterExport(files: readonly ExportedFile[]): string {
  const left = files.find((file) => file.how === "left alone");
  if (left) return `${left.file} was left alone: ${left.why}.`;
  const aside = files.flatMap((file) => ("keptAside" in file ? [file.keptAside] : []));
  return aside.length > 0
    ? `Exported. Tell the user: what was edited by hand is kept in ${aside.join(", ")}.`
    : "Exported.";
}
