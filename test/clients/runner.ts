import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../plugin/checkout.ts";
import { graphOf, logOf } from "../support/graph-file.ts";
import { CLIENTS } from "./clients.ts";
import { installed } from "./installation.ts";
import { ScriptedEndpoint } from "./scripted-endpoint.ts";
import { FINISHED, nextAgentTurn } from "./worker.ts";

const KEY = "dummy-key";
const MODEL = "scripted";
const TELLS_NO_TOKENS = new Set(["copilot"]);
const LIMIT_MS = 300_000;
/** Gemini CLI takes no settings from below a folder that everybody may write to. */
const PRIVATE = join(CHECKOUT, "node_modules", ".cache");

/** What a user has set up of a client before `parallel run` starts it: its account and its model, and no server. */
interface OwnSettings {
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

const SETTINGS: Readonly<Record<string, (endpoint: string) => OwnSettings>> = {
  codex: (endpoint) => ({
    files: {
      ".codex/config.toml": `model = "${MODEL}"
model_provider = "loopback"
[model_providers.loopback]
name = "loopback"
base_url = "${endpoint}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`,
    },
    environment: { OPENAI_API_KEY: KEY },
  }),
  gemini: (endpoint) => ({
    files: { ".gemini/settings.json": geminiSettings("gemini-api-key") },
    environment: { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: endpoint },
  }),
  qwen: (endpoint) => ({
    files: { ".qwen/settings.json": geminiSettings("openai") },
    environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${endpoint}/v1`, OPENAI_MODEL: MODEL },
  }),
  opencode: (endpoint) => ({
    files: {
      ".config/opencode/opencode.json": JSON.stringify({
        $schema: "https://opencode.ai/config.json",
        model: `loopback/${MODEL}`,
        provider: {
          loopback: {
            npm: "@ai-sdk/openai-compatible",
            options: { baseURL: `${endpoint}/v1`, apiKey: KEY },
            models: { [MODEL]: { name: MODEL } },
          },
        },
      }),
    },
    environment: { OPENCODE_DISABLE_MODELS_FETCH: "1" },
  }),
  copilot: (endpoint) => ({
    files: {},
    environment: {
      COPILOT_OFFLINE: "true",
      COPILOT_PROVIDER_BASE_URL: `${endpoint}/v1`,
      COPILOT_PROVIDER_API_KEY: KEY,
      COPILOT_MODEL: MODEL,
    },
  }),
};

function geminiSettings(selectedType: string): string {
  return JSON.stringify({
    security: { auth: { selectedType } },
    general: { enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    // Else it brings the file up to date.
    ...(selectedType === "openai" && { $version: 4 }),
    ...(selectedType === "gemini-api-key" && { model: { name: "gemini-2.5-flash" } }),
  });
}

const TASKS = [
  { id: "a", subject: "Write a", description: "Write the file.", writes: ["out/a.txt"] },
  { id: "b", subject: "Write b", description: "Write the file.", writes: ["out/b.txt"] },
  {
    id: "c",
    subject: "Write c",
    description: "Write the file.",
    writes: ["out/c.txt"],
    dependencies: ["a", "b"],
  },
];

const only = process.env.PARALLEL_TEST_CLIENT_NAMES?.split(",");
const names = Object.keys(SETTINGS).filter((name) => only?.includes(name) ?? true);

describe.each(names)("parallel run with %s", (name) => {
  it(
    `parallel run with ${name} completes a plan of three tasks, with the user's own settings and no file of his touched`,
    async () => {
      mkdirSync(PRIVATE, { recursive: true });
      const outer = realpathSync(mkdtempSync(join(PRIVATE, "parallel-runner-")));
      const [project, home] = [join(outer, "project"), join(outer, "home")];
      const said: string[] = [];
      const endpoint = new ScriptedEndpoint(async (_, shown) => {
        const turn = nextAgentTurn(shown, name);
        if ("say" in turn) said.push(turn.say);
        return turn;
      });
      try {
        const client = CLIENTS.find((one) => one.name === name);
        if (!client) throw new Error(`there is no client ${name}`);
        const folder = await installed(name, client.package);
        const node22 = client.needsNode22
          ? [join(await installed("node22", "node@22"), "node_modules", ".bin")]
          : [];
        const own = SETTINGS[name]?.(`${await endpoint.listen()}/${name}`);
        const files = {
          ...Object.fromEntries(
            Object.entries(own?.files ?? {}).map(([path, text]) => [join(home, path), text]),
          ),
          [join(project, "specs/p/03-tasks.json")]: JSON.stringify({ title: "Three", tasks: TASKS }),
        };
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, text);
        }
        mkdirSync(home, { recursive: true });
        const env = {
          PATH: [join(folder, "node_modules", ".bin"), ...node22, process.env.PATH].join(delimiter),
          HOME: home,
          LANG: "C.UTF-8",
          PARALLEL_REVIEW: "off",
          ...own?.environment,
        };
        const git = (...parameters: string[]) =>
          execa("git", ["-c", "user.name=T", "-c", "user.email=t@example.org", ...parameters], {
            cwd: project,
          });
        await git("init", "--quiet");
        await git("add", "--all");
        await git("commit", "--quiet", "--message", "Start");
        const parameters = [
          join(CHECKOUT, "bin", "parallel"),
          "run",
          "p",
          "--agents",
          `${name}=2`,
          "--yes",
          "--json",
        ];
        const ran = await execa(process.execPath, parameters, {
          ...{ cwd: project, env, extendEnv: false, all: true, reject: false, stdin: "ignore" },
        });
        expect(ran.exitCode, `${ran.all}\n${said.join("\n")}`).toBe(0);
        expect(said.filter((text) => text !== FINISHED)).toEqual([]);
        for (const { id } of TASKS) {
          const { stdout } = await git("show", `parallel/p:out/${id}.txt`);
          expect(stdout).toBe(`${name} p/${id}`);
        }
        const log = logOf(graphOf(project));
        expect(log.filter(({ type }) => type === "attempt.ended").map(({ data }) => data.outcome)).toEqual(
          Array(3).fill("completed"),
        );
        const measured = log.filter(({ type }) => type === "attempt.measured");
        expect(measured).toHaveLength(TELLS_NO_TOKENS.has(name) ? 0 : 3);
        for (const [path, text] of Object.entries(own?.files ?? {}))
          expect(readFileSync(join(home, path), "utf8")).toBe(text);
        expect((await git("status", "--porcelain")).stdout).toBe(
          "?? specs/p/03-tasks.md\n?? specs/p/04-implementation.md",
        );
        expect(readdirSync(join(home, ".local/state/parallel/agents"))).toEqual([]);
      } finally {
        await endpoint.close();
        if (process.env.PARALLEL_TEST_KEEP) console.log(`kept: ${outer}`);
        else rmSync(outer, { recursive: true, force: true, maxRetries: 5 });
      }
    },
    LIMIT_MS,
  );
});
