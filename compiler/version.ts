/** The version of this package, as `package.json` has it: the compiler reads no files. */
export const version = "0.1.0";
