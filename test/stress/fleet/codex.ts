import { Connection, TOOL_OF, type TokenCalls } from "../connection.ts";
import { optionValue, PATIENT, type Started, tell, type VendorAgent } from "./vendor.ts";

/** What it lets its servers have of its environment by itself, and what makes the machine of the run. */
const ALWAYS = ["HOME", "PATH", "NODE_OPTIONS", "MACHINE_NAME", "MACHINE_AHEAD_MS", "FLEET_ORDERS"];

/** As `codex exec --json`: its server comes by overrides of its configuration, and gets the variables that these name. */
export async function codex({ parameters, journal, stdin }: Started): Promise<VendorAgent> {
  const settings = new Map(
    parameters.flatMap((parameter, i): [string, unknown][] => {
      if (parameters[i - 1] !== "-c") return [];
      const at = parameter.indexOf("=");
      return [[parameter.slice(0, at), JSON.parse(parameter.slice(at + 1))]];
    }),
  );
  const [entry = ""] = settings.get("mcp_servers.parallel.args") as string[];
  const passed = [...ALWAYS, ...(settings.get("mcp_servers.parallel.env_vars") as string[])];
  const env = Object.fromEntries(passed.map((name) => [name, process.env[name]]));
  const place = { ...PATIENT, entry, checkout: optionValue(parameters, "--cd"), env };
  const connection = new Connection({ ...place, clientName: "codex-mcp-client" }, journal);
  tell({ type: "thread.started", thread_id: String(process.pid) });
  tell({ type: "turn.started" });
  let items = 0;
  const calls: TokenCalls = {
    async useToken(sent, args, mayBeRefusedAs) {
      const item = {
        ...{ id: `item_${items++}`, type: "mcp_tool_call", server: "parallel", tool: TOOL_OF[sent.call] },
        arguments: args,
      };
      tell({ type: "item.started", item: { ...item, status: "in_progress" } });
      const answer = await connection.useToken(sent, args, mayBeRefusedAs);
      tell({ type: "item.completed", item: { ...item, status: answer.isError ? "failed" : "completed" } });
      return answer;
    },
  };
  return {
    brief: stdin,
    calls,
    commits: true,
    async end() {
      const message = { id: `item_${items++}`, type: "agent_message", text: "That is all." };
      tell({ type: "item.completed", item: message });
      tell({
        type: "turn.completed",
        usage: { input_tokens: 1_200, cached_input_tokens: 200, output_tokens: 90 },
      });
      await connection.end();
    },
  };
}
