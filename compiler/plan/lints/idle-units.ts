import { counted } from "../../../core/ir/words.js";
import { outputChannels } from "../../../core/units/slices.js";
import { quote } from "../../../core/diagnostics/quote.js";
import { statements, type Lint } from "./finding.js";

/** Layers that are named. */
const most = 5;

/** What a `slim` takes out though no statement took it: it held nothing in the file. */
export const idleUnits: Lint = ({ ir, network, simulation: { idle } }) => {
  const all = statements(ir.body);
  const slim = all.find(({ kind }) => kind === "slim");
  if (slim === undefined || network === null || idle.size === 0) return [];
  const { channels } = network;
  const trains = all.slice(0, all.indexOf(slim)).some(({ kind }) => kind === "train");
  const layers = network.layers.flatMap((layer) => {
    const empty = outputChannels(layer).filter((channel) => idle.has(channels.find(channel))).length;
    return empty === 0 ? [] : [`${empty} of ${quote(layer.path)}`];
  });
  const more = layers.length > most ? ` and more in ${counted(layers.length - most, "layers")}` : "";
  return [
    {
      code: "P4023",
      id: slim.id,
      message: `${counted(idle.size, "units")} of the file ${idle.size === 1 ? "holds" : "hold"} nothing but zeros`,
      label: `takes them out too${trains ? ", unless training has woken them" : ""}`,
      notes: [`${layers.slice(0, most).join(", ")}${more}`],
    },
  ];
};
