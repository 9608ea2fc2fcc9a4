import { createHash } from "node:crypto";
import { readFileSync, readlinkSync, type Stats } from "node:fs";
import { ABSENT, type ContentId } from "../../graph/effect.ts";

/** Larger files are neither read nor kept: their size and time of change stand for what is in them. In bytes. */
export const MAX_KEPT_FILE = 10 * 1024 * 1024;

/** What stands in a file. */
export interface FileContent {
  readonly id: ContentId;
  /** Of a regular file that could be read. */
  readonly bytes?: Buffer;
  /** Why there are none, although there is a file. */
  readonly unread?: string;
}

/** Reads what stands there now. @param info what `lstat` says of it. */
export function readContent(file: string, info: Stats | undefined): FileContent {
  if (!info || info.isDirectory()) return { id: ABSENT };
  try {
    if (info.isSymbolicLink()) return { id: `link:${readlinkSync(file)}` };
    if (!info.isFile()) return { id: "special", unread: "it is no regular file" };
    if (info.size > MAX_KEPT_FILE) {
      const unread = `it is larger than ${MAX_KEPT_FILE / 1024 / 1024} MB`;
      return { id: `large:${info.size}:${info.ctimeMs}`, unread };
    }
    const bytes = readFileSync(file);
    return { id: idOfBytes(bytes), bytes };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { id: ABSENT };
    return { id: `unreadable:${info.size}:${info.ctimeMs}`, unread: `it could not be read (${code})` };
  }
}

export function idOfBytes(bytes: Uint8Array): ContentId {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** So many digits of a digest tell versions of a file apart, for people. */
const SHOWN_DIGITS = 12;
const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** The beginning of the digest of bytes; undefined for a content without. */
export function shortDigest(content: ContentId): string | undefined {
  return DIGEST.exec(content)?.[1]?.slice(0, SHOWN_DIGITS);
}
