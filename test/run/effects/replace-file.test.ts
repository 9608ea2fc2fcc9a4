import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ABSENT } from "../../../mcp-server/src/graph/effect.ts";
import { idOfBytes } from "../../../mcp-server/src/run/effects/file-content.ts";
import { replaceFile } from "../../../mcp-server/src/run/effects/replace-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const bytes = Buffer.from("new\n");
const id = (text: string) => idOfBytes(Buffer.from(text));

function folderWithFile() {
  const root = temporaryFolder();
  mkdirSync(join(root, "src"));
  writeFileSync(join(root, "src/a.sh"), "old\n");
  return { root, read: (path: string) => readFileSync(join(root, path), "utf8") };
}

describe("replacing what stands in a file", () => {
  it("replacing what stands in a file keeps its mode and leaves nothing beside it", () => {
    const { root, read } = folderWithFile();
    chmodSync(join(root, "src/a.sh"), 0o750);
    expect(replaceFile(root, { path: "src/a.sh", expected: id("old\n"), bytes })).toEqual({
      kind: "replaced",
    });
    expect(read("src/a.sh")).toBe("new\n");
    expect(statSync(join(root, "src/a.sh")).mode & 0o777).toBe(0o750);
    expect(readdirSync(join(root, "src"))).toEqual(["a.sh"]);
  });

  it("replacing what stands in a file is refused where something else stands there", () => {
    const { root, read } = folderWithFile();
    for (const expected of [id("other\n"), ABSENT])
      expect(replaceFile(root, { path: "src/a.sh", expected, bytes })).toEqual({ kind: "changed" });
    expect(read("src/a.sh")).toBe("old\n");
    expect(replaceFile(root, { path: "src/b.sh", expected: id("old\n"), bytes })).toEqual({
      kind: "changed",
    });
    expect(readdirSync(join(root, "src"))).toEqual(["a.sh"]);
  });

  it("a file that is gone is there again, with its folders", () => {
    const { root, read } = folderWithFile();
    const gone = { path: "x/y/b.sh", expected: ABSENT, bytes, mode: 0o755 };
    expect(replaceFile(root, gone)).toEqual({ kind: "replaced" });
    expect([read("x/y/b.sh"), statSync(join(root, "x/y/b.sh")).mode & 0o777]).toEqual(["new\n", 0o755]);
  });

  it("nothing is written through a link, into git's folder or out of the checkout", () => {
    const { root, read } = folderWithFile();
    const outside = folderWithFile();
    symlinkSync(join(outside.root, "src"), join(root, "linked"));
    symlinkSync(join(root, "src/a.sh"), join(root, "link.sh"));
    mkdirSync(join(root, ".git"));
    const paths = ["linked/a.sh", "link.sh", ".git/config", "sub/.GIT/hooks/x", "../a.sh", "/a.sh", "src"];
    for (const path of paths) {
      for (const expected of [id("old\n"), ABSENT])
        expect([path, replaceFile(root, { path, expected, bytes }).kind]).toEqual([path, "elsewhere"]);
    }
    expect([read("src/a.sh"), outside.read("src/a.sh")]).toEqual(["old\n", "old\n"]);
    expect(readdirSync(join(root, ".git"))).toEqual([]);
  });
});
