import espalier from "espalier/vite";
import { digits } from "../digits.mjs";

export default {
  define: { DIGITS: JSON.stringify(digits(1200)) },
  plugins: [espalier()],
  worker: { format: "es", plugins: () => [espalier()] },
  build: { outDir: "../out/page", emptyOutDir: true, target: "es2022" },
};
