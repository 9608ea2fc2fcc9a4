// import:node:fs in run/prices.mjs
import { statSync } from "node:fs";

// import:node:fs/promises in run/prices.mjs
import { readFile } from "node:fs/promises";

// import:node:path in run/prices.mjs
import { join } from "node:path";

// import:lib/zod.mjs in run/prices.mjs
import * as z from "../lib/zod.mjs";

// mcp-server/src/run/prices/prices.ts
var price = z.number().min(0);
var tokenPrices = {
  input: price,
  cacheWrite: price,
  cacheWriteHour: price,
  cacheRead: price,
  output: price
};
var priceTable = z.object({
  date: z.string().max(40),
  source: z.string().max(500),
  currency: z.string().regex(/^[A-Z]{3}$/, "expected three capital letters, such as USD"),
  families: z.record(z.string(), z.string()).default({}),
  models: z.record(z.string(), z.object({ ...tokenPrices, longPrompt: z.object(tokenPrices).optional() }))
});
var Prices = class {
  constructor(places) {
    this.places = places;
  }
  places;
  #read = { problem: "The price table has not been read yet." };
  #known = /* @__PURE__ */ new Map();
  /** By the last look. */
  get last() {
    return this.#read;
  }
  /** Reads the table anew where its file has changed: the user may do that at any time, and every claim asks. */
  async refresh() {
    const { named, hostFolder, pluginRoot } = this.places;
    const bundled = join(pluginRoot, "prices.json");
    const files = named === void 0 ? [join(hostFolder, "parallel", "prices.json"), bundled] : [named];
    let read = await this.#table(files[0] ?? bundled);
    if (read === void 0 && files.length > 1) read = await this.#table(bundled);
    this.#read = read ?? { problem: `There is no price table ${files.at(-1)}.` };
    return this.#read;
  }
  /** @returns undefined where the file is not there. */
  async #table(file) {
    const state = stateOf(file);
    if (state === "gone") return void 0;
    const known = this.#known.get(file);
    if (known && known.state === state) return known.read;
    const read = await readTable(file);
    if (read && state !== void 0) this.#known.set(file, { state, read });
    return read;
  }
};
function stateOf(file) {
  let found;
  try {
    found = statSync(file, { throwIfNoEntry: false });
  } catch {
    return void 0;
  }
  return found ? [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(" ") : "gone";
}
async function readTable(file) {
  let text;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error;
    return code === "ENOENT" ? void 0 : { problem: `The price table ${file} cannot be read (${code}).` };
  }
  const parsed = priceTable.safeParse(parseJson(text));
  if (parsed.success) return { table: parsed.data, file };
  const [issue] = parsed.error.issues;
  return {
    problem: `The price table ${file} is not valid: ${issue?.path.join(".")} ${issue?.message ?? ""}`.trim()
  };
}
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return void 0;
  }
}
export {
  Prices
};
