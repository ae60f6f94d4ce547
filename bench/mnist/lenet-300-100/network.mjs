/** The network of examples/lenet-han, the first of the table. */
export { default } from "../../../examples/lenet-han/network.mjs";
