import { maskedView } from "../../../core/masks/masked.js";
import { storedNetwork, type StoredNetwork } from "../../../core/quantize/stored.js";
import type { Report } from "../../report/types.js";
import type { Session } from "../host/session.js";

/** What the network takes as it stands, without zeros, with shared values, and in Huffman's code. */
export const storedNow = (session: Session): StoredNetwork =>
  storedNetwork(session.network, maskedView(session), session.state.shared);

/** The same for a report, where it says something: single weights are dead, or some share their values. */
export function storedRows(session: Session): Pick<Report, "stored"> {
  const { elements, shared } = session.state;
  return elements.size === 0 && shared.size === 0 ? {} : { stored: storedNow(session) };
}
