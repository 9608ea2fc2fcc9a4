import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { ACTIONS } from "../../mcp-server/src/live/snapshot.ts";
import { Access } from "../../mcp-server/src/serve/access.ts";
import { contextOf } from "../live/graph-context.ts";
import { task } from "../support/checkout.ts";
import { HOSTILE_TEXTS, UNSEEN } from "../support/hostile-texts.ts";
import { planOf } from "../support/plan-of.ts";
import { type Asked, ServedPage } from "./served-page.ts";

const READS = [
  "/api/plans",
  "/api/plans/p",
  "/api/plans/p/events",
  "/api/plans/p/history",
  "/api/plans/p/clashes",
  "/api/plans/p/tasks/1",
];
const ASSETS = ["/", "/page.js", "/page.css"];
const PAUSE = { do: "pause", seq: 0 };

async function served() {
  const plan = await planOf([task("1"), task("2", { dependencies: ["1"] })]);
  const context = await contextOf(plan.folder);
  const page = await ServedPage.open([context]);
  const isPaused = async () => (await page.json<{ status: string }>("/api/plans/p")).status === "paused";
  return { ...plan, context, page, isPaused };
}

describe("what another site makes a browser send", () => {
  const sites: readonly [string, Asked["headers"]][] = [
    ["fetch", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", Origin: "http://evil.test" }],
    ["fetch without cors", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" }],
    ["an event source", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "empty", Origin: "null" }],
    ["a script", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script" }],
    ["an image", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" }],
    [
      "a page of another port of this machine",
      { "Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", Origin: "http://127.0.0.1:1" },
    ],
    ["a browser of before Sec-Fetch-Site", { Origin: "http://evil.test" }],
    ["a frame of another scheme", { Origin: "https://127.0.0.1" }],
  ];

  it("is refused, also with the token, whatever it asks for", async () => {
    const { page, isPaused } = await served();
    const bearer = { Authorization: `Bearer ${page.token}` };
    for (const [name, headers = {}] of sites) {
      for (const target of [...READS, ...ASSETS.slice(1)]) {
        const { status, headers: answered } = await page.ask(target, {
          bare: true,
          headers: { ...headers, ...bearer },
        });
        expect([name, target, status]).toEqual([name, target, 403]);
        expect(Object.keys(answered).filter((name) => name.startsWith("access-control"))).toEqual([]);
      }
      const post = {
        bare: true,
        body: PAUSE,
        headers: { ...headers, ...bearer, "Content-Type": "application/json" },
      };
      expect((await page.ask("/api/plans/p/act", post)).status).toBe(403);
    }
    expect(await isPaused()).toBe(false);
  });

  it("a form of another site cannot post: its content is no JSON", async () => {
    const { page, isPaused } = await served();
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ]) {
      const { status } = await page.ask("/api/plans/p/act", {
        body: PAUSE,
        headers: { "Content-Type": type },
      });
      expect(status).toBe(415);
    }
    expect(await isPaused()).toBe(false);
  });

  it("nobody is asked before a request: there is no answer to OPTIONS, nor to any method but two", async () => {
    const { page } = await served();
    for (const method of ["OPTIONS", "PUT", "DELETE", "PATCH", "HEAD", "TRACE"])
      expect((await page.ask("/api/plans/p/act", { method })).status).toBe(405);
    expect((await page.ask("/api/plans/p/act")).status).toBe(405);
    expect((await page.ask("/api/plans", { body: {} })).status).toBe(405);
    expect((await page.ask("/", { body: {} })).status).toBe(405);
  });

  it("opening the page itself is allowed, from a file or a link, and framing it is not", async () => {
    const { page } = await served();
    const opened = {
      "Sec-Fetch-Site": "cross-site",
      "Sec-Fetch-Mode": "navigate",
      "Sec-Fetch-Dest": "document",
    };
    expect((await page.ask("/", { bare: true, headers: opened })).status).toBe(200);
    expect((await page.ask("/", { bare: true, headers: { "Sec-Fetch-Site": "none" } })).status).toBe(200);
    const framed = { ...opened, "Sec-Fetch-Dest": "iframe" };
    expect((await page.ask("/", { bare: true, headers: framed })).status).toBe(403);
  });
});

describe("a name that somebody has made mean this machine", () => {
  const names = [
    "evil.test",
    "127.0.0.1.evil.test",
    "localhost.evil.test",
    "evil.test@127.0.0.1",
    "127.0.0.2",
    "[::2]",
    "0.0.0.0",
    "127.0.0.1:80:80",
  ];

  it("is refused as host, for whatever is asked", async () => {
    const { page } = await served();
    for (const host of names) {
      for (const target of [...ASSETS, ...READS]) {
        const { status } = await page.ask(target, { headers: { Host: host } });
        expect([host, target, status]).toEqual([host, target, 403]);
      }
    }
  });

  it("the names of loopback are answered with any port, as a forwarded connection has another", async () => {
    const { page } = await served();
    for (const host of ["localhost:1234", "127.0.0.1", "[::1]:80", "LOCALHOST"])
      expect((await page.ask("/api/plans", { headers: { Host: host } })).status).toBe(200);
  });

  it("a further name is answered only where the user has allowed it", async () => {
    const { context } = await served();
    const page = await ServedPage.open([context], { allowedHosts: new Set(["tunnel.example"]) });
    expect((await page.ask("/api/plans", { headers: { Host: "tunnel.example" } })).status).toBe(200);
    expect((await page.ask("/api/plans", { headers: { Host: "x.tunnel.example" } })).status).toBe(403);
  });

  it("two hosts in one request are none", async () => {
    const { page } = await served();
    const answer = await raw(
      page.port,
      `GET /api/plans HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.test\r\nAuthorization: Bearer ${page.token}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain('"plans"');
  });
});

describe("another user of the machine", () => {
  it("gets nothing without a token: neither plans nor actions", async () => {
    const { page, isPaused } = await served();
    const { token } = page;
    for (const Authorization of [
      "",
      "Bearer ",
      "Bearer x",
      `Basic ${token}`,
      `Bearer ${token}x`,
      `bearer ${token}`,
      token,
    ]) {
      for (const target of READS)
        expect((await page.ask(target, { bare: true, headers: { Authorization } })).status).toBe(401);
      const { status } = await page.ask("/api/plans/p/act", { body: PAUSE, headers: { Authorization } });
      expect(status).toBe(401);
    }
    expect((await page.ask(`/api/plans?token=${token}`, { bare: true })).status).toBe(401);
    expect((await page.ask("/api/plans", { bare: true, headers: { Cookie: `token=${token}` } })).status).toBe(
      401,
    );
    expect(await isPaused()).toBe(false);
  });

  it("finds no secret in what the page is made of, and no cookie", async () => {
    const { page } = await served();
    for (const target of ASSETS) {
      const { text, headers } = await page.ask(target, { bare: true });
      expect(text).not.toContain(page.token);
      expect(headers["set-cookie"]).toBeUndefined();
    }
  });

  it("cannot use a link that was used, nor a code of before", async () => {
    const { page } = await served();
    const code = page.code();
    const exchange = (given: string) => page.ask("/api/session", { body: { code: given } });
    expect((await exchange(code)).status).toBe(200);
    expect((await exchange(code)).status).toBe(401);
    expect((await exchange("AAAAAAAAAAAAAAAAAAAAAA")).status).toBe(401);
    let now = 0;
    const access = new Access(() => now, randomBytes);
    const [old, older] = [access.newCode(), access.newCode()];
    now = 2 * 60_000;
    expect(access.exchange(old)).toBeDefined();
    now += 1;
    expect(access.exchange(older)).toBeUndefined();
  });

  it("cannot try codes for long: after fifty wrong ones those that are out are void", async () => {
    const { page } = await served();
    const code = page.code();
    for (let i = 0; i < 50; i += 1) await page.ask("/api/session", { body: { code: `wrong-${i}` } });
    expect((await page.ask("/api/session", { body: { code } })).status).toBe(401);
    expect((await page.ask("/api/session", { body: { code: page.code() } })).status).toBe(200);
  });

  it("reaches it on loopback alone", async () => {
    const { page } = await served();
    const { networkInterfaces } = await import("node:os");
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const outer = addresses.find(({ internal, family }) => !internal && family === "IPv4");
    if (outer === undefined) return;
    await expect(raw(page.port, "GET / HTTP/1.0\r\n\r\n", outer.address)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe("a path", () => {
  const paths = [
    "/../../../etc/passwd",
    "/..%2f..%2fetc/passwd",
    "/page.js/../../package.json",
    "/page.js?raw",
    "/page.js%00",
    "/page.js#x",
    "//etc/passwd",
    "/./page.js",
    "/index.html",
    "/\\..\\page.js",
    "/@fs/etc/passwd",
    "/api/plans/p/tasks/..%2f..%2f1",
    "/api/plans/..%2fp",
    "/api/plans/p/tasks/%E0%A4%A",
    "/api/plans/9~p",
    "/api/plans/p%00",
    "/api//plans",
    "/api/plans/",
    "/api/session/x",
  ];

  it("leads to none of the files, however it is written", async () => {
    const { page } = await served();
    for (const target of paths) {
      const { status, text } = await page.ask(target);
      expect([target, status]).toEqual([target, 404]);
      expect(text).not.toMatch(/root:|void 0/);
    }
  });

  it("is a path, and no address of another server", async () => {
    const { page } = await served();
    const head = `Host: 127.0.0.1\r\nAuthorization: Bearer ${page.token}\r\nConnection: close\r\n\r\n`;
    for (const target of [`http://127.0.0.1:${page.port}/api/plans`, "*", "evil.test:80"])
      expect(await raw(page.port, `GET ${target} HTTP/1.1\r\n${head}`)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});

describe("each answer", () => {
  it("runs no text as code, stands in no frame, is kept by nobody, and says nothing to others", async () => {
    const { page } = await served();
    for (const target of [...ASSETS, "/api/plans", "/api/plans/none", "/nothing"]) {
      const { headers } = await page.ask(target);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("trusted-types 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
      });
    }
  });
});

describe("a body", () => {
  it("that is too long, no JSON, or no action changes nothing and stops nothing", async () => {
    const { page, isPaused } = await served();
    const act = (body: unknown) => page.ask("/api/plans/p/act", { body });
    expect((await act("x".repeat(20_000))).status).toBe(400);
    for (const body of [
      "{",
      "[]",
      { ...PAUSE, more: 1 },
      { do: "run", seq: 0 },
      { do: "pause" },
      { do: "__proto__", seq: 0 },
    ])
      expect((await act(body)).status).toBe(400);
    for (const name of ACTIONS.filter((one) => !["pause", "resume", "stop"].includes(one)))
      expect((await act({ do: name, seq: 0 })).status).toBeGreaterThanOrEqual(400);
    expect(await isPaused()).toBe(false);
  });

  it("that only a page of --read-only sends is refused", async () => {
    const { context } = await served();
    const page = await ServedPage.open([context], { readOnly: true });
    const { status, text } = await page.ask("/api/plans/p/act", { body: PAUSE });
    expect([status, text]).toEqual([409, expect.stringContaining("only shows")]);
  });
});

describe("text of tasks", () => {
  it("is told without what nobody sees, and without what obeys a terminal, in every field", async () => {
    const tasks = Object.values(HOSTILE_TEXTS).map((text, i) =>
      task(`h${i}`, {
        subject: text.slice(0, 2_000),
        description: text.slice(0, 20_000),
        phaseName: text.slice(0, 200),
        acceptance: [{ criterion: text.slice(0, 500) }],
      }),
    );
    const plan = await planOf(tasks);
    const page = await ServedPage.open([await contextOf(plan.folder)]);
    const texts = [
      await page.json("/api/plans/p"),
      await page.json("/api/plans/p/history"),
      ...(await Promise.all(tasks.map(({ id }) => page.json(`/api/plans/p/tasks/${id}`)))),
    ];
    for (const text of texts.flatMap(stringsIn)) expect(text).not.toMatch(UNSEEN);
  });
});

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** What the server answers to these bytes. */
function raw(port: number, bytes: string, host = "127.0.0.1"): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.write(bytes));
    let answer = "";
    socket.on("data", (data) => {
      answer += data.toString("utf8");
    });
    socket.once("error", reject);
    socket.once("close", () => resolve(answer));
  });
}
