export { uptakeOf } from "./layers/index.js";
