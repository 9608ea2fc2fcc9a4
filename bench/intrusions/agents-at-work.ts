import * as z from "zod";
import { SCOPES } from "./cases.ts";
import type { HookWord, Host } from "./host.ts";
import type { CommandEnd } from "./run-command.ts";

/** The plan in which both tasks are. */
export const PLAN = "shop";

/** Offers in the answer of `batch_next`. */
const offers = z.looseObject({ launch: z.array(z.looseObject({ task: z.string(), prompt: z.string() })) });

type Task = keyof typeof SCOPES;

/** A call of Bash. */
interface BashCall {
  readonly task: Task;
  /** The host's id of it. */
  readonly id: string;
  readonly command: string;
}

/** Two agents, each of which has claimed its task as agents do. */
export class AgentsAtWork {
  readonly #tokens = new Map<Task, string>();

  private constructor(
    private readonly host: Host,
    private readonly checkout: string,
  ) {}

  static async start(host: Host, checkout: string, guard: string): Promise<AgentsAtWork> {
    const agents = new AgentsAtWork(host, checkout);
    const tasks = ([1, 2] as const).map((id) => ({
      id: `${id}`,
      subject: `Do ${id}`,
      writes: SCOPES[id],
    }));
    await host.call("plan_create", { plan: PLAN, tasks, policy: { guard } });
    const { launch } = offers.parse(await host.call("batch_next", { plan: PLAN }));
    for (const id of [1, 2] as const) {
      const token = /\b\d+-[a-z2-7]{26}\b/.exec(
        launch.find(({ task }) => task === `${id}`)?.prompt ?? "",
      )?.[0];
      if (token === undefined) throw new Error(`task ${id} was not offered`);
      agents.#tokens.set(id, token);
      const tool_name = "mcp__plugin_parallel_tasks__task_get";
      await host.hook("PreToolUse", {
        agent_id: `agent-${id}`,
        tool_name,
        tool_use_id: `get-${id}`,
        cwd: checkout,
      });
      await host.call("task_get", { task: `${PLAN}/${id}`, token }, `get-${id}`);
    }
    return agents;
  }

  /** The call is about to run. */
  begins(call: BashCall): Promise<HookWord> {
    return this.host.hook("PreToolUse", { ...this.#factsOf(call), cwd: this.checkout });
  }

  /** The call has ended. @returns what its agent is told. */
  async ends(call: BashCall, { code, stdout, stderr }: CommandEnd): Promise<string> {
    const { told } =
      code === 0
        ? await this.host.hook("PostToolUse", {
            ...this.#factsOf(call),
            tool_response: JSON.stringify({ stdout, stderr, interrupted: false, isImage: false }),
          })
        : await this.host.hook("PostToolUseFailure", {
            ...this.#factsOf(call),
            error: code === undefined ? "Command timed out" : `Exit code ${code}\n${stderr}`,
          });
    await this.#batchEnds(call);
    return told;
  }

  /** The call was refused: the host tells of its end by no other hook. */
  async wasRefused(call: BashCall): Promise<void> {
    await this.#batchEnds(call);
  }

  /** What the agent is told with its next call, one that reads. */
  async toldNext(task: Task): Promise<string> {
    const facts = {
      agent_id: `agent-${task}`,
      tool_name: "Read",
      tool_use_id: `read-${task}`,
      tool_input: '{"file_path":"README.md"}',
      cwd: this.checkout,
    };
    return (await this.host.hook("PreToolUse", facts)).told;
  }

  async report(task: Task, filesChanged: readonly string[]): Promise<void> {
    await this.host.call("task_report", {
      task: `${PLAN}/${task}`,
      token: this.#tokens.get(task),
      outcome: "completed",
      summary: `${task} is done.`,
      evidence: [{ inspected: "the result" }],
      filesChanged,
    });
  }

  async #batchEnds({ task, id }: BashCall): Promise<void> {
    const tool_calls = JSON.stringify([{ tool_name: "Bash", tool_use_id: id }]);
    await this.host.hook("PostToolBatch", { agent_id: `agent-${task}`, tool_calls });
  }

  #factsOf({ task, id, command }: BashCall) {
    return {
      agent_id: `agent-${task}`,
      tool_name: "Bash",
      tool_use_id: id,
      tool_input: JSON.stringify({ command }),
    };
  }
}
