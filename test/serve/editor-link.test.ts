import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { editorLink, usualEditor } from "../../mcp-server/src/serve/editor-link.ts";
import { readPageFiles } from "../../mcp-server/src/serve/page-files.ts";
import { put } from "../support/checkout.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a link to a changed file", () => {
  it("opens it in the editor that was named, whatever letters its name has", () => {
    const root = temporaryFolder();
    put(root, { "src/a b#?.ts": "" });
    const link = (editor: "vscode" | "cursor" | "idea" | "none") => editorLink(editor, root, "src/a b#?.ts");
    expect(link("vscode")).toBe(`vscode://file${root}/src/a%20b%23%3F.ts`);
    expect(link("cursor")).toBe(`cursor://file${root}/src/a%20b%23%3F.ts`);
    expect(link("idea")).toBe(`idea://open?file=${encodeURIComponent(join(root, "src/a b#?.ts"))}`);
    expect(link("none")).toBeUndefined();
  });

  it("is there for files of the checkout only", () => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "secret"), "");
    const root = temporaryFolder();
    mkdirSync(join(root, "src"));
    symlinkSync(outside, join(root, "out"));
    for (const path of [
      "gone.ts",
      "out/secret",
      `../${outside.split("/").at(-1)}/secret`,
      join(outside, "secret"),
    ])
      expect(editorLink("vscode", root, path), path).toBeUndefined();
  });

  it("is left out over SSH, where the browser is on another machine", () => {
    expect([usualEditor({}), usualEditor({ SSH_CONNECTION: "1 2 3 4" })]).toEqual(["vscode", "none"]);
  });
});

it("a page that was not built is named, with what helps", () => {
  expect(() => readPageFiles(join(temporaryFolder(), "page"))).toThrow(
    expect.objectContaining({
      name: "CallerError",
      message: expect.stringMatching(/^The page cannot be read: .*index\.html \(ENOENT\)\.$/),
      remedy: expect.stringContaining("npm run build"),
    }),
  );
});
