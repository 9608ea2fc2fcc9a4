import { lstatSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileSystemClock } from "../../../../mcp-server/src/run/effects/look/file-system-clock.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

describe("the clock that stamps files", () => {
  it("it is asked by touching a file, which is made where it is not there", () => {
    const file = join(temporaryFolder(), "calls", "clock");
    const { now } = new FileSystemClock(file, Date.now);
    const fromMs = Date.now();
    const firstMs = now();
    expect(Math.abs(firstMs - fromMs)).toBeLessThan(2_000);
    expect(now()).toBeGreaterThanOrEqual(firstMs);
    rmSync(file);
    expect(now()).toBeGreaterThanOrEqual(firstMs);
    if (process.platform !== "win32") expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("a clock that stands still or is behind this process's is believed, and one that is ahead is not", () => {
    const file = join(temporaryFolder(), "clock");
    const stamped = (ctimeMs: number) => () => Object.assign(lstatSync(file), { ctimeMs });
    const ownMs = 1_000_000;
    expect(new FileSystemClock(file, () => ownMs, stamped(ownMs - 80)).now()).toBe(ownMs - 80);
    expect(new FileSystemClock(file, () => ownMs, stamped(ownMs + 80)).now()).toBe(ownMs);
  });

  it("where no file can be made this process's own time stands for it", () => {
    const inTheWay = join(temporaryFolder(), "file");
    writeFileSync(inTheWay, "");
    expect(new FileSystemClock(join(inTheWay, "clock"), () => 5).now()).toBe(5);
  });
});
