const { builtinModules } = process.getBuiltinModule("node:module");

/** The third column of the table in ARCHITECTURE.md: who may import whom. */
const only = (from, allowed) => ({
  name: `${from}-imports-only-${allowed.join("-") || "itself"}`,
  severity: "error",
  from: { path: `^${from}/` },
  to: {
    path: "^(grammar|core|compiler|runtime|api|cli|integrations|test|bench|stdlib|index)",
    pathNot: [`^${from}/`, ...allowed.map((folder) => `^${folder}`)],
  },
});

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only("core", []),
    only("grammar", ["core/diagnostics/"]),
    only("compiler", ["core/", "grammar/", "stdlib/"]),
    only("runtime", ["core/"]),
    only("api", ["core/", "compiler/", "runtime/", "grammar/"]),
    only("cli", ["api/", "core/", "compiler/", "runtime/", "grammar/", "index"]),
    only("integrations", ["api/", "core/", "compiler/", "runtime/", "grammar/", "cli/(progress|terminal)"]),
    {
      name: "compiler-runs-in-a-browser",
      severity: "error",
      from: { path: "^(grammar|core|compiler)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "a-page-needs-nothing-of-node",
      severity: "error",
      from: { path: "^runtime/browser/" },
      to: { path: `^(node:)?(${builtinModules.join("|")})$`, reachable: true },
    },
    {
      name: "a-page-holds-no-compiler",
      severity: "error",
      from: { path: "^runtime/browser/" },
      to: { path: "^(compiler|grammar|api|cli|integrations|stdlib)/", reachable: true },
    },
    {
      name: "no-tensorflow-in-the-compiler",
      severity: "error",
      from: { path: "^(grammar|core|compiler)/" },
      to: { path: "@tensorflow" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default"] },
  },
};
