// import:node:fs in run/effects/look.mjs
import { appendFileSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";

// import:node:path in run/effects/look.mjs
import { dirname, join, relative } from "node:path";

// mcp-server/src/run/effects/look/file-system-clock.ts
var FileSystemClock = class {
  /**
   * @param file touched to ask for the time; it should be on the file system whose clock is meant.
   * @param own this process's clock, in milliseconds since 1970.
   * @param stat what the file system says of a file.
   */
  constructor(file, own, stat = (file2) => lstatSync(file2)) {
    this.file = file;
    this.own = own;
    this.stat = stat;
  }
  file;
  own;
  stat;
  /**
   * What a file that is changed now would be stamped with at the earliest, in milliseconds since 1970; never later than
   * this process's own time, which stands for it where the file cannot be touched.
   */
  now = () => {
    const ownMs = this.own();
    try {
      this.#touch();
      return Math.min(ownMs, this.stat(this.file)?.ctimeMs ?? ownMs);
    } catch {
      return ownMs;
    }
  };
  #touch() {
    const at = /* @__PURE__ */ new Date();
    try {
      utimesSync(this.file, at, at);
    } catch {
      mkdirSync(dirname(this.file), { recursive: true, mode: 448 });
      writeFileSync(this.file, "", { mode: 384 });
    }
  }
};

// import:node:crypto in run/effects/look.mjs
import { randomUUID } from "node:crypto";

// import:lib/zod.mjs in run/effects/look.mjs
import * as z from "../../lib/zod.mjs";

// import:graph.mjs in run/effects/look.mjs
import { ABSENT } from "../../graph.mjs";

// import:run/project.mjs in run/effects/look.mjs
import { sameOwner } from "../project.mjs";

// mcp-server/src/run/effects/look/last-look.ts
var ENDING = ".look";
var MAX_APPENDED_BYTES = 1024 * 1024;
var head = z.object({
  owner: z.object({ host: z.string(), pid: z.number(), startedAt: z.string() }),
  scopes: z.array(
    z.object({ attempt: z.number().transform((id) => id), writes: z.array(z.string()) })
  )
});
var line = z.tuple([z.string(), z.number(), z.number(), z.number(), z.boolean(), z.string().nullable()]);
var LastLook = class {
  constructor(folder, owner) {
    this.folder = folder;
    this.owner = owner;
    this.#path = join(folder, `${randomUUID()}${ENDING}`);
  }
  folder;
  owner;
  #path;
  /** Files of servers that this one follows. */
  #outdated = [];
  /** 0: the file is to be written whole. */
  #bytes = 0;
  #appendedBytes = 0;
  /**
   * The newest look of all other servers of the checkout, those that live among them: it is as true as any.
   * @returns with when a server before this one of the same session looked last; undefined: none of them did.
   */
  async earlier(isDead) {
    const found = [];
    for (const path of this.#otherFiles()) {
      const one = readFile(path);
      if (one) found.push({ path, ...one });
    }
    const outdated = [];
    for (const { path, owner } of found) {
      if (sameOwner(owner, this.owner) || await isDead(owner)) outdated.push(path);
    }
    this.#outdated = outdated;
    found.sort((a, b) => b.lookedMs - a.lookedMs);
    const [newest] = found;
    const predecessor = found.find(({ owner }) => sameOwner(owner, this.owner));
    const state = newest && stateIn(newest.text);
    return {
      ...state && { look: { ...state, lookedMs: newest.lookedMs } },
      ...predecessor && { predecessorMs: predecessor.lookedMs }
    };
  }
  /**
   * To be called after each look.
   * @param whole all that is known after it.
   * @param lookedMs when it began.
   */
  note(seen, whole, lookedMs) {
    try {
      if (seen.isOtherScope || this.#bytes === 0 || this.#appendedBytes > MAX_APPENDED_BYTES) {
        this.#writeWhole(seen.isIncomplete ? { scopes: [], files: [] } : whole());
      } else if (seen.changes.length > 0) {
        this.#append(
          seen.changes.map(({ path, after, times }) => lineOf({ path, content: after.id, times }))
        );
      }
      if (this.#bytes > 0) utimesSync(this.#path, lookedMs / 1e3, lookedMs / 1e3);
    } catch {
      this.#bytes = 0;
    }
  }
  /** To be called when files were read that no look had read: the time of the last look stays. */
  noteRead(state, lookedMs) {
    if (this.#bytes > 0) {
      this.note({ changes: [], isOtherScope: true, isIncomplete: false }, () => state, lookedMs);
    }
  }
  #writeWhole({ scopes, files }) {
    if (scopes.length === 0) {
      rmSync(this.#path, { force: true });
      this.#bytes = 0;
    } else {
      const { host, pid, startedAt } = this.owner;
      const first = `${JSON.stringify({ owner: { host, pid, startedAt }, scopes })}
`;
      const text = first + files.map(({ path, content, ...times }) => lineOf({ path, content, times })).join("");
      mkdirSync(this.folder, { recursive: true, mode: 448 });
      writeFileSync(`${this.#path}.new`, text, { mode: 384 });
      renameSync(`${this.#path}.new`, this.#path);
      this.#bytes = text.length;
    }
    this.#appendedBytes = 0;
    for (const path of this.#outdated) rmSync(path, { force: true });
    this.#outdated = [];
  }
  #append(lines) {
    const text = lines.join("");
    appendFileSync(this.#path, text);
    this.#appendedBytes += text.length;
  }
  #otherFiles() {
    try {
      const paths = readdirSync(this.folder).map((name) => join(this.folder, name));
      return paths.filter((path) => path.endsWith(ENDING) && path !== this.#path);
    } catch {
      return [];
    }
  }
};
function lineOf({
  path,
  content,
  times
}) {
  const { ino = 0, size = 0, ctimeMs = 0, isYoung = false } = times ?? {};
  return `${JSON.stringify([path, ino, size, ctimeMs, isYoung, content ?? null])}
`;
}
function readFile(path) {
  try {
    const lookedMs = statSync(path).mtimeMs - 1;
    const text = readFileSync(path, "utf8");
    const { data } = head.safeParse(JSON.parse(text.slice(0, text.indexOf("\n"))));
    return data && { lookedMs, owner: data.owner, text };
  } catch {
    return void 0;
  }
}
function stateIn(text) {
  try {
    const [first = "", ...lines] = text.split("\n").slice(0, -1);
    const files = /* @__PURE__ */ new Map();
    for (const one of lines) {
      const [path, ino, size, ctimeMs, isYoung, content] = line.parse(JSON.parse(one));
      if (content === ABSENT) files.delete(path);
      else files.set(path, { path, ino, size, ctimeMs, isYoung, content: content ?? void 0 });
    }
    return { scopes: head.parse(JSON.parse(first)).scopes, files: [...files.values()] };
  } catch {
    return void 0;
  }
}

// import:policy.mjs in run/effects/look.mjs
import { outlivedCalls } from "../../policy.mjs";

// mcp-server/src/run/effects/look/outlived-processes.ts
var OUTLIVED = "a process that an earlier call had started ran on after it";
var UNKNOWN = "which processes outlived their calls is not known on this system";
var OutlivedProcesses = class {
  /**
   * @param root the checkout's top level, a real path.
   * @param read all processes of the machine; throws where the system does not tell.
   */
  constructor(root, read) {
    this.root = root;
    this.read = read;
  }
  root;
  read;
  #found = /* @__PURE__ */ new Map();
  /**
   * @param ran the calls that may have written anyhow: what only they have started is no doubt.
   * @param hosts process ids of the checkout's sessions.
   * @param calls all calls that are known.
   */
  async look(ran, hosts, calls) {
    let living;
    try {
      living = (await this.read()).map((one) => ({ ...one, isInCheckout: this.#isInside(one.folder) }));
    } catch {
      return { doubts: [UNKNOWN], calls: [], isAnyLiving: true };
    }
    const known = { living, hosts, own: process.pid };
    const before = this.#found;
    this.#found = new Map(
      outlivedCalls(known, calls).map((one) => [`${one.process.pid} ${one.process.group}`, one.calls])
    );
    const ranIds = new Set(ran.map(({ id }) => id));
    const found = [...new Map([...before, ...this.#found]).values()];
    const others = found.filter((left2) => left2.length === 0 || left2.some(({ id }) => !ranIds.has(id)));
    const left = new Map(others.flat().map((call) => [call.id, call]));
    for (const id of ranIds) left.delete(id);
    const doubts = others.length > 0 ? [OUTLIVED] : [];
    return { doubts, calls: [...left.values()], isAnyLiving: this.#found.size > 0 };
  }
  #isInside(folder) {
    if (folder === void 0) return false;
    const path = relative(this.root, folder);
    return path === "" || !/^\.\.(?:[/\\]|$)|^[A-Za-z]:|^\//.test(path);
  }
};
export {
  FileSystemClock,
  LastLook,
  OutlivedProcesses
};
