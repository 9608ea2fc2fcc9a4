import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { CHECKOUT } from "../plugin/checkout.ts";

/** Where the clients are installed once: together they are 2 GB, and take minutes. */
const FOLDER = process.env.PARALLEL_TEST_CLIENTS ?? join(CHECKOUT, "node_modules", ".cache", "clients");

/** Installs packages from the npm registry into a folder of their own, unless they are there; returns the folder. */
export async function installed(name: string, ...packages: string[]): Promise<string> {
  const folder = join(FOLDER, name);
  if (existsSync(join(folder, "node_modules"))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  await execa("npm", ["install", "--no-audit", "--no-fund", ...packages], { cwd: folder });
  return folder;
}
