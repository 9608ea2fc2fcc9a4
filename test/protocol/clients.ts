import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { type Repository, SERVER } from "./repository.ts";

/** A tool's answer as a client hands it over. */
export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Record<string, unknown>;
}

export interface CallOptions {
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly progress: number;
  readonly total?: number | undefined;
  readonly message?: string | undefined;
}

export interface ListedTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: { readonly properties?: object | undefined };
  readonly annotations?: { readonly readOnlyHint?: boolean | undefined } | undefined;
}

/** What the tests ask of a client of either line of the official SDK. */
export interface TestClient {
  readonly revision: string | undefined;
  readonly serverName: string | undefined;
  listTools(): Promise<ListedTool[]>;
  call(tool: string, input: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

/** What the user does with a form. */
export interface FormReply {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: Record<string, boolean | string>;
}

/** The user of a client that has forms: is shown the message of one, and replies. */
export type FormUser = (message: string) => FormReply;

export interface ClientKind {
  readonly title: string;
  /** The protocol revision that it and the server must agree on. */
  readonly revision: string;
  /** @param user absent: the client has no forms. */
  connect(repository: Repository, user?: FormUser): Promise<TestClient>;
}

const WITH_FORMS = { capabilities: { elicitation: { form: {} } } };

const IDENTITY = { name: "protocol-tests", version: "1.0.0" };

export const CLIENT_KINDS: readonly ClientKind[] = [
  { title: "the 1.x client", revision: "2025-11-25", connect: connectFirst },
  {
    title: "the 2.x client in the era of 2025",
    revision: "2025-11-25",
    connect: (repository, user) => connectModern(repository, "legacy", user),
  },
  {
    title: "the 2.x client in the era of 2026",
    revision: "2026-07-28",
    connect: (repository, user) => connectModern(repository, "auto", user),
  },
];

async function connectFirst(repository: Repository, user?: FormUser): Promise<TestClient> {
  const transport: FirstTransport & { setProtocolVersion?: (revision: string) => void } = new FirstTransport({
    ...SERVER,
    cwd: repository.root,
    env: repository.env,
    stderr: "ignore",
  });
  let revision: string | undefined;
  // The client does not tell what was agreed on, only its transport.
  transport.setProtocolVersion = (agreed) => {
    revision = agreed;
  };
  const client = new FirstClient(IDENTITY, user && WITH_FORMS);
  if (user)
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => ({ ...user(params.message) }));
  await client.connect(transport);
  return {
    revision,
    serverName: client.getServerVersion()?.name,
    listTools: async () => (await client.listTools()).tools,
    call: async (name, input, options = {}) =>
      answerOf(
        await client.callTool(
          { name, arguments: input, ...(options.meta && { _meta: options.meta }) },
          undefined,
          requestOptions(options),
        ),
      ),
    close: () => client.close(),
  };
}

async function connectModern(
  repository: Repository,
  mode: "legacy" | "auto",
  user?: FormUser,
): Promise<TestClient> {
  const client = new ModernClient(IDENTITY, { versionNegotiation: { mode }, ...(user && WITH_FORMS) });
  if (user)
    client.setRequestHandler("elicitation/create", async ({ params }) => ({ ...user(params.message) }));
  await client.connect(
    new ModernTransport({ ...SERVER, cwd: repository.root, env: repository.env, stderr: "ignore" }),
  );
  return {
    revision: client.getNegotiatedProtocolVersion(),
    serverName: client.getServerVersion()?.name,
    listTools: async () => (await client.listTools({}, { cacheMode: "bypass" })).tools,
    call: async (name, input, options = {}) =>
      answerOf(
        await client.callTool(
          { name, arguments: input, ...(options.meta && { _meta: options.meta }) },
          requestOptions(options),
        ),
      ),
    close: () => client.close(),
  };
}

function requestOptions({ signal, onProgress }: CallOptions) {
  return {
    timeout: 300_000,
    ...(signal && { signal }),
    ...(onProgress && { onprogress: onProgress, resetTimeoutOnProgress: true }),
  };
}

function answerOf(result: Record<string, unknown>): Answer {
  const content = result.content as { type: string; text?: string }[];
  return {
    isError: result.isError === true,
    text: content.map(({ text }) => text ?? "").join(""),
    data: (result.structuredContent ?? {}) as Record<string, unknown>,
  };
}
