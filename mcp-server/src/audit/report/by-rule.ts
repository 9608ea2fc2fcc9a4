import type { AuditRule } from "../rules/audit-rule.ts";
import { rules } from "../rules/index.ts";
import type { AuditReport } from "./audit-report.ts";
import type { ReportedFinding } from "./session-audit.ts";

/** The rules that found something, with what each found, in the order of the costliest place. */
export function byRule({
  findings,
}: AuditReport): { readonly rule: AuditRule; readonly found: ReportedFinding[] }[] {
  const groups = new Map<string, ReportedFinding[]>();
  for (const one of findings) groups.set(one.rule, [...(groups.get(one.rule) ?? []), one]);
  return [...groups].flatMap(([id, found]) => {
    const rule = ruleOf(id);
    return rule === undefined ? [] : [{ rule, found }];
  });
}

export function ruleOf(id: string): AuditRule | undefined {
  return rules.find((rule) => rule.id === id);
}
