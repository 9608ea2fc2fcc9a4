import { expect, it } from "vitest";
import {
  fileName,
  transcriptPath,
  transcriptPathKey,
} from "../../../mcp-server/src/audit/conversation/transcript-path.ts";

it("a path is read as the system meant it that wrote it, wherever it is read", () => {
  const windows = transcriptPath("C:\\Users\\dev\\app", "") ?? "";
  expect(windows).toBe("C:/Users/dev/app");
  expect(transcriptPath("src\\page.ts", windows)).toBe("C:/Users/dev/app/src/page.ts");
  expect(transcriptPath("c:/Users/dev/app/src/../page.ts", windows)).toBe("C:/Users/dev/app/page.ts");
  expect(transcriptPath("/c/Users/dev/app/page.ts", windows)).toBe("C:/Users/dev/app/page.ts");
  expect(transcriptPath("\\\\server\\share\\page.ts", "")).toBe("//server/share/page.ts");
  expect(transcriptPath("src/../page.ts", "/home/dev/app")).toBe("/home/dev/app/page.ts");
  expect(transcriptPath("/home/dev/a\\b.ts", "/home/dev/app")).toBe("/home/dev/a\\b.ts");
});

it("Windows tells no upper from lower case, other systems do", () => {
  expect(transcriptPathKey("C:/App/Page.ts")).toBe(transcriptPathKey("C:/app/page.ts"));
  expect(transcriptPathKey("/app/Page.ts")).not.toBe(transcriptPathKey("/app/page.ts"));
});

it("what is no path leads nowhere", () => {
  expect(transcriptPath("", "/home")).toBeUndefined();
  expect(transcriptPath("a\0b", "/home")).toBeUndefined();
  expect(fileName("C:/app/page.ts")).toBe("page.ts");
});
