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
  StoreUnusable
};
