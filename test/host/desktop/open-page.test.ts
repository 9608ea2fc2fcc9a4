import { describe, expect, it } from "vitest";
import { opener } from "../../../mcp-server/src/host/desktop/open-page.ts";

describe("the browser for a page", () => {
  it("is the desktop's, and none where there is no desktop or it is elsewhere", () => {
    expect(opener({ platform: "darwin", env: {} })).toEqual(["open"]);
    expect(opener({ platform: "linux", env: { DISPLAY: ":0" } })).toEqual(["xdg-open"]);
    expect(opener({ platform: "linux", env: { WAYLAND_DISPLAY: "wayland-0" } })).toEqual(["xdg-open"]);
    expect(opener({ platform: "linux", env: {} })).toBeUndefined();
    expect(opener({ platform: "darwin", env: { SSH_CONNECTION: "10.0.0.1 1 10.0.0.2 22" } })).toBeUndefined();
    expect(opener({ platform: "linux", env: { DISPLAY: ":0", CI: "true" } })).toBeUndefined();
  });
});
