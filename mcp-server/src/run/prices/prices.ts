import { type Stats, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { PriceTable } from "../../policy/spending/price-table.ts";

const price = z.number().min(0);
const tokenPrices = {
  input: price,
  cacheWrite: price,
  cacheWriteHour: price,
  cacheRead: price,
  output: price,
};
const priceTable = z.object({
  date: z.string().max(40),
  source: z.string().max(500),
  currency: z.string().regex(/^[A-Z]{3}$/, "expected three capital letters, such as USD"),
  families: z.record(z.string(), z.string()).default({}),
  models: z.record(z.string(), z.object({ ...tokenPrices, longPrompt: z.object(tokenPrices).optional() })),
});

/** The price table, or why there is none, in a sentence that names the file. */
export type ReadPrices =
  | { readonly table: PriceTable; readonly file: string }
  | { readonly table?: undefined; readonly problem: string };

/** Where price tables may be; the first that is there holds. */
export interface PricePlaces {
  /** As `PARALLEL_PRICES` names it. */
  readonly named: string | undefined;
  readonly hostFolder: string;
  readonly pluginRoot: string;
}

/** What models cost: by the user's own table, or by the one that comes with this plugin. */
export class Prices {
  #read: ReadPrices = { problem: "The price table has not been read yet." };
  readonly #known = new Map<string, { readonly state: string; readonly read: ReadPrices }>();

  constructor(private readonly places: PricePlaces) {}

  /** By the last look. */
  get last(): ReadPrices {
    return this.#read;
  }

  /** Reads the table anew where its file has changed: the user may do that at any time, and every claim asks. */
  async refresh(): Promise<ReadPrices> {
    const { named, hostFolder, pluginRoot } = this.places;
    const bundled = join(pluginRoot, "prices.json");
    const files = named === undefined ? [join(hostFolder, "parallel", "prices.json"), bundled] : [named];
    let read = await this.#table(files[0] ?? bundled);
    if (read === undefined && files.length > 1) read = await this.#table(bundled);
    this.#read = read ?? { problem: `There is no price table ${files.at(-1)}.` };
    return this.#read;
  }

  /** @returns undefined where the file is not there. */
  async #table(file: string): Promise<ReadPrices | undefined> {
    const state = stateOf(file);
    if (state === "gone") return undefined;
    const known = this.#known.get(file);
    if (known && known.state === state) return known.read;
    const read = await readTable(file);
    if (read && state !== undefined) this.#known.set(file, { state, read });
    return read;
  }
}

/** Another text whenever the file has changed; undefined where it cannot be looked at. Asked by every claim, so at once. */
function stateOf(file: string): string | undefined {
  let found: Stats | undefined;
  try {
    found = statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
  return found ? [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(" ") : "gone";
}

/** @returns undefined where the file is not there. */
async function readTable(file: string): Promise<ReadPrices | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : { problem: `The price table ${file} cannot be read (${code}).` };
  }
  const parsed = priceTable.safeParse(parseJson(text));
  if (parsed.success) return { table: parsed.data, file };
  const [issue] = parsed.error.issues;
  return {
    problem: `The price table ${file} is not valid: ${issue?.path.join(".")} ${issue?.message ?? ""}`.trim(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
