import { createHash } from "node:crypto";

/** Times, device, inode, owner and size, which `git status` writes anew without anything being staged. */
const STAT_BEFORE_MODE = 24;
const MODE_BYTES = 4;
const STAT_AFTER_MODE = 12;
const HEADER = 12;
const EXTENDED = 0x4000;

/**
 * A digest of what an index holds: mode, object and flags of each path, without what only tells whether the files were
 * touched. Format: gitformat-index(5), versions 2 to 4.
 * @param idBytes how long the names of objects are: 20, or 32 with SHA-256.
 */
export function indexContent(bytes: Buffer, idBytes: number): string {
  const hash = createHash("sha256");
  const version = bytes.length < HEADER ? 0 : bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return hash.update(bytes).digest("hex");
  const kept: Buffer[] = [];
  let at = HEADER;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const from = at + STAT_BEFORE_MODE;
    const id = from + MODE_BYTES + STAT_AFTER_MODE;
    if (id + idBytes + 2 > bytes.length) return hash.update(bytes).digest("hex");
    const isExtended = (bytes.readUInt16BE(id + idBytes) & EXTENDED) !== 0;
    const name = id + idBytes + (isExtended ? 4 : 2);
    // A prefix's length, in version 4, ends before a byte that is not 0; so does no name that follows it.
    const end = bytes.indexOf(0, version === 4 ? endOfNumber(bytes, name) : name);
    if (end < 0) return hash.update(bytes).digest("hex");
    kept.push(bytes.subarray(from, from + MODE_BYTES), bytes.subarray(id, end + 1));
    at = version === 4 ? end + 1 : at + Math.ceil((end - at + 1) / 8) * 8;
  }
  hash.update(Buffer.concat(kept));
  // A split index has most of its entries in another file, which this names.
  if (bytes.toString("latin1", at, at + 4) === "link") hash.update(bytes.subarray(at));
  return hash.digest("hex");
}

/** Behind a number of which each byte but the last has its highest bit set. */
function endOfNumber(bytes: Buffer, from: number): number {
  let at = from;
  while (((bytes[at] ?? 0) & 0x80) !== 0) at++;
  return at + 1;
}
