import type { AttemptDetail, PlanSnapshot, TaskDetail } from "../../mcp-server/src/live/snapshot.ts";

/** A plan's task as a server would tell of it, made from its row. */
export function detailOf(snapshot: PlanSnapshot, id: string): TaskDetail | undefined {
  const row = snapshot.tasks.find((task) => task.id === id);
  if (!row) return undefined;
  return {
    v: 1,
    plan: snapshot.plan,
    seq: snapshot.seq,
    atMs: snapshot.atMs,
    row,
    description: `${row.subject}.\n\nThe rules are in docs/orders.md; what it says of islands is not decided yet.`,
    acceptance: [
      { criterion: "Its tests pass", command: `node --test test/${id}` },
      { criterion: "The guide names it" },
    ],
    dependents: snapshot.tasks.filter(({ needs }) => needs.includes(id)).map((task) => task.id),
    writes: [`src/orders/${id}.ts`, `test/orders/${id}/**`],
    reads: ["docs/orders.md"],
    resources: [],
    notes: row.attempts.length > 1 ? ["The key of the sandbox is in docs/bank.md."] : [],
    attempts: row.attempts
      .map((attempt): AttemptDetail => {
        const hasEnded = attempt.endMs !== undefined;
        return {
          ...attempt,
          agentType: row.role ?? "general-purpose",
          checkout: "/home/ada/shop",
          isolation: "shared",
          ...(attempt.tokens === undefined
            ? {}
            : { money: { amount: attempt.tokens * 5e-6, currency: "USD" } }),
          ...(hasEnded ? { summary: "A second implementation from the RFC gives the same digest." } : {}),
          evidence: hasEnded
            ? [
                {
                  criterion: "Its tests pass",
                  standing: attempt.state === "failed" ? "contradicted" : "seen",
                  command: `node --test test/${id}`,
                  exitCode: attempt.state === "failed" ? 1 : 0,
                  text: "12 passed, 0 failed",
                  seen: "after the last edit",
                },
                { criterion: "The guide names it", standing: "inspected", text: "docs/guide.md, line 12" },
              ]
            : [],
          findings: hasEnded
            ? [
                {
                  severity: "high",
                  text: "docs/bank.md names a key that the sandbox does not know",
                  file: "docs/bank.md",
                },
              ]
            : [],
          notes: [],
          filesReported: [],
        };
      })
      .reverse(),
    files: row.attempts.some(({ endMs }) => endMs !== undefined)
      ? [
          {
            path: `src/orders/${id}.ts`,
            kind: "changed",
            hunks:
              "@@ -1,3 +1,4 @@\n import { sum } from './sum.ts';\n-export const fee = 2;\n+export const fee = 3;\n+export const islands = ['Juist', 'Sylt'];",
            restorable: true,
            open: `vscode://file/home/ada/shop/src/orders/${id}.ts`,
          },
          { path: `test/orders/${id}/fee.test.ts`, kind: "added", hunks: "@@ -0,0 +1 @@\n+it('has a fee');" },
        ]
      : [],
    unlisted: 0,
    events: row.attempts
      .map((attempt, n) => ({
        seq: n + 1,
        atMs: attempt.startMs,
        type: "attempt.started",
        actor: "session",
        text: `attempt ${attempt.number} starts`,
      }))
      .reverse(),
    actions:
      row.why === "question"
        ? ["answer", "retry", "cancel"]
        : row.status === "failed"
          ? ["retry", "cancel"]
          : row.status === "completed"
            ? []
            : ["cancel"],
  };
}
