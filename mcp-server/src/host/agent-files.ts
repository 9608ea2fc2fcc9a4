import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { type Agent, agentFrom } from "./agent.ts";
import type { AgentPlace } from "./agent-places.ts";
import { stampOfFile } from "./stamp.ts";

/** So many agents no place has; a folder that holds more must not slow every call down. */
const MAX_FILES = 500;
const MAX_FOLDER_DEPTH = 5;

interface Found {
  readonly file: string;
  /** Relative to the place. */
  readonly path: string;
  readonly place: AgentPlace;
  readonly stamp: string;
}

interface Known {
  readonly stamp: string;
  readonly agent: Agent | undefined;
}

/** The agents of some places. A file is read once, and again only when it has changed. */
export class AgentFiles {
  #known = new Map<string, Known>();

  constructor(private readonly places: { current(): Promise<readonly AgentPlace[]> }) {}

  /** In the order of the places; files that define no agent are left out. */
  async current(): Promise<Agent[]> {
    const known = new Map<string, Known>();
    for (const file of (await this.places.current()).flatMap(filesOf)) {
      const key = `${file.place.plugin ?? ""} ${file.file}`;
      const before = this.#known.get(key);
      known.set(key, before?.stamp === file.stamp ? before : await readAgent(file));
    }
    this.#known = known;
    return [...known.values()].flatMap(({ agent }) => agent ?? []);
  }
}

function filesOf(place: AgentPlace): Found[] {
  if (place.path.endsWith(".md")) return fileAt(place, place.path, basename(place.path));
  const files: Found[] = [];
  for (const file of filesIn(place, "", 1)) {
    if (files.push(file) === MAX_FILES) break;
  }
  return files;
}

function* filesIn(place: AgentPlace, folder: string, depth: number): Generator<Found> {
  for (const { name, isFolder } of entriesOf(join(place.path, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (name.endsWith(".md")) yield* fileAt(place, join(place.path, path), path);
    else if (isFolder && depth < MAX_FOLDER_DEPTH) yield* filesIn(place, path, depth + 1);
  }
}

function fileAt(place: AgentPlace, file: string, path: string): Found[] {
  const stamp = stampOfFile(file);
  return stamp === undefined ? [] : [{ file, path, place, stamp }];
}

/** Links to folders are not followed: they could lead anywhere, and round. */
function entriesOf(folder: string): { name: string; isFolder: boolean }[] {
  const entries = quietly(() => readdirSync(folder, { withFileTypes: true })) ?? [];
  return entries
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function readAgent({ file, path, place, stamp }: Found): Promise<Known> {
  // Loaded only where there is an agent to read.
  const { frontMatterOf, MAX_FRONT_MATTER } = await import("./front-matter.ts");
  const text = quietly(() => beginningOf(file, MAX_FRONT_MATTER));
  const agent = text === undefined ? undefined : agentFrom(frontMatterOf(text), path, place);
  return { stamp, agent: agent && { ...agent, file } };
}

function beginningOf(file: string, bytes: number): string {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** What cannot be read is not there: other agents are known all the same. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
