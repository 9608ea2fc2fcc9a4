/** How the ids of calls begin that a plugin's module in the host makes, whichever plugin's. */
const MODULE_CALL = "toolu_plugin_";

/** Whether a module in the host makes the call, and no model. */
export function isModulesCall(toolUseId: string | undefined): boolean {
  return toolUseId?.startsWith(MODULE_CALL) === true;
}
