import fc from "fast-check";

/** Values that somebody sends who makes mistakes or means harm. Everything here is sent as a JSON value. */

const MEGABYTE = 1024 * 1024;

/** Made once: ten thousand calls share them. */
export const HUGE_TEXTS: readonly string[] = [
  "x".repeat(MEGABYTE),
  "ä€😀".repeat(MEGABYTE / 9),
  `a/${"b/".repeat(MEGABYTE / 2)}`,
  " ".repeat(MEGABYTE),
  "\u0000".repeat(MEGABYTE / 8),
];

export const PROTOTYPE_NAMES = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "toJSON",
  "then",
];

const SQL = [
  "'; drop table events; --",
  '" or 1=1 --',
  "x'); delete from claims; --",
  "1; pragma writable_schema=1",
  "%' escape '",
  "$1",
  "?1",
  ":plan",
  "') union select token_hash from claims --",
];

/** Paths that lead out of the checkout, to what is no file, or nowhere. `way-out` and `door.json` are links. */
export const PATHS_OUT = [
  "../outside/03-tasks.json",
  "../../../../../../etc/passwd",
  "/etc/passwd",
  "specs/../../outside/03-tasks.json",
  "specs/./../../outside",
  "way-out/03-tasks.json",
  "way-out",
  "door.json",
  "C:\\Windows\\win.ini",
  "C:/Windows/win.ini",
  "\\\\server\\share\\03-tasks.json",
  "..\\outside\\03-tasks.json",
  "~/.ssh/id_rsa",
  "file:///etc/passwd",
  "/dev/zero",
  "/proc/self/environ",
  "specs\u0000/p/03-tasks.json",
  "specs/p/03-tasks.json\u0000.png",
  "%2e%2e/outside/03-tasks.json",
  ".git/config",
  ".",
  "specs",
];

/** Globs that no task may be given to write: outside the checkout, or not to be understood. */
export const GLOBS_OUT = [
  "../outside/**",
  "src/../../outside/a.ts",
  "/etc/passwd",
  "C:\\Windows\\**",
  "c:/x",
  "\\\\server\\share\\x",
  "..\\outside\\x",
  "~/x",
  "src/\u0000.ts",
  "src/a\nb.ts",
  "!src/a.ts",
  "   ",
];

const control = fc.string({
  unit: fc.constantFrom(
    "\u0000",
    "\u0007",
    "\u001b[2J",
    "\r",
    "\n",
    "\u0085",
    "\u200b",
    "\u202e",
    "\ufeff",
    "a",
  ),
  minLength: 1,
  maxLength: 20,
});
const loneSurrogates = fc.string({
  unit: fc.constantFrom("\ud800", "\udbff", "\udc00", "\udfff", "a"),
  minLength: 1,
  maxLength: 20,
});

/** A short hostile text that no plan, task or token is called. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...SQL),
  fc.constantFrom(...PATHS_OUT),
  fc.constantFrom(...PROTOTYPE_NAMES),
  control,
  loneSurrogates,
  fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
  fc.constantFrom(
    "$PATH",
    "$(id)",
    "`id`",
    "<script>",
    "{{7*7}}",
    "null",
    "undefined",
    "NaN",
    "-0",
    "\\",
    '"',
  ),
);

export const hugeText: fc.Arbitrary<string> = fc.constantFrom(...HUGE_TEXTS);

/** Stands for lists in lists, or objects in objects, deeper than a value of this language can be written out. */
export function nested(depth: number, shape: "list" | "object"): string {
  return `@nested ${shape} ${depth}@`;
}

/** A value as JSON, with what `nested` stands for. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(/"@nested (list|object) (\d+)@"/g, (_, shape, depth) =>
    shape === "list"
      ? "[".repeat(Number(depth)) + "]".repeat(Number(depth))
      : `${'{"a":'.repeat(Number(depth))}1${"}".repeat(Number(depth))}`,
  );
}

/** An object with the key as its own, also where JavaScript would set the prototype. */
export function withKey(object: object, key: string, value: unknown): Record<string, unknown> {
  const copy = { ...object };
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}
