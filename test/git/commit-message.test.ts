import { expect, it } from "vitest";
import { commitMessage, planCommitMessage } from "../../mcp-server/src/git/commit-message.ts";
import type { AttemptId } from "../../mcp-server/src/graph/attempt.ts";
import type { Plan } from "../../mcp-server/src/graph/plan.ts";
import { task } from "../support/plan-fixture.ts";

const slug = "login" as Plan["slug"];
const tasks = [
  task("1", { subject: "[iOS] Add the screen" }),
  task("2", { subject: "[login] [P1] [Android] Add the screen" }),
] as const;

it("a commit names its task as its author does, label and all", () => {
  const report = {
    ...{ outcome: "completed" as const, summary: "Done.", evidence: [], filesChanged: [] },
    ...{ findings: [], notes: [] },
  };
  const first = tasks.map(
    (task) => commitMessage(slug, task, { id: 7 as AttemptId, number: 1 }, report).split("\n")[0],
  );
  expect(first).toEqual(["login/1: [iOS] Add the screen", "login/2: [Android] Add the screen"]);
  expect(planCommitMessage(slug, "Login", tasks)).toBe(
    "login: Login\n\n- 1: [iOS] Add the screen\n- 2: [Android] Add the screen\n",
  );
});
