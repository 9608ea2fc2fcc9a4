import { readLines, SMALL_CHUNK_BYTES } from "../../host/transcripts/read-lines.ts";
import { parseRecord } from "../../host/transcripts/transcript-record.ts";
import { momentOf } from "../conversation/seen-records.ts";
import type { SessionFile } from "./find-sessions.ts";

/** A copied history shows in the first records of a transcript. */
const LOOKED_AT_LINES = 200;
const LOOKED_AT_RECORDS = 20;

interface Family {
  readonly members: SessionFile[];
  readonly moments: string[];
}

/**
 * Puts sessions together that begin with the same history, because one was forked or resumed from another.
 * @param files the newest first
 * @returns the members of each family the oldest first
 */
export async function sessionFamilies(files: readonly SessionFile[]): Promise<SessionFile[][]> {
  const familyOf = new Map<string, Family>();
  const families = new Set<Family>();
  for (const file of files) {
    const family: Family = { members: [file], moments: await firstMoments(file.path) };
    const related = new Set(family.moments.flatMap((moment) => familyOf.get(moment) ?? []));
    for (const other of related) {
      family.members.push(...other.members);
      family.moments.push(...other.moments);
      families.delete(other);
    }
    families.add(family);
    for (const moment of family.moments) familyOf.set(moment, family);
  }
  return [...families].map(({ members }) =>
    members.sort((a, b) => a.changedMs - b.changedMs || a.path.localeCompare(b.path)),
  );
}

async function firstMoments(file: string): Promise<string[]> {
  const moments: string[] = [];
  try {
    for await (const { number, bytes } of readLines(file, SMALL_CHUNK_BYTES)) {
      const record = bytes === undefined ? undefined : parseRecord(bytes);
      const moment = record === undefined || record === "broken" ? undefined : momentOf(record);
      if (moment !== undefined) moments.push(moment);
      if (number >= LOOKED_AT_LINES || moments.length >= LOOKED_AT_RECORDS) break;
    }
  } catch (error) {
    // Who reads it next says that it cannot be read.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
  return moments;
}
