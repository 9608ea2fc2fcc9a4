import { describe, expect, it } from "vitest";
import { frontMatterOf } from "../../mcp-server/src/host/front-matter.ts";
import { processorTimer } from "../support/processor-time.ts";

const withFields = (...fields: string[]) => `---\n${fields.join("\n")}\n---\nBody.\n`;

describe("front matter", () => {
  it("front matter is the fields between the first two lines of dashes", () => {
    expect(frontMatterOf(withFields("name: poet", "instances: 2", "tools:", "  - Read"))).toEqual({
      name: "poet",
      instances: 2,
      tools: ["Read"],
    });
  });

  it.each(["\uFEFF---\nname: poet\n---\n", "---\r\nname: poet\r\n---\r\nBody", "--- \nname: poet\n---"])(
    "front matter is read with a byte order mark, with other line ends, and with nothing after it",
    (text) => expect(frontMatterOf(text)).toEqual({ name: "poet" }),
  );

  it("front matter that is no YAML because of a colon is taken at its word, as the host does", () => {
    expect(frontMatterOf(withFields("name: poet", "description: Use this: when needed"))).toEqual({
      name: "poet",
      description: "Use this: when needed",
    });
  });

  it.each([
    "Body only.",
    "---\nname: poet\n",
    "\n---\nname: poet\n---\n",
    "---\n---\n",
    "---\n- a\n---\n",
    "",
  ])("front matter is not there, or has no fields, in %j", (text) =>
    expect(frontMatterOf(text) ?? {}).toEqual({}),
  );

  it.each(["---js", "---javascript", "--- js", "---JS", "---coffee", "---json", "---constructor"])(
    "front matter that begins with %s is not run and not read",
    (first) => {
      const planted = globalThis as { planted?: boolean };
      expect(
        frontMatterOf(`${first}\n(globalThis.planted = true, {"name": "poet"})\n---\nBody.\n`),
      ).toBeUndefined();
      expect(planted.planted).toBeUndefined();
    },
  );

  it("front matter with a function in it is not run", () => {
    const planted = globalThis as { planted?: boolean };
    const found = frontMatterOf(
      withFields("name: !!js/function 'function () { globalThis.planted = true }'", "tools: Read"),
    );
    expect(typeof found?.name).not.toBe("function");
    expect(planted.planted).toBeUndefined();
  });

  it.each<[string, string]>([
    ["aliases that multiply", bomb()],
    ["an alias of itself", withFields("name: &a [*a]", "description: *a")],
    ["merges of merges", merges()],
    ["deep nesting", withFields(`name: ${"[".repeat(16_000)}`)],
    ["empty lines", `---\n${"\n".repeat(16_000)}name: poet\n---\n`],
    ["blanks", withFields(`name:${" ".repeat(16_000)}x`)],
    ["dashes", `---\n${"---a\n".repeat(3_000)}`],
    ["many fields", withFields(...Array.from({ length: 1_500 }, (_, i) => `k${i}: ${i}`))],
    ["endless text", withFields(`description: ${"x".repeat(10_000_000)}`, "name: poet")],
    ["no end", `---\n${"name: poet\n".repeat(1_000_000)}`],
    ["a prototype", withFields("__proto__:", "  planted: true", "constructor: x", "toString: y")],
  ])("front matter with %s is over within half a second and leaves nothing behind", (_, text) => {
    const spentMs = processorTimer();
    frontMatterOf(text);
    expect(spentMs()).toBeLessThan(500);
    expect(({} as { planted?: unknown }).planted).toBeUndefined();
  });
});

/** Each of nine lists holds the one before it nine times. */
function bomb(): string {
  const names = [..."abcdefghi"];
  return withFields(
    ...names.map((name, i) => `${name}: &${name} [${Array(9).fill(i === 0 ? "lol" : `*${names[i - 1]}`)}]`),
  );
}

function merges(): string {
  const base = Array.from({ length: 300 }, (_, i) => `  k${i}: ${i}`);
  const merged = (name: string, of: string) => [`${name}: &${name}`, `  <<: [${Array(800).fill(`*${of}`)}]`];
  return withFields("a: &a", ...base, ...merged("b", "a"), ...merged("c", "b"), ...merged("d", "c"));
}
