import { RELU, RELU6, RELU6_GRAD, RELU_GRAD } from "../ops/kernels.js";
import { defineKernel, type Inputs, type KernelDefinition } from "./context.js";

const forward = (kernelName: string, stock: "Relu" | "Relu6"): KernelDefinition =>
  defineKernel<Inputs<"x">, object>(kernelName, ({ x }, _attrs, wasm) => wasm.stock(stock, { x }));

/** dy where 0 < y < limit, else 0. */
const gradient = (kernelName: string, limit: number): KernelDefinition =>
  defineKernel<Inputs<"dy" | "y">, object>(kernelName, ({ dy, y }, _attrs, wasm) => {
    const out = wasm.output(y.shape);
    const target = wasm.floats(out);
    const values = wasm.floats(y);
    const upstream = wasm.floats(dy);
    for (let i = 0; i < target.length; i++) {
      const value = values[i]!;
      target[i] = value > 0 && value < limit ? upstream[i]! : 0;
    }
    return out;
  });

export const relu = forward(RELU, "Relu");
export const relu6 = forward(RELU6, "Relu6");
export const reluGrad = gradient(RELU_GRAD, Infinity);
export const relu6Grad = gradient(RELU6_GRAD, 6);
