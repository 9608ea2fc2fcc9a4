import { describe, expect, it } from "vitest";
import { notificationCall, showOnDesktop } from "../../../mcp-server/src/host/desktop/notification.ts";

const TITLE = "orders needs you";
const TEXT = `"; rm -rf ~; $(id) & <b>`;

describe("a notification on the desktop", () => {
  it("a notification on macOS is arguments of a script that never changes", () => {
    const { program, parameters } = notificationCall(TITLE, TEXT, "darwin");
    expect([program, parameters.slice(-2)]).toEqual(["osascript", [TITLE, TEXT]]);
    expect(parameters.slice(0, -2)).toEqual(notificationCall("x", "y", "darwin").parameters.slice(0, -2));
  });

  it("a notification on Windows is in the environment of a script that never changes", () => {
    const { program, parameters, env } = notificationCall(TITLE, TEXT, "win32");
    expect([program, env]).toEqual(["powershell.exe", { NOTICE_TITLE: TITLE, NOTICE_TEXT: TEXT }]);
    expect(parameters).toEqual(notificationCall("x", "y", "win32").parameters);
  });

  it("a notification elsewhere is arguments behind all options, and no markup", () => {
    const { program, parameters } = notificationCall(TITLE, TEXT, "linux");
    expect([program, parameters]).toEqual([
      "notify-send",
      ["--app-name=Parallel", "--", TITLE, `"; rm -rf ~; $(id) &amp; &lt;b&gt;`],
    ]);
  });

  it("a notification on a machine that has no program for it is not shown, which is said", async () => {
    const { signal } = new AbortController();
    expect(await showOnDesktop(TITLE, TEXT, signal, { PATH: "relative:/nowhere" })).toMatch(
      /^there is no \S+ on this machine$/,
    );
  });
});
