import { kernel, type Inputs, type Kernels } from "./device.js";
import { eachWindow, poolWindows, type PoolAttrs } from "./windows.js";

/**
 * Gradient of average pooling with a named padding. The kernels of the cpu and wasm packages divide by the size of the
 * whole window, while their forward pass divides by the part of it that lies inside the image.
 */
const gradient = (kernelName: string) =>
  kernel<Inputs<"dy" | "input">, PoolAttrs>(({ dy, input }, attrs, device) => {
    if (attrs.pad !== "same" && attrs.pad !== "valid") return device.stock(kernelName, { dy, input }, attrs);
    const out = device.output(input.shape);
    const target = device.floats(out);
    target.fill(0);
    const upstream = device.floats(dy);
    const windows = poolWindows(input, attrs);
    const { inChannels } = windows;
    eachWindow(windows, (from, pixels, count) => {
      const share = 1 / count;
      for (let i = 0; i < count; i++) {
        const at = pixels[i]!;
        for (let c = 0; c < inChannels; c++) target[at + c]! += share * upstream[from + c]!;
      }
    });
    return out;
  });

export const averagePoolGradients: Kernels = {
  AvgPoolGrad: gradient("AvgPoolGrad"),
  AvgPool3DGrad: gradient("AvgPool3DGrad"),
};
