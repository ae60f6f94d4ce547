import espalier from "espalier/vite";
import { digits } from "../digits.mjs";

export default {
  define: { DIGITS: JSON.stringify(digits(100)) },
  plugins: [espalier({ cache: "out/cache" })],
  build: { outDir: "../out/vite", emptyOutDir: true, target: "es2022" },
};
