import { batchCollect } from "./batch-collect.ts";
import { batchNext } from "./batch-next.ts";
import type { Tool } from "./define-tool.ts";
import { planAnalyze } from "./plan-analyze.ts";
import { planCreate } from "./plan-create.ts";
import { planReport } from "./plan-report.ts";
import { planUpdate } from "./plan-update.ts";
import { taskClaim } from "./task-claim.ts";
import { taskCreate } from "./task-create.ts";
import { taskGet } from "./task-get.ts";
import { taskList } from "./task-list.ts";
import { taskReport } from "./task-report.ts";
import { taskUpdate } from "./task-update.ts";

/** Every tool that a model sees, by name: a stable order keeps the host's prompt cache warm. */
export const TOOLS: readonly Tool[] = [
  batchCollect,
  batchNext,
  planAnalyze,
  planCreate,
  planReport,
  planUpdate,
  taskClaim,
  taskCreate,
  taskGet,
  taskList,
  taskReport,
  taskUpdate,
];
