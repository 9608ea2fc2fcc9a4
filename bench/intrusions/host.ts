import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import type { ClientFacts } from "../../mcp-server/src/service.ts";

/** What answers calls of tools and hooks: the service of a plugin, whatever its version. */
export interface CallableService {
  callTool(name: string, input: unknown, request: object, client: ClientFacts): Promise<object>;
  /** Absent in the first release, whose graph stays open. */
  close?(): Promise<void>;
}

const toolAnswer = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ text: z.string().optional() })),
  structuredContent: z.unknown().optional(),
});
type ToolAnswer = z.infer<typeof toolAnswer>;

const hooksFile = z.object({
  hooks: z.record(
    z.string(),
    z.array(
      z.looseObject({
        matcher: z.string().optional(),
        hooks: z.array(z.looseObject({ input: z.record(z.string(), z.string()).optional() })),
      }),
    ),
  ),
});

const hookAnswer = z.looseObject({
  hookSpecificOutput: z
    .looseObject({
      permissionDecision: z.string().optional(),
      permissionDecisionReason: z.string().optional(),
      additionalContext: z.string().optional(),
    })
    .optional(),
});

/** What the host knows of an event, by the names that it gives the parts. */
type Facts = Readonly<Record<string, string>>;

/** What the hooks of one event say together. */
export interface HookWord {
  /** Why the call is refused; undefined: it is not. */
  readonly refusal: string | undefined;
  /** What the model is told. */
  readonly told: string;
}

/** Calls tools and hooks as Claude Code does: only the hooks that the plugin asks for, with what it asks for. */
export class Host {
  readonly #hooks: z.infer<typeof hooksFile>["hooks"];

  /** @param plugin the folder of the plugin. */
  constructor(
    private readonly service: CallableService,
    plugin: string,
  ) {
    this.#hooks = hooksFile.parse(JSON.parse(readFileSync(join(plugin, "hooks/hooks.json"), "utf8"))).hooks;
  }

  /** @returns the data of the answer. @throws Error with what the server says where it refuses the call. */
  async call(tool: string, input: unknown, toolUseId?: string): Promise<Readonly<Record<string, unknown>>> {
    const answer = await this.#answer(tool, input, toolUseId);
    if (answer.isError) throw new Error(`${tool}: ${answer.content[0]?.text}`);
    return answer.structuredContent as Record<string, unknown>;
  }

  async hook(event: string, facts: Facts): Promise<HookWord> {
    const known: Facts = { ...facts, hook_event_name: event, session_id: "session" };
    const asked = (this.#hooks[event] ?? []).filter(
      ({ matcher }) => matcher === undefined || new RegExp(`^(?:${matcher})$`).test(facts.tool_name ?? ""),
    );
    const word = { refusal: undefined as string | undefined, told: "" };
    for (const { input } of asked.flatMap(({ hooks }) => hooks)) {
      if (!input) continue;
      const filled = Object.entries(input).map(([name, text]) => [
        name,
        text.replace(/\$\{(\w+)\}/g, (_, fact: string) => known[fact] ?? ""),
      ]);
      const answer = await this.#answer("hook", Object.fromEntries(filled));
      if (answer.isError) throw new Error(`${event}: ${answer.content[0]?.text}`);
      const output = hookAnswer.parse(JSON.parse(answer.content[0]?.text || "{}")).hookSpecificOutput;
      if (output?.permissionDecision === "deny") word.refusal = output.permissionDecisionReason ?? "";
      word.told += output?.additionalContext ?? "";
    }
    return word;
  }

  async #answer(tool: string, input: unknown, toolUseId?: string): Promise<ToolAnswer> {
    const request = {
      _meta: toolUseId === undefined ? undefined : { "claudecode/toolUseId": toolUseId },
      signal: new AbortController().signal,
      notify: async () => undefined,
    };
    const client = { name: "claude-code", hasForms: false, hasTasks: false };
    return toolAnswer.parse(await this.service.callTool(tool, input, request, client));
  }
}
