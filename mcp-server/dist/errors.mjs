// mcp-server/src/errors/caller-error.ts
var CallerError = class extends Error {
  constructor(kind, message, remedy, field) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
    this.field = field;
  }
  kind;
  remedy;
  field;
  name = "CallerError";
};

// mcp-server/src/errors/file-refusal.ts
var REMEDIES = /* @__PURE__ */ new Map([
  ["EACCES", "Give the user who runs this write access to it and its folder"],
  ["EPERM", "Give the user who runs this write access to it and its folder"],
  ["ENOTDIR", "A file stands where a folder has to be: rename it"],
  ["EROFS", "The file system is mounted read-only: mount it writable, or use a checkout that is"],
  ["ENOSPC", "Make room on its disk"],
  ["EDQUOT", "Make room within this user's quota"]
]);
function fileRefusal(error, file) {
  if (!(error instanceof Error)) return void 0;
  const { code = "", path } = error;
  const remedy = REMEDIES.get(code);
  if (remedy === void 0 || path === void 0) return void 0;
  return new CallerError(
    "wrong_state",
    `${file ?? path} cannot be opened or made (${code}).`,
    `${remedy}, and try again.`
  );
}

// mcp-server/src/errors/store-unusable.ts
var StoreUnusable = class extends Error {
  constructor(problem, message, remedy, options) {
    super(message, options);
    this.problem = problem;
    this.remedy = remedy;
  }
  problem;
  remedy;
  name = "StoreUnusable";
};
export {
  CallerError,
  StoreUnusable,
  fileRefusal
};
