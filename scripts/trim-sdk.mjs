// The MCP SDK builds a validator for every message of the protocol when it is loaded, also for the many that a
// tool server never sees, and that is a third of the server's start. These bundler plugins leave out what
// nothing in the bundle uses. Each fails the build when the SDK no longer looks as it expects.
import { readFileSync } from "node:fs";
import { parse } from "acorn";

/** Validates forms that a server asks a user to fill in; this server asks for none. */
const withoutFormValidation = {
  name: "without-form-validation",
  setup(bundle) {
    bundle.onLoad({ filter: /[\\/]ajvProvider-[^\\/]+\.mjs$/ }, () => ({
      contents: `export class n {
        getValidator() { throw new Error("this server asks for no forms"); }
      }`,
    }));
  },
};

/** The SDK offers its users a registry of all validators, which would keep every one of them in the bundle. */
const withoutValidatorRegistry = {
  name: "without-validator-registry",
  setup(bundle) {
    bundle.onLoad(
      { filter: /modelcontextprotocol[\\/]server[\\/]dist[\\/]src-[^\\/]+\.mjs$/ },
      ({ path }) => {
        const code = readFileSync(path, "utf8");
        const loops = statements(code).filter(
          ({ type, body }) => type === "ForOfStatement" && body.expression?.callee?.name === "register",
        );
        if (loops.length !== 2) throw new Error(`${path}: expected 2 loops that register validators`);
        return {
          contents: replace(
            code,
            loops.map((loop) => [loop, ""]),
          ),
        };
      },
    );
  },
};

/** Marks the validators as free of side effects, so that the bundler drops those that nothing uses. */
const unusedValidatorsDropped = {
  name: "unused-validators-dropped",
  setup(bundle) {
    bundle.onLoad({ filter: /modelcontextprotocol[\\/]core[\\/]dist[\\/][^\\/]+\.mjs$/ }, ({ path }) => {
      const code = readFileSync(path, "utf8");
      const calls = statements(code)
        .filter(({ type }) => type === "VariableDeclaration")
        .flatMap(({ declarations }) => declarations.map(({ init }) => init))
        .filter((init) => init?.type === "CallExpression");
      return {
        contents: replace(
          code,
          calls.map((call) => [call, `/* @__PURE__ */ (() => ${code.slice(call.start, call.end)})()`]),
        ),
      };
    });
  },
};

export const trimSdk = [withoutFormValidation, withoutValidatorRegistry, unusedValidatorsDropped];

function statements(code) {
  return parse(code, { ecmaVersion: "latest", sourceType: "module" }).body;
}

function replace(code, replacements) {
  let result = "";
  let at = 0;
  for (const [{ start, end }, text] of replacements) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}
