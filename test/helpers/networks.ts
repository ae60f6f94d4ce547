export { topology, sequential, type Ref, type TopologyBuilder } from "./networks/builder.js";
export { blocks, type Blocks } from "./networks/blocks.js";
export { cifarResNet, lenet300100, lenet5, resnet18, resnet50, vgg16, vggCifar } from "./networks/classic.js";
export { namedNetworks } from "./networks/named.js";
