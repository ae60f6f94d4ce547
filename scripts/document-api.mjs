// Writes docs/api.md from the types: what `espalier` exports, with docstrings, and every type of ours that it mentions.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = `${root}docs/api.md`;
/** Types from here are named, not spread out: what programs and networks are made of, which other pages tell. */
const ELSEWHERE = /^(core\/(ir|network|masks|units)|compiler\/plan|grammar)\//;
const FORMAT = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** The page's text. */
export function apiPage() {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([`${root}index.ts`], { ...options, incremental: false, noEmit: true });
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(`${root}index.ts`);
  const exported = checker
    .getExportsOfModule(checker.getSymbolAtLocation(index))
    .map((one) => (one.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(one) : one));
  const functions = exported.filter(isFunction);
  const names = new Set(exported);
  // Types that are mentioned, as they are met.
  const types = exported.filter((one) => !isFunction(one));
  for (const one of functions) mention(one.valueDeclaration);
  for (const one of types) if (fileOf(one) !== null && !isElsewhere(one)) one.declarations.forEach(mention);

  const lines = [
    "# What JavaScript and TypeScript get",
    "",
    'Written from the types by `npm run generate`. `import { run } from "espalier"` gives what stands under Functions; types that are exported, too, are marked †, the others are what those are made of.',
    "",
    "## Functions",
    ...functions.flatMap(functionText),
    "",
    "## Types",
    ...types.sort((a, b) => (a.name < b.name ? -1 : 1)).flatMap(typeText),
  ];
  return `${lines.join("\n")}\n`;

  function isFunction(symbol) {
    return symbol.valueDeclaration !== undefined && ts.isFunctionDeclaration(symbol.valueDeclaration);
  }

  /** Where a symbol of ours is declared; null of those of libraries. */
  function fileOf({ declarations: [first] = [] }) {
    const path = first && relative(root, first.getSourceFile().fileName).replaceAll("\\", "/");
    return path === undefined || /^\.\.|node_modules\//.test(path) ? null : path;
  }

  function isElsewhere(symbol) {
    return ELSEWHERE.test(fileOf(symbol) ?? "");
  }

  /** Adds the types of ours that a declaration names. */
  function mention(node) {
    ts.forEachChild(node, function look(child) {
      if (ts.isBlock(child)) return;
      if (ts.isTypeReferenceNode(child) || ts.isExpressionWithTypeArguments(child)) {
        let symbol = checker.getSymbolAtLocation(
          ts.isTypeReferenceNode(child) ? child.typeName : child.expression,
        );
        if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias)
          symbol = checker.getAliasedSymbol(symbol);
        if (symbol !== undefined && symbol.flags & ts.SymbolFlags.TypeParameter) return;
        if (
          symbol !== undefined &&
          fileOf(symbol) !== null &&
          !types.includes(symbol) &&
          !isElsewhere(symbol)
        ) {
          types.push(symbol);
          symbol.declarations.forEach(mention);
        }
      }
      ts.forEachChild(child, look);
    });
  }

  function docOf(symbol) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(checker));
    const throws = symbol
      .getJsDocTags(checker)
      .filter(({ name }) => name === "throws")
      .map(({ text: parts }) => `Throws ${ts.displayPartsToString(parts)}`);
    return [text, ...throws]
      .map((part) => part.replace(/\s*\n\s*/g, " ").trim())
      .filter((part) => part !== "");
  }

  function functionText(symbol) {
    const signature = symbol.valueDeclaration;
    const parameters = signature.parameters.map((one) => one.getText()).join(", ");
    const code = `function ${symbol.name}(${parameters}): ${signature.type?.getText() ?? "void"}`;
    return ["", `### \`${symbol.name}\``, "", ...fence(code), ...docOf(symbol).flatMap((one) => ["", one])];
  }

  function typeText(symbol) {
    const head = ["", `### \`${symbol.name}\`${names.has(symbol) ? " †" : ""}`];
    const doc = docOf(symbol).flatMap((one) => ["", one]);
    if (isElsewhere(symbol)) return [...head, ...doc];
    const declaration = symbol.declarations[0];
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    const spread =
      ts.isInterfaceDeclaration(declaration) ||
      ts.isClassDeclaration(declaration) ||
      (ts.isTypeAliasDeclaration(declaration) &&
        !type.isUnion() &&
        (type.flags & ts.TypeFlags.Object) !== 0 &&
        type.getCallSignatures().length === 0);
    if (!spread) {
      const written = declaration.getText().replace(/^export /, "");
      const listed = `type ${symbol.name} = ${checker.typeToString(type, declaration, FORMAT | ts.TypeFormatFlags.InTypeAlias)};`;
      return [...head, ...doc, "", ...fence(written.endsWith(")[number];") ? listed : written)];
    }
    const members = checker
      .getPropertiesOfType(type)
      .filter((one) =>
        one.declarations?.some((place) => !/node_modules/.test(place.getSourceFile().fileName)),
      );
    const rows = members.map((one) => {
      const optional = one.flags & ts.SymbolFlags.Optional ? "?" : "";
      const place = one.valueDeclaration;
      const written =
        place && !ts.isMethodSignature(place) && !ts.isMethodDeclaration(place) && place.type?.getText();
      const kind = written
        ? written.replace(/\/\*.*?\*\/|\s+/gs, " ")
        : checker.typeToString(checker.getTypeOfSymbol(one), declaration, FORMAT);
      const about = docOf(one).join(" ");
      return `- \`${one.name}${optional}: ${kind.replace(/ \| undefined$/, "")}\`${about === "" ? "" : `: ${about}`}`;
    });
    return [...head, ...doc, "", ...rows];
  }
}

const fence = (code) => ["```ts", code, "```"];

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(target, apiPage());
