import * as z from "zod";
import { nextBatchToLaunch } from "../run/reporting/run-verifications.ts";
import { takeOverFromModule } from "../run/session/module-run.ts";
import { askForPlan } from "./answer/ask-user.ts";
import { batchAnswer } from "./answer/batch-answer.ts";
import { defineTool, WRITE } from "./define-tool.ts";
import { plan } from "./input/fields.ts";

export const batchNext = defineTool({
  name: "batch_next",
  title: "Next batch",
  description:
    "Use to start a plan or resume it: returns the agents to launch, all in one message. Without a tool that starts agents: task_claim.",
  input: z.strictObject({
    plan,
    max: z.number().int().min(1).max(20).optional().describe("Launch at most so many"),
  }),
  annotations: WRITE,
  async handle(input, { run, session, actor, agentId, client, asking }) {
    if (agentId === undefined) await takeOverFromModule(run, session, input.plan);
    const next = () => nextBatchToLaunch(run, actor, input.plan, input.max);
    let batch = await next();
    if (actor === "main" && batch.launch.length === 0 && batch.counts.running === 0) {
      const asked = await askForPlan(run, session, input.plan, asking);
      if (asked === "answered") batch = await next();
      else if (asked) return asked;
    }
    return { data: batchAnswer(session, client, batch) };
  },
});
