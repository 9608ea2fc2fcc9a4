/** The files that the tasks of the suite write and read: so few that what a pattern means can be written out. */
export const FOLDERS = 24;
export const FILES = 6;
export const ENDINGS = ["ts", "md"] as const;

/**
 * The paths that a pattern stands for. This is the suite's own idea of globs, as simple as can be, so that it
 * shares no mistake with the server's.
 * @throws Error for a form that the suite does not use.
 */
export function pathsOf(pattern: string): string[] {
  // Only one task ever writes there.
  if (pattern.startsWith("work/")) return [pattern];
  const [, folder, file] = /^(src\/m\d+)\/(\*\*|\*\.ts|\*\.md|f\d\.(?:ts|md))$/.exec(pattern) ?? [];
  if (folder === undefined || file === undefined) throw new Error(`${pattern} is no pattern of this suite`);
  if (file.startsWith("f")) return [pattern];
  const names = Array.from({ length: FILES }, (_, i) => i + 1).flatMap((n) =>
    ENDINGS.map((e) => `f${n}.${e}`),
  );
  return names
    .filter((name) => file === "**" || name.endsWith(file.slice(1)))
    .map((name) => `${folder}/${name}`);
}

/** What one execution of a task may touch. */
export interface KnownScope {
  readonly basis: "declared" | "inferred" | "unscoped";
  readonly writes: readonly string[];
  readonly reads: readonly string[];
  readonly resources: readonly string[];
}

/** Why two scopes may not be held at once; undefined if they may. */
export function clash(a: KnownScope, b: KnownScope): string | undefined {
  if (a.basis === "unscoped" || b.basis === "unscoped") return "one of them has to run alone";
  const [aWrites, bWrites] = [all(a.writes), all(b.writes)];
  const path =
    [...aWrites].find((one) => bWrites.has(one)) ??
    [...all(a.reads)].find((one) => bWrites.has(one)) ??
    [...all(b.reads)].find((one) => aWrites.has(one));
  if (path !== undefined) return `both want ${path}`;
  const resource = a.resources.find((name) => b.resources.includes(name));
  return resource === undefined ? undefined : `both want ${resource}`;
}

function all(patterns: readonly string[]): Set<string> {
  return new Set(patterns.flatMap(pathsOf));
}
