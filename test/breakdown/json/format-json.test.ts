import { expect, it } from "vitest";
import { updateBreakdown, writeBreakdown } from "../../../mcp-server/src/breakdown/file/write-breakdown.ts";
import { formatJson } from "../../../mcp-server/src/breakdown/json/format-json.ts";
import { readBreakdown } from "../../../mcp-server/src/breakdown/own-format/breakdown.ts";

const WRITTEN = `{
  "slug": "shop", "spec": "specs/shop/02-specification.md",
  "tasks": [
    {
      "id": "1.1",
      "subject": "A subject that is longer than eighty columns stays on its line, because a text cannot be divided",
      "dependencies": [
      ],
      "writes": [
        "src/index/words.ts",
        "test/index/words.test.ts"
      ],
      "reads": ["src/store/orders.ts", "src/store/prices.ts", "src/store/stock.ts", "a.ts"],
      "resources": ["日本語日本語日本語日本語日本語", "日本語日本語日本語日本"],
      "acceptance": [{ "criterion": "It works", "command": "npm test" }, { "criterion": "It is documented in the README", "inspected": true }],
      "extra": {"atLeast": 1}, "metadata": {

        "weights": [1000000, 2000000, 3000000, 4000000, 5000000, 6000000, 7000000, 8000000, 9], "pairs": [[1, 2], [3, 4]],

        "empty": {}, "one": [{ "a": 1.50 }]
      }
    }
  ]
}
`;

/** What Prettier 3.10 makes of it with its default options. */
const FORMATTED = `{
  "slug": "shop",
  "spec": "specs/shop/02-specification.md",
  "tasks": [
    {
      "id": "1.1",
      "subject": "A subject that is longer than eighty columns stays on its line, because a text cannot be divided",
      "dependencies": [],
      "writes": ["src/index/words.ts", "test/index/words.test.ts"],
      "reads": [
        "src/store/orders.ts",
        "src/store/prices.ts",
        "src/store/stock.ts",
        "a.ts"
      ],
      "resources": ["日本語日本語日本語日本語日本語", "日本語日本語日本語日本"],
      "acceptance": [
        { "criterion": "It works", "command": "npm test" },
        { "criterion": "It is documented in the README", "inspected": true }
      ],
      "extra": { "atLeast": 1 },
      "metadata": {
        "weights": [
          1000000, 2000000, 3000000, 4000000, 5000000, 6000000, 7000000,
          8000000, 9
        ],
        "pairs": [
          [1, 2],
          [3, 4]
        ],

        "empty": {},
        "one": [{ "a": 1.5 }]
      }
    }
  ]
}
`;

it("a JSON text is brought into the default form of Prettier, and one in that form stays as it is", () => {
  expect(formatJson(WRITTEN)).toBe(FORMATTED);
  expect(formatJson(FORMATTED)).toBe(FORMATTED);
});

it("a JSON text keeps its indentation, its line ends and its byte order mark", () => {
  const other = (text: string) => `\uFEFF${text.replaceAll("  ", "\t").replaceAll("\n", "\r\n")}`;
  const text = '{\n  "a": [\n    1\n  ],\n  "b": {}\n}\n';
  expect(formatJson(other(text))).toBe(other('{\n  "a": [1],\n  "b": {}\n}\n'));
});

it("a JSON text that is indented by one space is indented by two, and by four it stays so", () => {
  const by = (spaces: number) => `${JSON.stringify({ a: { b: 1 } }, null, spaces)}\n`;
  expect([formatJson(by(1)), formatJson(by(4))]).toEqual([by(2), by(4)]);
});

it("a breakdown that is written is in that form, and stays in it when it is changed", () => {
  const { document, tasks } = readBreakdown(FORMATTED, "03-tasks.json");
  const written = writeBreakdown(document, tasks);
  expect(written).toContain('"writes": ["src/index/words.ts", "test/index/words.test.ts"]');
  expect(formatJson(written)).toBe(written);
  const changed = updateBreakdown(
    FORMATTED,
    "03-tasks.json",
    tasks.map((task) => ({
      ...task,
      writes: ["src/index/words.ts", "test/index/words.test.ts", "docs/index.md"],
    })),
  );
  expect(changed).toContain('"writes": [\n        "src/index/words.ts",\n');
  expect(formatJson(changed)).toBe(changed);
});
