import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";

const SOURCES = join(CHECKOUT, "mcp-server", "src");

/** The folders in the order of the table, the ground floor first. */
function floors(): string[] {
  const text = readFileSync(join(CHECKOUT, "ARCHITECTURE.md"), "utf8");
  const section = text.slice(text.indexOf("## 3. Floors"), text.indexOf("## 4."));
  return [...section.matchAll(/^\| `([\w/-]+)\/` \|/gm)].map(([, folder = ""]) => folder);
}

/** The floor of a file: its folder in `run/`, and the outermost folder of all others. */
function floorOf(path: string): string {
  const [first = "", second = ""] = dirname(path).split(sep);
  return first === "run" ? `run/${second}` : first;
}

/** Every import from one floor to another, types and lazy ones too. */
function* imports(): Generator<{ file: string; from: string; to: string }> {
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || dirname(file) === ".") continue;
    const text = readFileSync(join(SOURCES, file), "utf8");
    for (const [, still = "", lazy = ""] of text.matchAll(
      /from "(\.[^"]+\.ts)"|import\("(\.[^"]+\.ts)"\)/g,
    )) {
      const to = floorOf(normalize(join(dirname(file), still || lazy)));
      if (to !== floorOf(file)) yield { file, from: floorOf(file), to };
    }
  }
}

describe("the floors of ARCHITECTURE.md", () => {
  it("name every folder that is one", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
    const there = new Set(files.filter((file) => file.endsWith(".ts") && file.includes(sep)).map(floorOf));
    expect([...there].sort()).toEqual(floors().sort());
  });

  it("are in the order in which imports point: to rows above only", () => {
    const order = floors();
    const climbing = [...imports()].filter(({ from, to }) => order.indexOf(to) > order.indexOf(from));
    expect(climbing.map(({ file, to }) => `${file} → ${to}/`)).toEqual([]);
  });
});
