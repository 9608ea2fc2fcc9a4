import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AttemptId } from "../../../mcp-server/src/graph/attempt.ts";
import { ABSENT } from "../../../mcp-server/src/graph/effect.ts";
import { idOfBytes } from "../../../mcp-server/src/run/effects/file-content.ts";
import {
  HeldFiles,
  type HeldFilesOptions,
  type HeldScope,
} from "../../../mcp-server/src/run/effects/held-files.ts";
import { FileSystemClock } from "../../../mcp-server/src/run/effects/look/file-system-clock.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const id = (text: string) => idOfBytes(Buffer.from(text));

const scope = (attempt: number, ...writes: readonly string[]): HeldScope => {
  return { attempt: attempt as AttemptId, writes };
};

/** A checkout with these files, and what is held in it after the first look. */
async function checkout(
  files: Readonly<Record<string, string>>,
  held: readonly HeldScope[],
  options: HeldFilesOptions = {},
) {
  const root = temporaryFolder();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const clock = new FileSystemClock(join(temporaryFolder(), "clock"), Date.now, options.stat);
  const heldFiles = new HeldFiles(root, false, clock.now, options);
  const first = heldFiles.look(held);
  const read = new Map<string, string>();
  const readUnread = () =>
    heldFiles.readUnread(
      () => true,
      (path, _holder, content) => read.set(path, content.id),
    );
  await readUnread();
  const look = (now: readonly HeldScope[] = held) =>
    heldFiles.look(now).changes.map(({ path, holder, before, after }) => [path, holder, before, after.id]);
  return { root, write, first, look, read, readUnread, heldFiles, at: (path: string) => join(root, path) };
}

describe("looking at the files that claims hold", () => {
  it("what was changed, made and removed is told with its holder, what stood there and what stands there now", async () => {
    const { write, at, look, first } = await checkout(
      { "src/a.ts": "a", "src/deep/b.ts": "b", "doc/c.md": "c", "other/d.ts": "d" },
      [scope(1, "src/**"), scope(2, "doc/*.md", "new.txt")],
    );
    expect(first).toMatchObject({ changes: [], isIncomplete: false });
    expect(look()).toEqual([]);
    write("src/a.ts", "aa");
    write("src/new/deep/e.ts", "e");
    write("doc/f.md", "f");
    write("doc/f.txt", "nobody's");
    write("new.txt", "n");
    write("other/d.ts", "dd");
    rmSync(at("src/deep"), { recursive: true });
    expect(look().sort()).toEqual(
      [
        ["src/a.ts", 1, id("a"), id("aa")],
        ["src/new/deep/e.ts", 1, ABSENT, id("e")],
        ["src/deep/b.ts", 1, id("b"), ABSENT],
        ["doc/f.md", 2, ABSENT, id("f")],
        ["new.txt", 2, ABSENT, id("n")],
      ].sort(),
    );
    expect(look()).toEqual([]);
  });

  it.each([10, 100, 1_000, 2_000])(
    "a write right after a look is found where the file system's clock ticks every %i ms",
    async (tickMs) => {
      const coarse = (file: string) => {
        const info = lstatSync(file, { throwIfNoEntry: false });
        return info && Object.assign(info, { ctimeMs: Math.floor(info.ctimeMs / tickMs) * tickMs });
      };
      const { at, look } = await checkout({ "a.ts": "0000" }, [scope(1, "*.ts")], { stat: coarse });
      const rounds = Array.from({ length: 100 }, (_, round) => String(round + 1).padStart(4, "0"));
      const found = rounds.map((text) => {
        writeFileSync(at("a.ts"), text);
        writeFileSync(at(`${text}.ts`), "");
        return look().map(([path, , , after]) => [path, after]);
      });
      expect(found).toEqual(
        rounds.map((text) => [
          ["a.ts", id(text)],
          [`${text}.ts`, id("")],
        ]),
      );
    },
  );

  it("a file that is replaced by another one is found whatever its times say, and one that is only touched is not", async () => {
    const { write, at, look } = await checkout({ "src/a.ts": "a", "src/b.ts": "b" }, [scope(1, "src")]);
    write("elsewhere.ts", "A");
    const { atime, mtime } = statSync(at("src/a.ts"));
    utimesSync(at("elsewhere.ts"), atime, mtime);
    renameSync(at("elsewhere.ts"), at("src/a.ts"));
    utimesSync(at("src/b.ts"), new Date(), new Date());
    chmodSync(at("src/b.ts"), 0o600);
    linkSync(at("src/b.ts"), at("twin.ts"));
    expect(look()).toEqual([["src/a.ts", 1, id("a"), id("A")]]);
  });

  it("files of a claim that starts are taken as they are, and what changed before it in others is still told", async () => {
    const one = scope(1, "src/**");
    const two = scope(2, "doc/**");
    const { write, look } = await checkout({ "src/a.ts": "a", "doc/a.md": "a" }, [one]);
    write("src/b.ts", "b");
    write("doc/a.md", "b");
    expect(look([one, two])).toEqual([["src/b.ts", 1, ABSENT, id("b")]]);
    write("src/b.ts", "bb");
    write("doc/a.md", "bb");
    expect(look([one, two]).map(([path, holder, , after]) => [path, holder, after])).toEqual([
      ["doc/a.md", 2, id("bb")],
      ["src/b.ts", 1, id("bb")],
    ]);
    write("src/b.ts", "bbb");
    expect(look([two])).toEqual([["src/b.ts", 1, id("bb"), id("bbb")]]);
    write("src/b.ts", "bbbb");
    expect(look([two])).toEqual([]);
  });

  it("what was held from the beginning can be read behind a look, each file once", async () => {
    const { write, look, read, readUnread } = await checkout({ "src/a.ts": "a" }, [scope(1, "src/**")]);
    expect([...read]).toEqual([["src/a.ts", id("a")]]);
    read.clear();
    write("src/b.ts", "b");
    look();
    await readUnread();
    expect([...read]).toEqual([]);
  });

  it("a folder that becomes a file, and a file that becomes a folder, are told as what they were and are", async () => {
    const { write, at, look } = await checkout({ "src/x/a.ts": "a", "src/y": "y" }, [scope(1, "src/**")]);
    rmSync(at("src/x"), { recursive: true });
    rmSync(at("src/y"));
    write("src/x", "x");
    write("src/y/b.ts", "b");
    expect(look().sort()).toEqual(
      [
        ["src/x", 1, ABSENT, id("x")],
        ["src/x/a.ts", 1, id("a"), ABSENT],
        ["src/y", 1, id("y"), ABSENT],
        ["src/y/b.ts", 1, ABSENT, id("b")],
      ].sort(),
    );
    write("src/y/b.ts", "bb");
    expect(look()).toMatchObject([["src/y/b.ts", 1, id("b"), id("bb")]]);
  });

  it("a link is known by where it leads and is not followed", async () => {
    const { write, root, at, look } = await checkout({ "other/a.ts": "a", "src/b.ts": "b" }, [
      scope(1, "src/**"),
    ]);
    symlinkSync("../other", join(root, "src/link"));
    expect(look()).toEqual([["src/link", 1, ABSENT, "link:../other"]]);
    write("other/a.ts", "aa");
    expect(look()).toEqual([]);
    expect(readFileSync(at("src/link/a.ts"), "utf8")).toBe("aa");
  });

  it("git's own folder is never looked into, and installed packages only where a claim names them", async () => {
    const files = {
      ".git/HEAD": "",
      "node_modules/p/index.js": "",
      "src/node_modules/q.js": "",
      "src/a.ts": "",
    };
    const { write, look } = await checkout(files, [scope(1, "**"), scope(2, "src/node_modules/**")]);
    for (const path of Object.keys(files)) write(path, "changed");
    expect(look().map(([path]) => path)).toEqual(["src/a.ts", "src/node_modules/q.js"]);
  });

  it("beyond its limit a look leaves files out and says so", async () => {
    const files = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`src/${n}.ts`, ""]));
    const { first, heldFiles, read } = await checkout(files, [scope(1, "src/**")], { maxEntries: 20 });
    expect(first.isIncomplete).toBe(true);
    expect(read.size).toBeLessThan(20);
    expect(heldFiles.look([scope(1, "src/1.ts")]).isIncomplete).toBe(false);
  });
});
