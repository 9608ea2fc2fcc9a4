import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { execa } from "execa";
import { CHECKOUT } from "../plugin/checkout.ts";
import { CLIENTS } from "./clients.ts";
import { installed } from "./installation.ts";
import { ScriptedEndpoint } from "./scripted-endpoint.ts";
import type { Request, Turn } from "./wires.ts";

const KEY = "dummy-key";
const MODEL = "scripted";
/** Gemini CLI takes no settings from below a folder that everybody may write to. */
const PRIVATE = join(CHECKOUT, "node_modules", ".cache");

/** What a user has set up of a client before `parallel run` starts it: its account and its model, and no server. */
interface OwnSettings {
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** @param endpoint where its model is. */
export function codexSettings(endpoint: string): OwnSettings {
  return {
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
  };
}

/** By the name that `--agents` has for them. */
export const SETTINGS: Readonly<Record<string, (endpoint: string) => OwnSettings>> = {
  codex: codexSettings,
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

/** A project, a user's home with a client that he has set up, and the client's model on loopback. */
export class RunnerPlace {
  readonly project: string;
  readonly home: string;
  /** What the models have said beside their calls. */
  readonly said: string[] = [];
  #own: OwnSettings = { files: {}, environment: {} };
  #path = "";

  private constructor(
    private readonly outer: string,
    private readonly name: string,
    private readonly endpoint: ScriptedEndpoint,
  ) {
    this.project = join(outer, "project");
    this.home = join(outer, "home");
  }

  /**
   * @param files of the project, by their path in it; they are committed.
   * @param next decides on the turns of the client's models; it may take its time.
   */
  static async make(
    name: string,
    files: Readonly<Record<string, string>>,
    next: (shown: Request) => Turn | Promise<Turn>,
  ): Promise<RunnerPlace> {
    mkdirSync(PRIVATE, { recursive: true });
    const outer = realpathSync(mkdtempSync(join(PRIVATE, "parallel-runner-")));
    const endpoint = new ScriptedEndpoint(async (_, shown) => {
      const turn = await next(shown);
      if ("say" in turn) place.said.push(turn.say);
      return turn;
    });
    const place = new RunnerPlace(outer, name, endpoint);
    await place.#furnish(files).catch(async (error) => {
      await place.close();
      throw error;
    });
    return place;
  }

  /** What the user has written himself, by its path in his home. */
  get ownFiles(): Readonly<Record<string, string>> {
    return this.#own.files;
  }

  git(...parameters: string[]) {
    const who = ["-c", "user.name=T", "-c", "user.email=t@example.org"];
    return execa("git", [...who, ...parameters], { cwd: this.project });
  }

  /** `parallel run` with two agents of the client. */
  run(plan: string) {
    const { name, project, home } = this;
    const options = ["run", plan, "--agents", `${name}=2`, "--yes", "--json"];
    return execa(process.execPath, [join(CHECKOUT, "bin", "parallel"), ...options], {
      ...{ cwd: project, extendEnv: false, all: true, reject: false, stdin: "ignore" },
      env: {
        ...{ PATH: this.#path, HOME: home, LANG: "C.UTF-8", PARALLEL_REVIEW: "off" },
        ...this.#own.environment,
      },
    });
  }

  async close(): Promise<void> {
    await this.endpoint.close();
    if (process.env.PARALLEL_TEST_KEEP) console.log(`kept: ${this.outer}`);
    else rmSync(this.outer, { recursive: true, force: true, maxRetries: 5 });
  }

  async #furnish(files: Readonly<Record<string, string>>): Promise<void> {
    const { name, project, home } = this;
    const client = CLIENTS.find((one) => one.name === name);
    if (!client) throw new Error(`there is no client ${name}`);
    const programs = [await installed(name, client.package)];
    if (client.needsNode22) programs.push(await installed("node22", "node@22"));
    const bins = programs.map((folder) => join(folder, "node_modules", ".bin"));
    this.#path = [...bins, process.env.PATH].join(delimiter);
    this.#own = SETTINGS[name]?.(`${await this.endpoint.listen()}/${name}`) ?? this.#own;
    const below = (folder: string, some: Readonly<Record<string, string>>) =>
      Object.entries(some).map(([path, text]) => [join(folder, path), text] as const);
    mkdirSync(home, { recursive: true });
    for (const [path, text] of [...below(home, this.#own.files), ...below(project, files)]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    await this.git("init", "--quiet");
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", "Start");
  }
}
