// import:tools.mjs in cli/show-failure.mjs
import { failure } from "../tools.mjs";

// mcp-server/src/cli/show-failure.ts
function showFailure(error) {
  const { message, remedy } = failure(error).structuredContent.error;
  process.stderr.write(`parallel: ${message}
${remedy}
`);
}
export {
  showFailure
};
