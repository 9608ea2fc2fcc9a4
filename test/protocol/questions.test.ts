import { afterEach, describe, expect, it } from "vitest";
import { CLIENT_KINDS, type ClientKind, type FormReply, type TestClient } from "./clients.ts";
import { Repository } from "./repository.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const QUESTION = "Which colour has the button?";
const BLUE: FormReply = { action: "accept", content: { words: "Blue." } };
/** What a headless Claude Code answers at once, and a user who closes the form. */
const NOBODY: FormReply = { action: "cancel" };

const NEWEST = CLIENT_KINDS.at(-1) as ClientKind;

interface Setting {
  readonly kind: ClientKind;
  /** Absent: the client has no forms. */
  readonly replies?: readonly FormReply[];
  readonly questions?: "ask" | "later" | "decide";
}

/** A plan of one task, with a client whose user replies to one form after the other. */
async function planOfOne({ kind, replies, questions = "ask" }: Setting) {
  const repository = await Repository.make();
  closing.push(() => repository.remove());
  const shown: string[] = [];
  const left = [...(replies ?? [])];
  const user = (message: string) => {
    shown.push(message);
    return left.shift() ?? NOBODY;
  };
  const client = await kind.connect(repository, replies && user);
  closing.push(() => client.close());
  const tasks = [{ id: "1", subject: "Paint the button", description: "Do it." }];
  await client.call("plan_create", { plan: "p", tasks, policy: { questions, review: "off" } });
  return { client, shown, token: await claimed(client) };
}

async function claimed(client: TestClient): Promise<string> {
  const { data, text } = await client.call("task_claim", { plan: "p", worker: "w" });
  const token = (data.claim as { token?: string } | null)?.token;
  if (token === undefined) throw new Error(text);
  return token;
}

function reportsQuestion(client: TestClient, token: string) {
  return client.call("task_report", {
    ...{ task: "p/1", token, outcome: "blocked", summary: "Somebody has to decide." },
    blockedOn: { question: QUESTION },
  });
}

function reportsDone(client: TestClient, token: string) {
  return client.call("task_report", {
    ...{ task: "p/1", token, outcome: "completed", summary: "Painted." },
    evidence: [{ inspected: "It is blue." }],
  });
}

async function taskNow(client: TestClient) {
  const { data } = await client.call("task_get", { task: "p/1" });
  return data.task as { status: string; notes?: string[] };
}

describe.each(CLIENT_KINDS)("the form that asks what an agent asks, in $title", (kind) => {
  it("the user is shown the question in a form, and the agent goes on by the answer", async () => {
    const { client, shown, token } = await planOfOne({ kind, replies: [BLUE] });
    const answered = await reportsQuestion(client, token);
    expect(answered).toMatchObject({ isError: false, data: { outcome: "not taken", answer: "Blue." } });
    expect(shown).toEqual([`The task p/1 (Paint the button) asks: ${QUESTION}`]);
    const { status, notes } = await taskNow(client);
    expect(status).toBe("in_progress");
    expect(notes).toEqual([
      expect.stringMatching(/Which colour has the button\?\nThe user's answer: Blue\./),
    ]);
    expect((await reportsDone(client, token)).data).toMatchObject({ outcome: "completed" });
  });

  it("a question that nobody answers fails the task until somebody does, and is put again when nothing else is left", async () => {
    const { client, shown, token } = await planOfOne({ kind, replies: [NOBODY, BLUE] });
    expect((await reportsQuestion(client, token)).data).toMatchObject({
      outcome: "blocked",
      status: "failed",
    });
    const batch = await client.call("batch_next", { plan: "p" });
    expect(shown).toHaveLength(2);
    expect(batch.data.launch).toEqual([expect.objectContaining({ task: "1" })]);
    expect((await taskNow(client)).notes).toEqual([expect.stringContaining("The user's answer: Blue.")]);
  });
});

describe("a question of an agent to the user", () => {
  it("a question that was closed is not put again by the calls that follow", async () => {
    const { client, shown, token } = await planOfOne({ kind: NEWEST, replies: [NOBODY, NOBODY] });
    await reportsQuestion(client, token);
    for (const tool of ["batch_next", "batch_collect"])
      await client.call(tool, {
        plan: "p",
        ...(tool === "batch_collect" && { launch: true, waitSeconds: 0 }),
      });
    expect(shown).toHaveLength(2);
    expect(await taskNow(client)).toMatchObject({ status: "failed" });
  });

  it("with the policy decide the agent decides what nobody answers, and the same question again is for the user", async () => {
    const { client, token } = await planOfOne({ kind: NEWEST, questions: "decide" });
    const left = await reportsQuestion(client, token);
    expect(left.data).toMatchObject({
      outcome: "not taken",
      next: expect.stringMatching(/^Nobody answered. Decide by yourself/),
    });
    expect((await reportsQuestion(client, token)).data).toMatchObject({ outcome: "blocked" });
  });

  it("with the policy later no form is shown, and the task waits for an answer", async () => {
    const { client, shown, token } = await planOfOne({ kind: NEWEST, replies: [BLUE], questions: "later" });
    expect((await reportsQuestion(client, token)).data).toMatchObject({ outcome: "blocked" });
    await client.call("batch_next", { plan: "p" });
    expect(shown).toEqual([]);
  });

  it("nobody is asked for an agent whose token is dead", async () => {
    const { client, shown, token } = await planOfOne({ kind: NEWEST, replies: [BLUE] });
    await client.call("task_update", { task: "p/1", status: "cancelled" });
    expect((await reportsQuestion(client, token)).isError).toBe(true);
    expect(shown).toEqual([]);
  });
});
