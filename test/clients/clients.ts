import { documented, documentedCommand } from "./documented.ts";

/** What a run of a client starts from. */
export interface Setting {
  readonly home: string;
  readonly project: string;
  /** Where its scripted model listens, without a path. */
  readonly endpoint: string;
  readonly prompt: string;
}

interface Prepared {
  /** By path relative to the home (`~/`) or to the project (`./`). */
  readonly files: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Commands to run once before. */
  readonly before?: readonly (readonly string[])[];
  /** Its first word is a program of the package. */
  readonly command: readonly string[];
}

export interface Client {
  readonly name: string;
  /** Its package on npm, in the version that docs/clients.md names. */
  readonly package: string;
  /** Whether it needs a newer Node than the server. */
  readonly needsNode22?: boolean;
  readonly prepare: (setting: Setting) => Prepared;
}

const KEY = "dummy-key";
const MODEL = "scripted";
const GEMINI_MODEL = "gemini-2.5-flash";

/** Each as docs/clients.md says; what it does not say is where the model is. */
export const CLIENTS: readonly Client[] = [
  {
    name: "codex",
    package: "@openai/codex@0.171.0",
    prepare: ({ endpoint, prompt }) => ({
      files: {
        "~/.codex/config.toml": `model = "${MODEL}"
model_provider = "loopback"

${documented("Codex", "toml")}
[model_providers.loopback]
name = "loopback"
base_url = "${endpoint}/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
`,
      },
      environment: { OPENAI_API_KEY: KEY },
      command: documentedCommand("Codex", prompt),
    }),
  },
  {
    name: "gemini",
    package: "@google/gemini-cli@0.61.0",
    prepare: ({ endpoint, prompt }) => ({
      files: {
        "~/.gemini/settings.json": merged(documented("Gemini CLI", "json"), {
          security: { auth: { selectedType: "gemini-api-key" } },
          general: { enableAutoUpdate: false },
          privacy: { usageStatisticsEnabled: false },
          model: { name: GEMINI_MODEL },
        }),
      },
      environment: { GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: endpoint },
      command: documentedCommand("Gemini CLI", prompt),
    }),
  },
  {
    name: "qwen",
    package: "@qwen-code/qwen-code@0.24.4",
    needsNode22: true,
    prepare: ({ endpoint, prompt }) => ({
      files: {
        "~/.qwen/settings.json": merged(documented("Gemini CLI", "json"), {
          security: { auth: { selectedType: "openai" } },
          general: { enableAutoUpdate: false },
          privacy: { usageStatisticsEnabled: false },
        }),
      },
      environment: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${endpoint}/v1`, OPENAI_MODEL: MODEL },
      command: documentedCommand("Qwen Code", prompt),
    }),
  },
  {
    name: "opencode",
    package: "opencode-ai@1.18.33",
    prepare: ({ endpoint, prompt }) => ({
      files: {
        "./opencode.json": merged(documented("opencode", "json"), {
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
      environment: { OPENCODE_DISABLE_AUTOUPDATE: "1", OPENCODE_DISABLE_MODELS_FETCH: "1" },
      command: documentedCommand("opencode", prompt),
    }),
  },
  {
    name: "copilot",
    package: "@github/copilot@1.0.102",
    prepare: ({ endpoint, prompt }) => ({
      files: { "./parallel.json": documented("GitHub Copilot CLI", "json") },
      environment: {
        COPILOT_OFFLINE: "true",
        COPILOT_PROVIDER_BASE_URL: `${endpoint}/v1`,
        COPILOT_PROVIDER_API_KEY: KEY,
        COPILOT_MODEL: MODEL,
      },
      command: documentedCommand("GitHub Copilot CLI", prompt),
    }),
  },
  {
    name: "cline",
    package: "cline@3.0.65",
    prepare: ({ endpoint, prompt }) => ({
      files: {},
      before: [
        ["cline", "auth", "-p", "openai-compatible", "-k", KEY, "-m", MODEL, "-b", `${endpoint}/v1`],
        documentedCommand("Cline", prompt),
      ],
      command: documentedCommand("Cline", prompt, 1),
    }),
  },
  {
    name: "kimi",
    package: "@moonshot-ai/kimi-code@2.1.0",
    needsNode22: true,
    prepare: ({ endpoint, prompt }) => ({
      files: { "~/.kimi-code/mcp.json": documented("Kimi Code", "json") },
      environment: {
        KIMI_CODE_NO_AUTO_UPDATE: "1",
        KIMI_MODEL_NAME: MODEL,
        KIMI_MODEL_API_KEY: KEY,
        KIMI_MODEL_PROVIDER_TYPE: "openai",
        KIMI_MODEL_BASE_URL: `${endpoint}/v1`,
      },
      command: documentedCommand("Kimi Code", prompt),
    }),
  },
  {
    name: "continue",
    package: "@continuedev/cli@1.5.47",
    prepare: ({ endpoint, prompt }) => ({
      files: {
        "./config.yaml": `name: loopback
version: 1.0.0
schema: v1
models:
  - name: ${MODEL}
    provider: openai
    model: ${MODEL}
    apiKey: ${KEY}
    apiBase: ${endpoint}/v1
    capabilities:
      - tool_use
${documented("Continue CLI", "yaml")}`,
      },
      command: documentedCommand("Continue CLI", prompt),
    }),
  },
  {
    name: "agent-sdk",
    package: "@anthropic-ai/claude-agent-sdk@0.3.332",
    prepare: ({ endpoint, prompt }) => ({
      files: {
        "./run.mjs": `import { query } from "@anthropic-ai/claude-agent-sdk";
const all = ${documented("Claude Agent SDK", "js").split("\n\n").at(-1)?.trim().replace("…", prompt)}
for await (const message of all) console.log(JSON.stringify(message));
`,
      },
      environment: {
        ANTHROPIC_API_KEY: KEY,
        ANTHROPIC_BASE_URL: endpoint,
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        DISABLE_AUTOUPDATER: "1",
      },
      command: ["node", "run.mjs"],
    }),
  },
];

/** A documented JSON file with further fields in it. */
function merged(text: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...(JSON.parse(text) as object), ...fields }, null, 2);
}
