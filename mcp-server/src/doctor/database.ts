import { access, constants, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { GraphInspection } from "../store/inspection.ts";
import type { Examination } from "./examination.ts";
import { type Check, type CheckResult, type DoctorFinding, skipped, wrong } from "./finding.ts";

/** Less than this and a plan's log may not find room. */
const FREE_BYTES_NEEDED = 100 * 2 ** 20;
/** Rights of anybody but the file's user. */
const OTHERS = 0o077;

/** Whether the graph can be opened, is whole, and has room; whether it is for its user alone. */
export const database: Check = {
  name: "Database",
  async look(examination) {
    const { graph } = examination;
    if (graph.state === "inaccessible") return skipped(graph.why);
    const path = graph.location.engine === "sqlite" ? graph.location.path : undefined;
    const hidden = path === undefined ? [] : await forbidden([dirname(path), path]);
    if (hidden.length > 0) return { seen: "out of reach", findings: hidden };
    const files = path === undefined ? [] : await fileFindings(examination, path);
    if (graph.state === "none") return { ...skipped("none yet: the first plan makes it"), findings: files };
    if (graph.state === "unusable") {
      return {
        seen: "cannot be used",
        findings: [wrong(graph.trouble.problem, graph.trouble.remedy), ...files],
      };
    }
    const { seen, findings } = contents(graph.inspection);
    return { seen, findings: [...findings, ...files] };
  },
};

function contents(inspection: GraphInspection): CheckResult {
  const { place, version } = inspection;
  const holds = version === undefined ? "no graph yet" : `graph ${version}`;
  if (inspection.engine === "postgres") {
    const { serverVersion, readOnly } = inspection;
    return {
      seen: `PostgreSQL ${serverVersion}, ${holds}, at ${place}`,
      findings: readOnly
        ? [
            wrong(
              `The PostgreSQL server at ${place} is read-only, for example a standby.`,
              "Name the primary server in PARALLEL_DATABASE_URL, then restart Claude Code.",
            ),
          ]
        : [],
    };
  }
  return { seen: `SQLite, ${holds}, at ${place}`, findings: [] };
}

async function fileFindings({ place }: Examination, path: string): Promise<DoctorFinding[]> {
  const folder = dirname(path);
  const [main, log] = await Promise.all([sizeOf(path), sizeOf(`${path}-wal`)]);
  if (main === undefined) return log === undefined ? [] : [abandonedLog(path)];
  return [...(await openToOthers(path)), ...spaceFindings(folder, await place.freeBytes(folder))];
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
}

function abandonedLog(path: string): DoctorFinding {
  return wrong(
    `${path}-wal holds the last changes of a graph, but ${basename(path)} is not there any more.`,
    "Move the database back beside it. If that is lost, move the -wal and -shm files to another folder before the next plan.",
  );
}

function spaceFindings(folder: string, free: number): DoctorFinding[] {
  if (free >= FREE_BYTES_NEEDED) return [];
  return [
    wrong(
      `Only ${megabytes(free)} are free on the disk of ${folder}.`,
      `Make room (at least ${megabytes(FREE_BYTES_NEEDED)}), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place on another disk.`,
    ),
  ];
}

/** A folder that an administrator's session made hides what is in it, so it comes before its file. */
async function forbidden(paths: readonly string[]): Promise<DoctorFinding[]> {
  for (const path of paths) {
    const refusal = await access(path, constants.R_OK | constants.W_OK).catch(
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (refusal === undefined || refusal === "ENOENT") continue;
    return [
      wrong(
        `This user may not read and write ${path} (${refusal}).`,
        "Give it to the user who runs Claude Code (a session of another user may have made it), or set PARALLEL_DATABASE_URL=sqlite:PATH to a place of your own.",
      ),
    ];
  }
  return [];
}

async function openToOthers(path: string): Promise<DoctorFinding[]> {
  if (process.platform === "win32") return [];
  const folder = dirname(path);
  // A folder that was chosen by hand may be for others as well.
  const isOurs = ["parallel", ".parallel"].includes(basename(folder));
  const findings: DoctorFinding[] = [];
  for (const file of [...(isOurs ? [folder] : []), path, `${path}-wal`, `${path}-shm`]) {
    const mode = await stat(file).then(
      (found) => found.mode,
      () => undefined,
    );
    if (mode === undefined || (mode & OTHERS) === 0) continue;
    findings.push(
      wrong(
        `Other users of this machine can reach ${file} (mode ${(mode & 0o777).toString(8)}).`,
        `chmod ${file === folder ? "700" : "600"} ${JSON.stringify(file)}`,
      ),
    );
  }
  return findings;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
