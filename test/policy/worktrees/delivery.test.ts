import { describe, expect, it } from "vitest";
import { type FileVersion, sameVersion } from "../../../mcp-server/src/git/apply/tree-changes.ts";
import { type FileToDeliver, judgeDelivery } from "../../../mcp-server/src/policy/worktrees/delivery.ts";

const version = (object: string, mode = "100644"): FileVersion => ({ mode, object });
const [OLD, NEW, EARLIER, THEIRS] = ["old", "new", "earlier", "theirs"].map((name) => version(name)) as [
  FileVersion,
  FileVersion,
  FileVersion,
  FileVersion,
];

function file(path: string, fields: Partial<FileToDeliver> = {}): FileToDeliver {
  return {
    path,
    ...{ committed: OLD, wanted: NEW, own: [EARLIER], inWorkTree: OLD, inIndex: OLD, heldBy: undefined },
    ...fields,
  };
}

function judge(...files: FileToDeliver[]) {
  const verdict = judgeDelivery(files, (a, b) => sameVersion(a, b, true));
  return [verdict.kind, ...verdict.files.map((one) => ("why" in one ? `${one.path} ${one.why}` : one.path))];
}

describe("work goes into the checkout", () => {
  it("work goes into the checkout where its files are as committed, as it left them before, or as they are to be", () => {
    expect(
      judge(
        file("plain"),
        file("own", { inWorkTree: EARLIER }),
        file("there", { inWorkTree: NEW }),
        file("there and staged", { inWorkTree: NEW, inIndex: NEW }),
        file("added", { committed: "absent", inWorkTree: "absent", inIndex: "absent" }),
        file("removed", { wanted: "absent" }),
        file("removed before", { wanted: "absent", inWorkTree: "absent" }),
      ),
    ).toEqual(["write", "plain", "own", "added", "removed"]);
  });

  it("work goes into the checkout as a whole or not at all, and every file that is in the way is named", () => {
    expect(
      judge(
        file("plain"),
        file("changed", { inWorkTree: THEIRS }),
        file("removed", { inWorkTree: "absent" }),
        file("in the way", { committed: "absent", inWorkTree: THEIRS, inIndex: "absent" }),
        file("staged", { inIndex: THEIRS }),
        file("staged over what was delivered", { inWorkTree: NEW, inIndex: THEIRS }),
        file("held", { heldBy: "q/1" }),
        file("a folder", { inWorkTree: "elsewhere" }),
        file("left out", { inIndex: "elsewhere" }),
      ),
    ).toEqual([
      "refuse",
      "changed changed",
      "removed changed",
      "in the way changed",
      "staged staged",
      "staged over what was delivered staged",
      "held held",
      "a folder elsewhere",
      "left out elsewhere",
    ]);
  });

  it("work goes into the checkout beside a task that holds a file which is as it is to be already", () => {
    expect(judge(file("there", { inWorkTree: NEW, heldBy: "q/1" }), file("plain"))).toEqual([
      "write",
      "plain",
    ]);
  });

  it("work goes into the checkout with who may execute it, where the file system keeps that", () => {
    const [plain, executable] = [version("same"), version("same", "100755")];
    expect([sameVersion(plain, executable, true), sameVersion(plain, executable, false)]).toEqual([
      false,
      true,
    ]);
    expect(sameVersion(plain, version("same", "120000"), false)).toBe(false);
  });
});
