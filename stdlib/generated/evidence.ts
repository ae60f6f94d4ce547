// Written by scripts/embed-evidence.mjs from the files of stdlib/evidence.
import type { Evidence } from "../evidence.js";

export const evidence: ReadonlyMap<string, Evidence> = new Map<string, Evidence>([
  ["agp", {"program":"67f82d27b0b08b15","golden":[{"vector":"cubic","about":"at a quarter, a half, three quarters and the end of the ramp 0.5203, 0.7875, 0.8859 and 0.9 of the weights are dead"}]}],
  ["han", {"program":"4ce405773d86ad65","trend":{"task":"MNIST, 1,000 examples, dense layers of 100, 50 and 10 units","control":"choosing at random","set":{"sparsity":"90%","rounds":"3","epochs":"10 epochs","retrain":"5 epochs"},"measure":"test accuracy","seeds":[1,2,3],"method":[0.707,0.818,0.69],"beside":[0.488,0.461,0.529]}}],
  ["lottery-ticket", {"program":"99bcd3573d043759","golden":[{"vector":"rounds","about":"after 5, 10, 15 and 20 rounds of a fifth 0.3277, 0.1074, 0.0352 and 0.0115 of the weights live"}]}],
  ["rigl", {"program":"c41637ca79805132","golden":[{"vector":"G3","about":"the smallest of the living drop, the largest gradients grow, and what does both keeps its value and state"}]}],
  ["set", {"program":"e08bb61240c7bfac","golden":[{"vector":"G4","about":"of ten weights the smallest of each sign goes, as many as the share of each gives"}]}],
  ["slimming", {"program":"cfa8d80e1bdb8265","golden":[{"vector":"sign","about":"the slope of the penalty is the strength times the sign of each scale, and the smallest scales go"}]}],
  ["snip", {"program":"8c7882809d87e740","golden":[{"vector":"G2","about":"|w g| of a regression with three examples"}]}],
  ["soft-filter", {"program":"b7fb3c2508490263","trend":{"task":"MNIST, 1,000 examples, convolutions of 8, 16 and 16 filters, dense layers of 32 and 10 units","control":"choosing at random","set":{"share":"50%","epochs":"8 epochs"},"measure":"test accuracy","seeds":[1,2,3],"method":[0.742,0.782,0.811],"beside":[0.313,0.173,0.162]}}],
]);
