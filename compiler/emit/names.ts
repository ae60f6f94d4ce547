/** Words that no constant or variable of an emitted module may be called. */
const reserved = new Set(
  (
    "await break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static " +
    "super switch this throw true try typeof undefined var void while with yield arguments eval NaN Infinity async of " +
    "Math Number Object Array Promise Symbol Map Set JSON process globalThis console constructor prototype"
  ).split(" "),
);

/** Names of an emitted module: every one made an identifier, no two alike. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set([...reserved, ...taken]);
  }

  /** An identifier that resembles `wanted`: itself, else with `suffix` ("randomScore"), else with a number. */
  fresh(wanted: string, suffix = ""): string {
    const name = identifier(wanted);
    if (this.#take(name)) return name;
    const longer = name + suffix;
    if (suffix !== "" && this.#take(longer)) return longer;
    for (let n = 2; ; n++) if (this.#take(`${longer}${n}`)) return `${longer}${n}`;
  }

  #take(name: string): boolean {
    if (this.#taken.has(name)) return false;
    this.#taken.add(name);
    return true;
  }
}

/** `group-lasso` as `groupLasso`; anything else that is no identifier loses the characters that make it none. */
export function identifier(text: string): string {
  const camel = text.replace(/-+([A-Za-z])/g, (_, letter: string) => letter.toUpperCase());
  const plain = camel.replace(/[^A-Za-z0-9_]/g, "").slice(0, 40);
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`;
}
