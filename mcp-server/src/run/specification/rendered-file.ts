import { randomBytes } from "node:crypto";
import { lstat, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileRefusal } from "../../errors/file-refusal.ts";
import { pathInside, undefinedIfMissing } from "../project/inside-checkout.ts";
import { sha256 } from "./breakdown-file.ts";

/** What became of a file that was to be written. Paths are relative to the checkout. */
export type Written =
  | { readonly file: string; readonly how: "written" | "unchanged" }
  | { readonly file: string; readonly how: "written"; readonly keptAside: string };

const SEAL = /\n<!-- parallel: written from the task graph, sha256 ([0-9a-f]{64}) -->\n$/;

/**
 * Writes a file that is rendered from the graph, with a seal at its end by which a later edit is noticed: what is
 * not exactly as it was written last is renamed, not overwritten.
 * @throws CallerError when the path leads out of the checkout.
 */
export async function writeRendered(root: string, path: string, text: string): Promise<Written> {
  const file = await pathInside(root, path);
  // Git may have changed the line ends, which is no edit.
  const old = (await textOf(file))?.replace(/\r\n/g, "\n");
  const sealed = `${text}\n<!-- parallel: written from the task graph, sha256 ${sha256(text)} -->\n`;
  if (old === sealed) return { file: path, how: "unchanged" };
  const keptAside = old === undefined || isSealed(old) ? undefined : await setAside(root, path);
  await writeAtomically(file, sealed);
  return { file: path, how: "written", ...(keptAside !== undefined && { keptAside }) };
}

/** The text of a file, or undefined if there is none. */
export async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch(undefinedIfMissing);
}

/**
 * Whoever reads the file meanwhile, or when the machine stops, finds the old text or the new one.
 * @throws CallerError where the system does not let it be written.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = join(
    dirname(file),
    `.${basename(file)}.${process.pid}-${randomBytes(4).toString("hex")}`,
  );
  const mode = (await stat(file).catch(undefinedIfMissing))?.mode;
  try {
    await writeFile(temporary, text, {
      flag: "wx",
      flush: true,
      ...(mode !== undefined && { mode: mode & 0o777 }),
    });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw fileRefusal(error, file) ?? error;
  }
}

function isSealed(text: string): boolean {
  const seal = SEAL.exec(text);
  return seal !== null && seal[1] === sha256(text.slice(0, seal.index));
}

async function setAside(root: string, path: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const aside = path.replace(/(\.\w+)$/, `.edited-${n}$1`);
    const target = resolve(root, aside);
    if ((await lstat(target).catch(undefinedIfMissing)) !== undefined) continue;
    await rename(resolve(root, path), target);
    return aside;
  }
}
