/** The tools' answers as the contract states them, as far as tests look at them. */

export interface ToolError {
  readonly kind: string;
  readonly field?: string;
  readonly message: string;
  readonly remedy: string;
}

export interface CountsAnswer {
  readonly total: number;
  readonly pending?: number;
  readonly ready?: number;
  readonly running?: number;
  readonly delivering?: number;
  readonly completed?: number;
  readonly failed?: number;
  readonly cancelled?: number;
}

export interface LaunchAnswer {
  readonly task: string;
  readonly subagent_type: string;
  readonly description: string;
  readonly prompt: string;
}

interface StopAnswer {
  readonly task: string;
  readonly agentId: string;
}

export interface Answers {
  readonly plan_create: {
    readonly created: string[];
    readonly updated: string[];
    readonly unchanged: number;
    readonly removed: string[];
    readonly warnings: string[];
    readonly isolation?: string;
    readonly placed?: { readonly file: string; readonly keptAside?: string };
    readonly counts?: CountsAnswer;
    readonly interrupted?: readonly { readonly task: string; readonly cause: string }[];
    readonly next: string;
  };
  readonly plan_update: {
    readonly plan: string;
    readonly status: string;
    readonly policy?: Readonly<Record<string, unknown>>;
    readonly files?: readonly {
      readonly file: string;
      readonly how: string;
      readonly why?: string;
      readonly keptAside?: string;
    }[];
    readonly warnings?: string[];
    readonly counts: CountsAnswer;
    readonly next: string;
  };
  readonly plan_analyze: {
    readonly strategy: string;
    readonly engine: { readonly use: string };
    readonly remote?: string;
    readonly levels: string[][];
    readonly criticalPath: string[];
    readonly conflicts: string[];
    readonly running: string[];
    readonly cannotStart: string[];
    readonly bottleneck: string;
    readonly help: string[];
    readonly unscoped: string[];
    readonly isolation?: string;
    readonly models?: readonly string[];
    readonly estimate: {
      readonly cost: string;
      readonly ways: readonly string[];
      readonly sequentialMinutes: number;
      readonly makespanMinutes: number;
      readonly basis: string;
      readonly tokens: number;
      readonly tokensBasis: string;
    };
    readonly next: string;
  };
  /** `report` is the whole one, of the file that the answer names; `brief` what the answer has of it. */
  readonly plan_report: {
    readonly plan: string;
    readonly report: string;
    readonly brief: string;
    readonly file: string;
    readonly next: string;
  };
  readonly batch_next: {
    readonly limits?: readonly string[];
    readonly launch: LaunchAnswer[];
    readonly stop?: StopAnswer[];
    readonly counts: CountsAnswer;
    readonly why?: { readonly task: string; readonly reasons: string[] }[];
    readonly done?: boolean;
    readonly next: string;
  };
  readonly batch_collect: {
    /** Where it was asked for. */
    readonly launch?: LaunchAnswer[];
    readonly satisfied: boolean;
    readonly ended: {
      readonly task: string;
      readonly outcome: string;
      readonly line: string;
      readonly findings?: string[];
    }[];
    readonly stop?: StopAnswer[];
    readonly decision: string;
    readonly reason?: string;
    readonly counts?: CountsAnswer;
    readonly done?: boolean;
    readonly next: string;
  };
  readonly task_create: { readonly ids: string[]; readonly warnings?: string[] };
  readonly task_list: {
    readonly plans: {
      readonly plan: string;
      readonly status: string;
      readonly done: boolean;
      readonly counts: CountsAnswer;
      readonly interrupted?: readonly { readonly task: string; readonly cause: string }[];
    }[];
    readonly tasks: {
      readonly task: string;
      readonly status: string;
      readonly ready: boolean;
      readonly blockedBy: string[];
      readonly cause?: string;
      readonly forSeconds?: number;
      readonly silentSeconds?: number;
      readonly sessionEnded?: true;
    }[];
    readonly cursor?: string;
    readonly warnings?: readonly string[];
    readonly next: string;
  };
  readonly task_get: {
    readonly task: {
      readonly id: string;
      readonly subject: string;
      readonly status: string;
      readonly cause?: string;
      readonly writes?: string[];
      readonly dependencies?: string[];
      readonly notes?: string[];
    };
    readonly brief?: string;
    readonly attempts?: { readonly number: number; readonly state: string; readonly outcome?: string }[];
  };
  readonly task_update: { readonly task: { readonly task: string; readonly status: string } };
  readonly task_claim: {
    readonly claim: { readonly task: string; readonly token: string; readonly brief: string } | null;
    readonly why?: string;
    readonly done?: boolean;
    readonly next: string;
  };
  readonly task_report: {
    readonly task: string;
    readonly outcome: string;
    readonly status: string;
    readonly reply: string;
    readonly next: string;
    readonly note?: string;
    readonly claim?: { readonly task: string; readonly token: string; readonly brief: string };
  };
}
